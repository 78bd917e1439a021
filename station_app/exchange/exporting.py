"""Exports a kind's records: workbooks and .csv for people, JSON with wire values for programs; nothing is ever cut."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from station_app.exchange import bymeaning, limits
from station_app.exchange.books import new_book
from station_app.exchange.plain import RECORD, guarded, titles_of, village_shown
from station_app.exchange.refusals import SheetRefusal
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.store.files import write_whole
from station_app.store.opened import Store
from station_app.store.records import Reader

FORMS = (".xlsx", ".csv", ".json")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the journal of exports keeps count and hash."""

    file: str
    written: int
    sha256: str


def form_of(path: Path) -> str | None:
    """The form a file name asks for; ``x.xlsx.age`` is an encrypted .xlsx."""
    name = path.name.lower().removesuffix(".age")
    return next((form for form in FORMS if name.endswith(form)), None)


def export(
    store: Store,
    kind: str,
    path: Path,
    *,
    ids: Sequence[str] | None = None,
    seal: Callable[[bytes], bytes] | None = None,
) -> Exported | Refusal:
    """Write all records of a kind (or those named), sealed first when ``seal`` is given."""
    form = form_of(path)
    if form is None:
        return Refusal(SheetRefusal.UNKNOWN_FORM, {"file": path.name})
    made = render(store, kind, form, ids=ids)
    if isinstance(made, Refusal):
        return made
    data, written = made
    if seal is not None:
        data = seal(data)
    try:
        write_whole(path, data)
    except OSError:
        return Refusal(SheetRefusal.NOT_WRITTEN, {"file": path.name})
    return Exported(str(path), written, hashlib.sha256(data).hexdigest())


def render(store: Store, kind: str, form: str, *, ids: Sequence[str] | None = None) -> tuple[bytes, int] | Refusal:
    """The file's bytes and how many records are in it; made in memory, never in a temporary file."""
    if kind not in KINDS:
        return Refusal(SheetRefusal.UNKNOWN_KIND, {"kind": kind})
    with store.reading() as reader:
        records = list(_records(reader, kind, ids))
        if form == ".json":
            return _json(kind, records), len(records)
        fields = list(KINDS[kind].fields.values())
        shower = Shower(reader)
        rows = (
            [record, *(shower.show(field, values.get(field.name)) for field in fields)] for record, values in records
        )
        titles = [RECORD, *titles_of(fields)]
        made = _xlsx(kind, titles, rows) if form == ".xlsx" else _csv(titles, rows)
    return made if isinstance(made, Refusal) else (made, len(records))


def _records(reader: Reader, kind: str, ids: Sequence[str] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    table = KINDS[kind].__table__
    names = list(KINDS[kind].fields)
    wanted = None if ids is None else set(ids)
    statement = reader.select(kind).order_by(table.c.id).with_only_columns(table.c.id, *(table.c[n] for n in names))
    for record, *values in reader.connection.execute(statement):
        if wanted is None or record in wanted:
            yield record, {n: v for n, v in zip(names, values, strict=True) if v is not None}


class Shower:
    """Shows values as people read them; what a reference points to by its caption."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.village = partial(village_shown, station=reader.station)

    def show(self, field: Field, value: Wire) -> str:
        """One cell."""
        if value is None:
            return ""
        if field.meaning.name == "reference":
            return self.reader.caption(str(field.target), str(value)) or str(value)
        if field.meaning.name == "references" and isinstance(value, list):
            return "、".join(self.reader.caption(str(field.target), one) or one for one in value)
        return bymeaning.show(field, value, self.village)


def _json(kind: str, records: list[tuple[str, dict[str, Any]]]) -> bytes:
    document = {"kind": kind, "records": [{"id": record, "fields": values} for record, values in records]}
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _xlsx(kind: str, titles: list[str], rows: Iterable[list[str]]) -> bytes | Refusal:
    out = io.BytesIO()
    book = new_book(out)
    page = book.add_worksheet(_(KINDS[kind].kind_title)[:31])
    head, text = (
        book.add_format({"bold": True, "bg_color": "#EEF2F5", "border": 1}),
        book.add_format({"num_format": "@"}),
    )
    for column, title in enumerate(titles):
        page.write_string(0, column, title, head)
    page.freeze_panes(1, 1)
    page.set_column(0, 0, 38)
    page.set_column(1, max(len(titles) - 1, 1), 16)
    for number, row in enumerate(rows, start=1):
        for column, said in enumerate(row):
            if len(said) > limits.CELL:
                return Refusal(
                    SheetRefusal.TEXT_TOO_LONG, {"field": titles[column], "length": len(said), "limit": limits.CELL}
                )
            if said:
                page.write_string(number, column, said, text)
    book.close()
    return out.getvalue()


def _csv(titles: list[str], rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(titles)
    for row in rows:
        writer.writerow([guarded(said) for said in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
