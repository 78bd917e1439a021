"""What a person said a column means: asked for in this import, and remembered for files with the same titles.

Remembered are hashes of titles and names of fields, on this computer only: nothing of a ledger's content.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from station_app.exchange.headers import squeeze
from station_app.exchange.layout import Columns
from station_app.exchange.mapping import Meant, Words
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheetxml import column_letters
from station_app.messages import Refusal

#: The field of a column that is not to be taken.
NOTHING: Final = "-"
_MOST: Final = 200  # sources remembered for a kind; the oldest go


class Memory(Protocol):
    """Where small facts are kept."""

    def fact(self, name: str) -> bytes | None:
        """A remembered fact."""

    def keep(self, name: str, value: bytes) -> None:
        """Remember a small fact."""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def fingerprint(columns: Columns) -> str:
    """The same for every file with the same titles in the same columns: how a source is recognised."""
    return _digest(
        *(f"{c} {squeeze(parent)} {squeeze(title)}" for c, (title, parent) in sorted(columns.titles.items()))
    )


def _title(said: str, parent: str = "") -> str:
    return _digest(squeeze(parent), squeeze(said))


@dataclass(slots=True)
class Corrections:
    """``asked``: column (letter or title) → field, or ``-``; ``remembered``: source → (title's hash → field)."""

    asked: Mapping[str, str] = field(default_factory=dict)
    remembered: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, memory: Memory, kind: str, asked: Mapping[str, str] | None = None) -> "Corrections":
        """What is asked now, on top of what is remembered."""
        kept = memory.fact(f"columns/{kind}")
        return cls(asked or {}, msgspec.json.decode(kept, type=dict[str, dict[str, str]]) if kept else {})

    def wrong_field(self, words: Words) -> Refusal | None:
        """A field that was asked for and this kind has not."""
        for column, said in self.asked.items():
            if said != NOTHING and field_named(words.meant, said) is None:
                known = "、".join(f"{m.field} ({m.names[0]})" for m in words.meant if m.names)
                return Refusal(SheetRefusal.NO_FIELD, {"field": said, "column": column, "fields": known})
        return None

    def names(self, said: str) -> bool:
        """Whether a cell is the title of a column somebody has explained: then it may be a header's."""
        plain = squeeze(said)
        if any(plain == squeeze(column) for column in self.asked):
            return True
        mark = _title(said)
        return any(mark in titles for titles in self.remembered.values())

    def fixed(self, columns: Columns, words: Words) -> dict[int, tuple[str, str]]:
        """Column → (field, who said so: ``you`` or ``remembered``); the field is ``-`` for one not to be taken."""
        found: dict[int, tuple[str, str]] = {}
        remembered = self.remembered.get(fingerprint(columns), {})
        for column, (title, parent) in columns.titles.items():
            known = remembered.get(_title(title, parent)) or remembered.get(_title(title))
            if known is not None:
                found[column] = (known, "remembered")
            for named, said in self.asked.items():
                if squeeze(named) == squeeze(title) or named.upper() == column_letters(column):
                    found[column] = (said if said == NOTHING else field_named(words.meant, said) or NOTHING, "you")
        return found

    def keep(self, memory: Memory, kind: str, sources: Iterable[tuple[Columns, Mapping[int, tuple[str, str]]]]) -> None:
        """Remember what was asked, for files with the same titles."""
        for columns, fixed in sources:
            if not any(who == "you" for _field, who in fixed.values()):
                continue
            titles = {_title(*columns.titles[c]): said for c, (said, _who) in fixed.items() if c in columns.titles}
            self.remembered.pop(fingerprint(columns), None)
            self.remembered[fingerprint(columns)] = titles
        while len(self.remembered) > _MOST:
            del self.remembered[next(iter(self.remembered))]
        if self.asked:
            memory.keep(f"columns/{kind}", msgspec.json.encode(self.remembered))


def field_named(meant: Iterable[Meant], said: str) -> str | None:
    """A field by its own name, or by a title it has."""
    plain = squeeze(said)
    listed = list(meant)
    for one in listed:
        if one.field == said:
            return one.field
    return next((one.field for one in listed if any(squeeze(name) == plain for name in one.names)), None)
