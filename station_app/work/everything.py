"""The whole station in open formats, so that a stranger rebuilds its totals with sqlite3 and sha256sum alone."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from sqlalchemy import Connection, func

from station_app.clock import LOCAL, now_ms
from station_app.kinds.base import KINDS, Record
from station_app.messages import _
from station_app.report.facts import Reading
from station_app.report.indicators import lines
from station_app.report.month import printed, scope_of
from station_app.settings import RESOURCES
from station_app.spec.meanings import Storage
from station_app.store import journal
from station_app.store.blobs import Blobs
from station_app.store.opened import Store
from station_app.store.records import Reader

#: How a chain is checked without this program; DESIGN, "Entry".
CHAIN: Final = (
    "line = {head, salt, items:[[kind, record, body]]} or, with bodies left out, salts and [kind, record, class, null, body digest]; "
    "item salt = HMAC-SHA-256(salt, u32 index); body digest = SHA-256(item salt + exact bytes of body); "
    "item digest = SHA-256(class o|p + u32 len kind + kind + u32 len record + record + body digest); "
    "entry hash = SHA-256(hash before + SHA-256(exact bytes of head) + item digests); the first follows 32 zero bytes"
)
#: What one printed unit of a meaning is in wire units.
UNITS: Final[Mapping[str, str]] = {
    "duration": "minutes", "hours": "minutes", "money": "fen, 1/100 yuan", "area": "1/2000 mu", "weight": "g",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whole:
    """The archive, and how many records are in it."""

    data: bytes
    records: int


class _Archive:
    """A .zip in memory; remembers each member's hash."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.zip = zipfile.ZipFile(self.out, "w", zipfile.ZIP_DEFLATED)
        self.sums: dict[str, str] = {}
        self._at = datetime.fromtimestamp(now_ms() / 1000, LOCAL).timetuple()[:6]

    @contextmanager
    def member(self, name: str) -> "Iterator[_Hashed]":
        """One member, hashed while it is written."""
        info = zipfile.ZipInfo(name, self._at)
        info.compress_type = zipfile.ZIP_DEFLATED
        hashed = hashlib.sha256()
        with self.zip.open(info, "w", force_zip64=True) as file:
            yield _Hashed(file, hashed)
        self.sums[name] = hashed.hexdigest()

    def add(self, name: str, data: bytes) -> None:
        """One member at once."""
        with self.member(name) as file:
            file.write(data)

    def rows(self, name: str, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """A .csv; returns how many rows."""
        number = 0
        with self.member(name) as file:
            writer = csv.writer(_Texts(file), lineterminator="\n")
            writer.writerow(titles)
            for row in rows:
                writer.writerow(row)
                number += 1
        return number

    def finish(self) -> bytes:
        """The hashes last."""
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.sums.items()))
        self.add("SHA256SUMS", sums.encode())
        self.zip.close()
        return self.out.getvalue()


class _Hashed:
    """Writes through to a file and feeds a hash."""

    def __init__(self, file: IO[bytes], hashed: Any) -> None:
        self._file, self._hashed = file, hashed

    def write(self, data: bytes) -> int:
        """All of it."""
        self._hashed.update(data)
        return self._file.write(data)


class _Texts:
    """Takes texts where a file takes bytes: UTF-8."""

    def __init__(self, file: _Hashed) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """All of it."""
        return self._file.write(text.encode())


def everything(store: Store, blobs: Blobs, mark: Sequence[str]) -> Whole:
    """Every record (removed ones too), every entry, every blob that is here; ``mark`` says who took it out and why."""
    archive = _Archive()
    with store.reading() as reader:
        records = 0
        for declared in KINDS.classes():
            names = ["id", "removed", *declared.fields]
            records += archive.rows(f"data/{declared.kind_name}.csv", names, _rows(reader, declared, names))
        _journal(archive, reader)
        _months(archive, reader)
        held = _named_blobs(reader)
    for digest in sorted(held):
        content = blobs.get(digest)
        if content is not None:
            archive.add(f"blobs/{digest}", content)
    archive.add("schema.json", json.dumps(_schema(store.station), ensure_ascii=False, indent=1).encode())
    archive.add("build.sql", _build().encode())
    archive.add("recount.sql", (RESOURCES / "export" / "recount.sql").read_bytes())
    said = (RESOURCES / "export" / "readme.txt").read_text("utf-8")
    archive.add("先读我.txt", ("\n".join(mark) + "\n\n" + said).encode())
    return Whole(archive.finish(), records)


