"""The base of every kind: a mapped class that is its one declaration."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from sqlalchemy import MetaData, SmallInteger, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from station_app.kinds.lines import Line
from station_app.messages import _
from station_app.spec.fields import Field
from station_app.spec.problems import Problem
from station_app.spec.registry import RESERVED, DeclarationError, Registry

#: Constraint names are part of the schema, so that migrations can name them on every database.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: How a kind asks for the caption of a record it refers to: (kind, id) → caption ("" when unknown).
Named = Callable[[str, str | None], str]


class Base(DeclarativeBase):
    """All tables of kinds; the store's own tables are in the same metadata."""

    metadata = MetaData(naming_convention=NAMES)


class Record(Base):
    """One record of a kind.

    Subclass with ``kind=`` (wire name, frozen once released), ``section=``, ``merge=`` and ``title=``. Tables have no constraint
    but the key (DESIGN, "Fold, precisely" 8): rules live in :meth:`problems` and in ``change``.
    """

    __abstract__ = True

    kind_name: ClassVar[str]  # its wire name
    section: ClassVar[str]
    merge: ClassVar[str]
    kind_title: ClassVar[str]
    fields: ClassVar[Mapping[str, Field]]
    #: Open fields whose values lists of this kind show first; the order is that of the declaration otherwise.
    listed: ClassVar[tuple[str, ...]] = ()
    #: Columns of a list are sorted by this field at first ("" = newest first).
    sorted_by: ClassVar[str] = ""
    #: Records that the program writes while it does something else (an export, an access): shown, never typed.
    made_by_program: ClassVar[bool] = False
    #: Whether a record can be erased for ever on a lawful request. Not what others' proofs stand on: signed reports, rules
    #: in force, the register of erasures itself.
    erasable: ClassVar[bool] = True

    station: Mapped[str] = mapped_column(String, primary_key=True, sort_order=-9)
    id: Mapped[str] = mapped_column(String, primary_key=True, sort_order=-9)
    removed: Mapped[int | None] = mapped_column(SmallInteger, sort_order=-8)

    def __init_subclass__(
        cls, *, kind: str = "", section: str = "", merge: str = "", title: str = "", **kw: Any
    ) -> None:
        if not kind:
            super().__init_subclass__(**kw)
            return
        # Before the mapper sees the class, which would stop in its own words.
        if kind in KINDS:
            raise DeclarationError(kind, "", "this kind is declared twice", "rename or delete one of the classes")
        for name, value in vars(cls).items():
            if name in RESERVED and isinstance(value, MappedColumn):
                raise DeclarationError(kind, name, "this name is the program's own", "choose another")
        cls.__tablename__ = kind
        cls.kind_name, cls.section, cls.merge, cls.kind_title = kind, section, merge, title
        super().__init_subclass__(**kw)
        declared: dict[str, Field] = {}
        for column in cls.__table__.columns:
            spec = column.info.get("field")
            if spec is not None:
                declared[column.key] = spec.named(column.key)
        cls.fields = declared
        KINDS.add(cls)

    @classmethod
    def titled(cls) -> str:
        """The kind's title in the user's language."""
        return _(cls.kind_title)

    def derive(self) -> None:
        """Set the computed fields from the others; called by ``change`` before the entry is made."""

    def problems(self) -> Iterable[Problem]:
        """Findings beyond the fields' own bounds, about this record alone."""
        return ()

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """Lines of the month report whose query concerns this kind alone."""
        return ()

    def caption(self, named: Named) -> str:
        """One short line by which people know this record."""
        for field in self.fields.values():
            value = getattr(self, field.name)
            if field.meaning.name in ("person_name", "text") and value:
                return str(value)
        return self.titled()


KINDS: Registry[Record] = Registry()
