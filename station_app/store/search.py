"""Search everywhere: an FTS5 index over names (with pinyin), numbers and words, kept by the fold.

Measured in facts/store.md: characters split beforehand beat LIKE and trigram at every query; prefix indexes of
2 and 4; no ranking on common words. The index lies in the encrypted file and has its own integer-key table.
"""

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final

from sqlalchemy import Column, Connection, Index, Integer, String, Table, bindparam, delete, func, insert, select, text

from station_app.kinds.base import KINDS, Base, Record
from station_app.spec.meanings import SearchBy
from station_app.store.heads import REMOVED
from station_app.store.prepared import Prepared
from station_app.values.pinyin import pinyin_keys
from station_app.values.text import fold_search

#: Which record an index row is about.
key_table = Table(
    "search_key",
    Base.metadata,
    Column("no", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("record", String, nullable=False),
    Index("ix_search_key_record", "record"),
)

CREATE_INDEX: Final = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_text USING fts5("
    "name, spelling, number, words, content='', contentless_delete=1, "
    "tokenize=\"unicode61 remove_diacritics 0\", prefix='2 4')"
)

_AT_ONCE: Final = 2_000  # rows indexed together
_TOKEN = re.compile(r"[0-9a-z]+|[^\W_a-z0-9]")
_ADD_TEXT: Final = Prepared(
    text("INSERT INTO search_text(rowid, name, spelling, number, words) VALUES (:no, :name, :spelling, :number, :words)")
)
_DROP_TEXT: Final = Prepared(text("DELETE FROM search_text WHERE rowid = :no"))
_ADD_KEY: Final = Prepared(insert(key_table).values({c.name: bindparam(c.name) for c in key_table.columns}))
_DROP_KEY: Final = Prepared(delete(key_table).where(key_table.c.no == bindparam("no")))
_NUMBERS: Final = Prepared(
    select(key_table.c.no).where(key_table.c.kind == bindparam("of_kind"), key_table.c.record == bindparam("of_record"))
)
_NEWEST: Final = Prepared(select(func.max(key_table.c.no)))
#: One statement for each kind's class that gives what search looks at.
_ROWS: Final[dict[type[Record], Prepared]] = {}


def tokens(value: str) -> list[str]:
    """Han characters one by one, words and numbers whole; width, case and traditional forms folded."""
    return _TOKEN.findall(fold_search(value))


def searched(declared: type[Record]) -> dict[str, SearchBy]:
    """The fields of a kind that search looks at."""
    return {name: f.meaning.search for name, f in declared.fields.items() if f.meaning.search is not None}


class SearchIndex:
    """Keeps the index in step with the rows; a :class:`station_app.store.fold.RowWatcher`."""

    @staticmethod
    def create(connection: Connection) -> None:
        """The virtual table, where it does not exist yet."""
        connection.execute(text(CREATE_INDEX))

    def rows_changed(
        self,
        connection: Connection,
        station: str,
        kind: type[Record],
        changed: Mapping[str, Mapping[str, object]],
        fresh: set[str],
    ) -> None:
        """Index the rows again whose searched fields (or removal) were written."""
        by = searched(kind)
        if not by:
            return
        wanted = {r for r, values in changed.items() if r in fresh or REMOVED in values or any(n in by for n in values)}
        if not wanted:
            return
        known = {r: changed[r] for r in wanted if r in fresh}
        old = sorted(wanted - known.keys())
        self._drop(connection, kind.kind_name, old)
        known |= self._rows(connection, station, kind, by, old)
        self._add(connection, kind.kind_name, by, known)

    def rows_gone(self, connection: Connection, kind: type[Record], records: Sequence[str]) -> None:
        """Forget erased rows; their words stay in the index's segments until :func:`scrubbed`."""
        self._drop(connection, kind.kind_name, list(records))

    def emptied(self, connection: Connection) -> None:
        """Forget everything."""
        connection.execute(text("DROP TABLE search_text"))
        connection.execute(delete(key_table))
        self.create(connection)

    def refilled(self, connection: Connection, station: str) -> None:
        """Index every row, each once; records made later come later, whatever their kind."""
        rows = heapq.merge(*(_all_rows(connection, station, kind) for kind in KINDS.classes() if searched(kind)), key=itemgetter(0))
        numbers: list[dict[str, object]] = []
        texts: list[dict[str, object]] = []
        folded: dict[str, str] = {}
        no = 0
        for record, kind, by, values in rows:
            document = _document(by, values, folded)
            if not any(document.values()):
                continue
            no += 1
            numbers.append({"no": no, "kind": kind, "record": record})
            texts.append({"no": no, **document})
            if len(numbers) == _AT_ONCE:
                _ADD_KEY.many(connection, numbers)
                _ADD_TEXT.many(connection, texts)
                numbers.clear()
                texts.clear()
                folded.clear()
        _ADD_KEY.many(connection, numbers)
        _ADD_TEXT.many(connection, texts)

    @staticmethod
    def _rows(
        connection: Connection, station: str, kind: type[Record], by: Mapping[str, SearchBy], records: list[str]
    ) -> dict[str, Mapping[str, object]]:
        statement = _ROWS.get(kind)
        if statement is None:
            table = kind.__table__
            columns = (table.c.removed, *(table.c[name] for name in by))
            statement = _ROWS[kind] = Prepared(
                select(*columns).where(table.c.station == bindparam("station"), table.c.id == bindparam("record"))
            )
        found: dict[str, Mapping[str, object]] = {}
        for record in records:
            row = statement.one(connection, {"station": station, "record": record})
            if row is not None:
                found[record] = dict(zip((REMOVED, *by), row, strict=True))
        return found

    @staticmethod
    def _drop(connection: Connection, kind: str, records: list[str]) -> None:
        numbers = [
            {"no": no}
            for record in records
            for (no,) in _NUMBERS.all(connection, {"of_kind": kind, "of_record": record})
        ]
        _DROP_TEXT.many(connection, numbers)
        _DROP_KEY.many(connection, numbers)

    @staticmethod
    def _add(
        connection: Connection, kind: str, by: Mapping[str, SearchBy], rows: Mapping[str, Mapping[str, object]]
    ) -> None:
        newest = _NEWEST.one(connection, {})
        next_no = (newest[0] if newest and newest[0] else 0) + 1
        keys: list[dict[str, object]] = []
        texts: list[dict[str, object]] = []
        folded: dict[str, str] = {}  # a ledger says the same place a thousand times; forgotten with this call
        for record, values in rows.items():
            if values.get(REMOVED):
                continue
            document = _document(by, values, folded)
            if not any(document.values()):
                continue
            keys.append({"no": next_no, "kind": kind, "record": record})
            texts.append({"no": next_no, **document})
            next_no += 1
        _ADD_KEY.many(connection, keys)
        _ADD_TEXT.many(connection, texts)


def _all_rows(
    connection: Connection, station: str, kind: type[Record]
) -> Iterator[tuple[str, str, Mapping[str, SearchBy], dict[str, object]]]:
    """(record, kind, what is searched, values) of every row that is not removed, by record."""
    by = searched(kind)
    table = kind.__table__
    statement = Prepared(
        select(table.c.id, table.c.removed, *(table.c[name] for name in by))
        .where(table.c.station == bindparam("station"))
        .order_by(table.c.id)
    )
    cursor = statement.run(connection, {"station": station})
    try:
        while rows := cursor.fetchmany(1_000):
            for row in rows:
                if not row[1]:
                    yield row[0], kind.kind_name, by, dict(zip(by, row[2:], strict=True))
    finally:
        cursor.close()


def scrubbed(connection: Connection) -> None:
    """Write the whole index anew, so that no segment holds a word of a row that is gone.

    A contentless index marks a deleted row and keeps its words until segments are merged (measured: still there after the
    delete, gone after this). 57 MB of index take 2 s.
    """
    connection.execute(text("INSERT INTO search_text(search_text) VALUES ('optimize')"))


def _document(by: Mapping[str, SearchBy], values: Mapping[str, object], folded: dict[str, str]) -> dict[str, str]:
    parts: dict[str, list[str]] = {"name": [], "spelling": [], "number": [], "words": []}
    for name, how in by.items():
        value = values.get(name)
        if not isinstance(value, str) or not value:
            continue
        if how is SearchBy.NUMBER:
            number = value.lower()
            parts["number"] += [number, number[-4:], number[-6:]]
            continue
        words = folded.get(value)
        if words is None:
            words = folded[value] = " ".join(tokens(value))
        if how is SearchBy.NAME:
            parts["name"].append(words)
            parts["spelling"] += pinyin_keys(value)
        else:
            parts["words"].append(words)
    return {column: " ".join(words) for column, words in parts.items()}


def match_expression(typed: str) -> str | None:
    """What a person typed as an FTS5 expression; None when it holds nothing to look for.

    Every token is quoted, so that ``AND``, ``*`` or ``-`` in it are text. Han characters must stand side by
    side; Latin letters are the beginning of a spelling; digits the beginning or the tail of a number.
    """
    clauses: list[str] = []
    for piece in fold_search(typed).split():
        for run in re.findall(r"[0-9]+x?|[a-z]+|(?:[^\W_a-z0-9])+", piece):
            if run[0].isdigit():
                clauses.append(f'({{number words}} : "{run}"*)')
            elif run.isascii():
                clauses.append(f'({{spelling words}} : "{run}"*)')
            else:
                clauses.append('({name words} : "' + " ".join(run) + '")')
    return " AND ".join(clauses) or None


_find = text(
    "SELECT k.kind, k.record FROM search_text t JOIN search_key k ON k.no = t.rowid "
    "WHERE search_text MATCH :what ORDER BY t.rowid DESC LIMIT :most"
)


def find(
    connection: Connection, typed: str, most: int = 50, kinds: Iterable[str] | None = None
) -> list[tuple[str, str]]:
    """(kind, record) of what matches, newest first."""
    what = match_expression(typed)
    if what is None:
        return []
    wanted = None if kinds is None else set(kinds)
    rows = connection.execute(_find, {"what": what, "most": most if wanted is None else most * 4})
    found = [(kind, record) for kind, record in rows if kind in KINDS and (wanted is None or kind in wanted)]
    return found[:most]
