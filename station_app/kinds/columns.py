"""Typed makers of fields: a kind says what a value means, the maker gives its column."""

import json
from typing import Any, TypedDict, Unpack

from sqlalchemy import BigInteger, Dialect, SmallInteger, Text
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

from station_app.messages import N_
from station_app.spec import meanings as m
from station_app.spec.fields import Choice, Field
from station_app.spec.meanings import Meaning, Storage


class Flag(TypeDecorator[bool]):
    """Yes, no or unknown in an integer column."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        """True → 1, False → 0, None → NULL."""
        return None if value is None else int(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bool | None:
        """1 → True, 0 → False, NULL → None."""
        return None if value is None else bool(value)


def texts_json(value: list[str] | None) -> str | None:
    """A list of texts as its column holds it; an empty list is NULL, so that "none" has one form only."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None


class Texts(TypeDecorator[list[str]]):
    """A list of texts as a JSON array in a text column."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        """The list as JSON."""
        return texts_json(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> list[str] | None:
        """The list again."""
        return json.loads(value) if value else None


class Options(TypedDict, total=False):
    """What every maker accepts; see :class:`station_app.spec.fields.Field` for the meaning of each."""

    needed: bool
    required: bool
    private: bool
    computed: bool
    unique: bool
    headers: tuple[str, ...]
    help: str
    purpose: str
    since: int


class Bounds(Options, total=False):
    """Options of numbers: bounds in wire units."""

    above: int
    at_least: int
    at_most: int


class Moments(Options, total=False):
    """Options of dates."""

    past: bool


def _column(meaning: Meaning, title: str, **given: Any) -> Any:
    column_type = {
        Storage.INTEGER: BigInteger, Storage.TEXT: Text, Storage.FLAG: Flag, Storage.LIST: Texts
    }[meaning.storage]  # fmt: skip
    return mapped_column(
        column_type(),
        nullable=True,
        index=given.get("unique", False),
        info={"field": Field(name="", title=title, meaning=meaning, **given)},
    )


def text(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A short text in one line."""
    return _column(m.TEXT, title, **given)  # type: ignore[no-any-return]  # one untyped place makes every typed one


def long_text(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """Free text of several lines; private unless said otherwise, for people write names into it (DOMAIN §1.1)."""
    given.setdefault("private", True)
    return _column(m.LONG_TEXT, title, **given)  # type: ignore[no-any-return]


def choice(codes: type[Choice], title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """One of a closed list of codes; an unknown code of a newer version is kept as it is."""
    return _column(m.CHOICE, title, codes=codes, **given)  # type: ignore[no-any-return]


def choices(codes: type[Choice], title: str, **given: Unpack[Options]) -> MappedColumn[list[str] | None]:
    """Several of a closed list of codes."""
    return _column(m.CHOICES, title, codes=codes, **given)  # type: ignore[no-any-return]


def person_name(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A person's name, 1–50 characters of any script; private."""
    return _column(m.PERSON_NAME, title, **(given | {"private": True}))  # type: ignore[no-any-return]


def id_number(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A resident id number of 18 characters (GB 11643-1999); private."""
    return _column(m.ID_NUMBER, title, **(given | {"private": True}))  # type: ignore[no-any-return]


def phone(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A telephone number: 11 digits of a mobile or area code and number; private."""
    return _column(m.PHONE, title, **(given | {"private": True}))  # type: ignore[no-any-return]


def division(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A division code of 12 digits (village, community) or 9 (township); text where none matches."""
    return _column(m.DIVISION, title, **given)  # type: ignore[no-any-return]


def date(title: str, **given: Unpack[Moments]) -> MappedColumn[str | None]:
    """A date ``YYYY-MM-DD``, or ``YYYY-MM`` where only the month is known."""
    return _column(m.DATE, title, **given)  # type: ignore[no-any-return]


def moment(title: str, **given: Unpack[Moments]) -> MappedColumn[str | None]:
    """A date and time of day in local time, ``YYYY-MM-DDTHH:MM``."""
    return _column(m.MOMENT, title, **given)  # type: ignore[no-any-return]


def time_of_day(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A time of day ``HH:MM``."""
    return _column(m.TIME, title, **given)  # type: ignore[no-any-return]


def duration(title: str, **given: Unpack[Bounds]) -> MappedColumn[int | None]:
    """A duration in minutes."""
    return _column(m.DURATION, title, **given)  # type: ignore[no-any-return]


def hours(title: str, **given: Unpack[Bounds]) -> MappedColumn[int | None]:
    """Hours of work, kept in minutes, shown in hours."""
    return _column(m.HOURS, title, **given)  # type: ignore[no-any-return]


def money(title: str, **given: Unpack[Bounds]) -> MappedColumn[int | None]:
    """An amount in 分."""
    return _column(m.MONEY, title, **given)  # type: ignore[no-any-return]


def mu(title: str, **given: Unpack[Bounds]) -> MappedColumn[int | None]:
    """An area in 1/2000 亩 (= 1/3 m²), so that 亩 and m² are both exact."""
    return _column(m.AREA, title, **given)  # type: ignore[no-any-return]


def weight(title: str, **given: Unpack[Bounds]) -> MappedColumn[int | None]:
    """A weight in g."""
    return _column(m.WEIGHT, title, **given)  # type: ignore[no-any-return]


def count(title: str, **given: Unpack[Bounds]) -> MappedColumn[int | None]:
    """A whole number of things, people or times."""
    return _column(m.COUNT, title, **given)  # type: ignore[no-any-return]


def yes_no(title: str, **given: Unpack[Options]) -> MappedColumn[bool | None]:
    """Yes, no, or unknown; a blank is unknown, never no (DOMAIN §5)."""
    return _column(m.YES_NO, title, **given)  # type: ignore[no-any-return]


def refers_to(kind: str, title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A record of another kind (its id)."""
    return _column(m.REFERENCE, title, target=kind, **given)  # type: ignore[no-any-return]


def refers_to_many(kind: str, title: str, **given: Unpack[Options]) -> MappedColumn[list[str] | None]:
    """Several records of another kind."""
    return _column(m.REFERENCES, title, target=kind, **given)  # type: ignore[no-any-return]


def blob(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A photo, scan or PDF, by the SHA-256 of its content."""
    return _column(m.BLOB, title, **given)  # type: ignore[no-any-return]


def data(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """JSON text made by the program: a policy's table, a report's figures. Never typed by people as it is."""
    return _column(m.DATA, title, **given)  # type: ignore[no-any-return]


class ConsentState(Choice):
    """A person's answer to being asked."""

    GIVEN = "given", N_("Consent given"), "同意", "是"
    REFUSED = "refused", N_("Consent refused"), "不同意", "拒绝", "否"
    WITHDRAWN = "withdrawn", N_("Consent withdrawn"), "已撤回", "撤回"


def consent(title: str, **given: Unpack[Options]) -> MappedColumn[str | None]:
    """A consent asked for this one purpose: given, refused, withdrawn, or not asked (NULL)."""
    return _column(m.CONSENT, title, codes=ConsentState, **given)  # type: ignore[no-any-return]
