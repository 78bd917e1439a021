"""What one field of a kind is: its meaning, its titles, and what the declaration says about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from station_app.messages import _
from station_app.spec.meanings import Meaning


class Choice(StrEnum):
    """A closed list of codes with their titles; the code travels, the title is shown.

    Declared as ``PLOUGH = "plough", N_("Ploughing")``. Codes are frozen once released; ``also`` are words
    that mean the same in ledgers.
    """

    label: str
    also: tuple[str, ...]

    def __new__(cls, code: str, label: str, *also: str) -> "Choice":
        """A member whose value is its code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.also = also
        return member


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One declared field.

    ``needed`` refuses a record without it (identity, date, amount); ``required`` only puts the record on the
    "to fix" list. ``computed`` fields are set by the kind's ``derive`` and never typed. ``headers`` are the
    column titles in ledgers that mean this field, besides its own title.
    """

    name: str
    title: str
    meaning: Meaning
    needed: bool = False
    required: bool = False
    private: bool = False
    computed: bool = False
    unique: bool = False
    target: str | None = None  # the kind a reference points to
    codes: type[Choice] | None = None
    headers: tuple[str, ...] = ()
    help: str = ""
    above: int | None = None  # exclusive lower bound, in wire units
    at_least: int | None = None
    at_most: int | None = None
    past: bool = False  # a date or moment that cannot lie in the future
    purpose: str = ""  # what a consent of its own is asked for (spec/purposes.py); "" where none is
    since: int = 1
    options: Mapping[str, object] = field(default_factory=dict)

    def named(self, name: str) -> "Field":
        """The same field under the name of its attribute."""
        return replace(self, name=name)

    @property
    def code_titles(self) -> dict[str, str]:
        """Codes and their titles (untranslated), in the declared order; empty when the field has none."""
        return {c.value: c.label for c in self.codes} if self.codes else {}

    def titles_of(self, value: object) -> str:
        """The titles of one code or several in the user's language; a newer version's code stands as it is."""
        titles = self.code_titles
        codes = value if isinstance(value, list) else [str(value)]
        return "、".join(_(titles[code]) if code in titles else code for code in codes)