def _rows(reader: Reader, declared: type[Record], names: Sequence[str]) -> Iterator[list[Any]]:
    table = declared.__table__
    statement = table.select().where(table.c.station == reader.station).order_by(table.c.id)
    for row in reader.connection.execute(statement.with_only_columns(*(table.c[n] for n in names))):
        yield [_wire(value) for value in row]


def _wire(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _journal(archive: _Archive, reader: Reader) -> None:
    for one in journal.devices(reader.connection, reader.station):
        if one.seq:
            with archive.member(f"journal/{one.device}.jsonl") as file:
                for _seq, _digest, line in journal.chain(reader.connection, one.no):
                    file.write(line + b"\n")


def _months(archive: _Archive, reader: Reader) -> None:
    """Each month in which anything happened: its numbers, and the records behind them."""
    connection, station = reader.connection, reader.station
    facts = Reading(connection)
    stated: list[Sequence[Any]] = []

    def contributions() -> Iterator[Sequence[Any]]:
        for month in _months_of(connection, station):
            scope = scope_of(connection, station, month, month)
            for line in lines().values():
                if line.listed is None:
                    continue
                total = 0
                for record, amount in facts.listed(line, scope):
                    total += amount
                    yield month, line.key, line.kind, record, amount
                stated.append((month, line.key, line.titled(), total, printed(line, total), _(line.unit)))

    archive.rows("contributions.csv", ("month", "key", "kind", "record", "amount"), contributions())
    archive.rows("months.csv", ("month", "key", "title", "amount", "printed", "unit"), stated)


def _months_of(connection: Connection, station: str) -> list[str]:
    found: set[str] = set()
    for source in {s.name: s for line in lines().values() for s in line.sources if s.date is not None}.values():
        months = source.query(station).with_only_columns(func.substr(source.date, 1, 7)).distinct()
        found.update(month for (month,) in connection.execute(months) if month)
    return sorted(found)


def _named_blobs(reader: Reader) -> set[str]:
    found: set[str] = set()
    for declared in KINDS.classes():
        table = declared.__table__
        for field in declared.fields.values():
            if field.meaning.name == "blob":
                column = table.c[field.name]
                statement = table.select().where(table.c.station == reader.station, column.is_not(None))
                found.update(d for (d,) in reader.connection.execute(statement.with_only_columns(column)))
    return found


def _schema(station: str) -> dict[str, Any]:
    kinds = [
        {
            "kind": declared.kind_name,
            "title": declared.titled(),
            "file": f"data/{declared.kind_name}.csv",
            "merge": declared.merge,
            "fields": [
                {
                    "name": f.name, "title": _(f.title), "meaning": f.meaning.name, "storage": f.meaning.storage.value,
                    "unit": UNITS.get(f.meaning.name), "refers_to": f.target, "private": f.private,
                    "codes": {code: _(title) for code, title in f.code_titles.items()} or None,
                }
                for f in declared.fields.values()
            ],
        }
        for declared in KINDS.classes()
    ]  # fmt: skip
    return {"format": "station-everything-1", "station": station, "chain": CHAIN, "kinds": kinds}


def _build() -> str:
    """Statements for the sqlite3 program that make and fill one table for each .csv; "" becomes NULL, numbers integers."""
    parts = ["-- for the sqlite3 program: see 先读我.txt", ".bail on"]
    for declared in KINDS.classes():
        columns = {"id": "TEXT", "removed": "INTEGER"}
        for field in declared.fields.values():
            whole = field.meaning.storage in (Storage.INTEGER, Storage.FLAG)
            columns[field.name] = "INTEGER" if whole else "TEXT"
        parts.append(_table(declared.kind_name, f"data/{declared.kind_name}.csv", columns))
    text, number = "TEXT", "INTEGER"
    parts.append(
        _table("contributions", "contributions.csv",
               {"month": text, "key": text, "kind": text, "record": text, "amount": number})
    )  # fmt: skip
    parts.append(
        _table("months", "months.csv",
               {"month": text, "key": text, "title": text, "amount": number, "printed": text, "unit": text})
    )  # fmt: skip
    return "\n".join(parts) + "\n"


def _table(name: str, file: str, columns: Mapping[str, str]) -> str:
    """The statements for one .csv; they are the stranger's, nothing here runs them."""
    words = (RESOURCES / "export" / "table.sql").read_text("utf-8")
    return words.format(
        name=name,
        file=file,
        raw=", ".join(f'"{column}" TEXT' for column in columns),
        typed=", ".join(f'"{column}" {kind}' for column, kind in columns.items()),
        values=", ".join(f"NULLIF(\"{column}\", '')" for column in columns),
    ).rstrip()
