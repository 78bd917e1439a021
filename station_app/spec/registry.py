"""All declared kinds, in reference order, and the checks that stop a wrong declaration at start."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final, Generic, Protocol, TypeVar

from station_app.spec.fields import Field
from station_app.spec.meanings import Storage
from station_app.spec.purposes import TITLES

MERGE_RULES: Final = ("append_only", "by_field", "newest", "ask")
SECTIONS: Final = ("people", "care", "farm", "volunteers", "lists", "money", "work", "standing", "law", "station")
RESERVED: Final = frozenset(
    {"station", "id", "removed", "metadata", "registry", "kind_name", "kind_title", "section", "merge", "fields"}
)


class DeclarationError(Exception):
    """A kind is declared wrongly: kind, field, rule and remedy in one sentence; the program does not start."""

    def __init__(self, kind: str, field: str, rule: str, remedy: str) -> None:
        where = f"{kind}.{field}" if field else kind
        super().__init__(f"{where}: {rule}; {remedy}.")
        self.kind, self.field, self.rule, self.remedy = kind, field, rule, remedy


class Declared(Protocol):
    """What the registry asks of a kind's class."""

    kind_name: ClassVar[str]
    section: ClassVar[str]
    merge: ClassVar[str]
    kind_title: ClassVar[str]
    fields: ClassVar[Mapping[str, Field]]


D = TypeVar("D", bound=Declared)


class Registry(Generic[D]):
    """Kinds by wire name."""

    def __init__(self) -> None:
        self._kinds: dict[str, type[D]] = {}
        self._checked = False

    def add(self, declared: type[D]) -> None:
        """Register a class when it is declared; checks that need other kinds wait for :meth:`check`."""
        kind = declared.kind_name
        if kind in self._kinds:
            raise DeclarationError(kind, "", "this kind is declared twice", "rename or delete one of the classes")
        self._check_alone(declared)
        self._kinds[kind] = declared
        self._checked = False

    def forget(self, kind: str) -> None:
        """Take a kind out again: for tests that declare a throw-away kind."""
        self._kinds.pop(kind, None)
        self._checked = False

    def __getitem__(self, kind: str) -> type[D]:
        return self._kinds[kind]

    def get(self, kind: str) -> type[D] | None:
        """The class of a kind, or None when this version does not know it."""
        return self._kinds.get(kind)

    def __contains__(self, kind: object) -> bool:
        return kind in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def classes(self) -> list[type[D]]:
        """Every class, those referred to before those that refer to them."""
        self.check()
        order: list[type[D]] = []
        seen: set[str] = set()

        def visit(kind: str) -> None:
            if kind in seen:
                return
            seen.add(kind)
            for field in self._kinds[kind].fields.values():
                if field.target and field.target != kind:
                    visit(field.target)
            order.append(self._kinds[kind])

        for kind in sorted(self._kinds):
            visit(kind)
        return order

    def check(self) -> None:
        """Everything that concerns kinds together: every reference has its target."""
        if self._checked:
            return
        for kind, declared in self._kinds.items():
            for field in declared.fields.values():
                if field.target is not None and field.target not in self._kinds:
                    raise DeclarationError(
                        kind, field.name, f"refers to {field.target!r}, which is not declared",
                        "declare that kind or correct the name",
                    )  # fmt: skip
        self._checked = True

    def _check_alone(self, declared: type[D]) -> None:
        kind = declared.kind_name
        if not kind.isidentifier() or kind != kind.lower():
            raise DeclarationError(kind, "", "a wire name is lower-case letters, digits and _", "rename the kind")
        if declared.merge not in MERGE_RULES:
            raise DeclarationError(
                kind, "", f"has no merge rule ({declared.merge!r})", f"choose one of {', '.join(MERGE_RULES)}"
            )
        if declared.section not in SECTIONS:
            raise DeclarationError(
                kind, "", f"section {declared.section!r} does not exist", f"choose one of {', '.join(SECTIONS)}"
            )
        if not declared.kind_title:
            raise DeclarationError(kind, "", "has no title", "give title=N_(…)")
        if not declared.fields:
            raise DeclarationError(kind, "", "has no fields", "declare at least one")
        for field in declared.fields.values():
            self._check_field(kind, field)

    def _check_field(self, kind: str, field: Field) -> None:
        def wrong(rule: str, remedy: str) -> DeclarationError:
            return DeclarationError(kind, field.name, rule, remedy)

        if field.name in RESERVED:
            raise wrong("this name is the program's own", "choose another")
        if not field.title:
            raise wrong("has no title", "give title=N_(…)")
        if field.meaning.identifies and not field.private:
            raise wrong("identifies a person and is not private", "declare private=True")
        if field.needed and field.computed:
            raise wrong("is computed and needed", "drop needed=True: derive() sets it")
        if field.codes is not None and len(field.codes) == 0:
            raise wrong("has no codes", "give the Choice members")
        if field.meaning.name in ("choice", "choices") and field.codes is None:
            raise wrong("is a choice without codes", "name its Choice class")
        if field.meaning.name in ("reference", "references") and not field.target:
            raise wrong("refers to nothing", "name the kind it refers to")
        if field.purpose and not field.private:
            raise wrong("needs a consent of its own and is not private", "declare private=True")
        if field.purpose and field.purpose not in TITLES:
            raise wrong(f"has the purpose {field.purpose!r}, which does not exist", "choose one of spec/purposes.py")
        bounds = (field.above, field.at_least, field.at_most)
        if any(b is not None for b in bounds) and field.meaning.storage is not Storage.INTEGER:
            raise wrong("has bounds but is no number", "drop above/at_least/at_most")
        low = field.at_least if field.at_least is not None else field.above
        if low is not None and field.at_most is not None and low > field.at_most:
            raise wrong("has a lower bound above its upper bound", "correct the bounds")
