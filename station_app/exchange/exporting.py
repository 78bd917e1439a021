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


#: Makes a shown value unreadable where it identifies or is sensitive; None shows everything.
Mask = Callable[[Field, str], str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file's bytes before they leave: how many records it holds, and whether it could identify anybody."""

    data: bytes
    written: int
    form: str


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
    return made if isinstance(made, Refusal) else written(made, path, seal)


def written(made: Rendered, path: Path, seal: Callable[[bytes], bytes] | None) -> Exported | Refusal:
    """Write what was rendered, complete or not at all."""
    data = made.data if seal is None else seal(made.data)
    try:
        write_whole(path, data)
    except OSError:
        return Refusal(SheetRefusal.NOT_WRITTEN, {"file": path.name})
    return Exported(str(path), made.written, hashlib.sha256(data).hexdigest())


def render(
    store: Store, kind: str, form: str, *, ids: Sequence[str] | None = None, mask: Mask | None = None,
    mark: Sequence[str] = (),
) -> Rendered | Refusal:  # fmt: skip
    """The file's bytes, made in memory, never in a temporary file.

    ``mark`` are lines that say who took the records out and why: on a sheet of their own and at the foot of each
    printed page of a workbook, as ``exported`` in JSON; a .csv has no place for them.
    """
    if kind not in KINDS:
        return Refusal(SheetRefusal.UNKNOWN_KIND, {"kind": kind})
    fields = list(KINDS[kind].fields.values())
    with store.reading() as reader:
        records = list(_records(reader, kind, ids))
        if form == ".json":
            return Rendered(_json(kind, records, fields, mask, mark), len(records), form)
        shower = Shower(reader)

        def shown(field: Field, value: Wire) -> str:
            said = shower.show(field, value)
            return said if mask is None else mask(field, said)

        rows = ([record, *(shown(field, values.get(field.name)) for field in fields)] for record, values in records)
        titles = [RECORD, *titles_of(fields)]
        made = _xlsx(kind, titles, rows, mark) if form == ".xlsx" else _csv(titles, rows)
    return made if isinstance(made, Refusal) else Rendered(made, len(records), form)


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


def _json(
    kind: str,
    records: list[tuple[str, dict[str, Any]]],
    fields: Sequence[Field],
    mask: Mask | None,
    mark: Sequence[str],
) -> bytes:
    def shown(field: Field, value: Any) -> Any:
        masked = value if mask is None else mask(field, str(value))
        return value if masked == str(value) else masked

    named = {field.name: field for field in fields}
    rows = [{"id": record, "fields": {n: shown(named[n], v) for n, v in values.items()}} for record, values in records]
    document: dict[str, Any] = {"kind": kind, "records": rows}
    if mark:
        document["exported"] = list(mark)
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _xlsx(kind: str, titles: list[str], rows: Iterable[list[str]], mark: Sequence[str]) -> bytes | Refusal:
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
    if mark:
        page.set_landscape()
        page.repeat_rows(0)
        page.set_footer("&C&8" + " · ".join(mark).replace("&", "&&")[:200])  # a footer holds 255 characters
        said = book.add_worksheet(_("About this file"))
        said.set_column(0, 0, 90)
        for number, line in enumerate(mark):
            said.write_string(number, 0, line, text)
    book.close()
    return out.getvalue()


def _csv(titles: list[str], rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(titles)
    for row in rows:
        writer.writerow([guarded(said) for said in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
