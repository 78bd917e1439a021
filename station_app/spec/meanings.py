"""What a field can mean. A meaning fixes how a value travels, is stored, is searched; never which widget shows it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: A value as it stands in an entry (JSON): integers in wire units, text, yes/no, or a list of texts.
Wire = int | str | bool | list[str] | None

#: Integers on the wire stay below this, so that every JSON reader keeps them exact (DESIGN, "Entry").
WIRE_LIMIT: Final = 2**53


class Storage(StrEnum):
    """How a column holds the value: DESIGN allows integers and text only ("Fold, precisely" 8)."""

    INTEGER = "integer"
    TEXT = "text"
    FLAG = "flag"  # 1, 0 or NULL: yes, no, unknown
    LIST = "list"  # texts as a JSON array


class SearchBy(StrEnum):
    """How a value is found by search everywhere."""

    NAME = "name"  # each character, full pinyin under all readings, initials
    WORDS = "words"  # each character and each word
    NUMBER = "number"  # the whole and its last four


_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?\Z")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_MOMENT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d\Z")


#: What no database takes in a text: U+0000 and halves of surrogate pairs.
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and _NOT_TEXT.search(value) is None


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -WIRE_LIMIT < value < WIRE_LIMIT


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(v) for v in value)


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.match(value) is not None


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning.

    ``fits`` says whether a wire value can be stored as it is; a value that does not fit becomes NULL in the
    fold and is reported, never raised. ``identifies`` means the field must be declared private.
    """

    name: str
    storage: Storage
    fits: Callable[[object], bool]
    identifies: bool = False
    search: SearchBy | None = None
    numeric: bool = False  # sums make sense: amounts and counts, right-aligned in lists


TEXT: Final = Meaning("text", Storage.TEXT, _is_text, search=SearchBy.WORDS)
LONG_TEXT: Final = Meaning("long_text", Storage.TEXT, _is_text)
CHOICE: Final = Meaning("choice", Storage.TEXT, _is_text)
CHOICES: Final = Meaning("choices", Storage.LIST, _is_list)
PERSON_NAME: Final = Meaning("person_name", Storage.TEXT, _is_text, identifies=True, search=SearchBy.NAME)
ID_NUMBER: Final = Meaning("id_number", Storage.TEXT, _is_text, identifies=True, search=SearchBy.NUMBER)
PHONE: Final = Meaning("phone", Storage.TEXT, _is_text, identifies=True, search=SearchBy.NUMBER)
DIVISION: Final = Meaning("division", Storage.TEXT, _is_text)
DATE: Final = Meaning("date", Storage.TEXT, _matches(_DATE))
MOMENT: Final = Meaning("moment", Storage.TEXT, _matches(_MOMENT))
TIME: Final = Meaning("time", Storage.TEXT, _matches(_TIME))
DURATION: Final = Meaning("duration", Storage.INTEGER, _is_int, numeric=True)  # minutes
HOURS: Final = Meaning("hours", Storage.INTEGER, _is_int, numeric=True)  # minutes, typed and shown in hours
MONEY: Final = Meaning("money", Storage.INTEGER, _is_int, numeric=True)  # 分
AREA: Final = Meaning("area", Storage.INTEGER, _is_int, numeric=True)  # 1/2000 亩
WEIGHT: Final = Meaning("weight", Storage.INTEGER, _is_int, numeric=True)  # g
COUNT: Final = Meaning("count", Storage.INTEGER, _is_int, numeric=True)
YES_NO: Final = Meaning("yes_no", Storage.FLAG, lambda v: isinstance(v, bool))
REFERENCE: Final = Meaning("reference", Storage.TEXT, _matches(_UUID))
REFERENCES: Final = Meaning(
    "references", Storage.LIST, lambda v: isinstance(v, list) and all(isinstance(i, str) and _UUID.match(i) for i in v)
)
BLOB: Final = Meaning("blob", Storage.TEXT, _matches(_DIGEST))
CONSENT: Final = Meaning("consent", Storage.TEXT, _is_text)  # yes / no / withdrawn, with the day in its own field
DATA: Final = Meaning("data", Storage.TEXT, _is_text)  # JSON text made by the program: policies, report figures
