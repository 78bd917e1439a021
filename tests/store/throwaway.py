"""One throw-away kind for each merge rule; declared once, known to the registry only while a test runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Mapped

import station_app.kinds  # noqa: F401  # every real kind, before these
from station_app.kinds.base import KINDS, Record
from station_app.kinds.columns import count, person_name, refers_to_many, text, yes_no


class Loose(Record, kind="t_loose", section="people", merge="by_field", title="Loose"):
    """By field."""

    name: Mapped[str | None] = person_name("Name")
    a: Mapped[int | None] = count("A")
    b: Mapped[int | None] = count("B")
    flag: Mapped[bool | None] = yes_no("Flag")
    tags: Mapped[list[str] | None] = refers_to_many("t_loose", "Tags")


class Whole(Record, kind="t_whole", section="people", merge="newest", title="Whole"):
    """Newest."""

    a: Mapped[int | None] = count("A")
    b: Mapped[int | None] = count("B")


class Asked(Record, kind="t_asked", section="people", merge="ask", title="Asked"):
    """Ask."""

    a: Mapped[int | None] = count("A")
    b: Mapped[int | None] = count("B")


class Once(Record, kind="t_once", section="people", merge="append_only", title="Once"):
    """Append only."""

    a: Mapped[int | None] = count("A", needed=True)
    note: Mapped[str | None] = text("Note")


ALL: tuple[type[Record], ...] = (Loose, Whole, Asked, Once)
for _kind in ALL:
    KINDS.forget(_kind.kind_name)


@contextmanager
def known() -> Iterator[None]:
    """The throw-away kinds are declared within."""
    for kind in ALL:
        KINDS.add(kind)
    try:
        yield
    finally:
        for kind in ALL:
            KINDS.forget(kind.kind_name)
