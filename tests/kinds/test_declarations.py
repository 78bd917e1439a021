"""A wrong declaration stops the start, naming kind, field, rule and remedy; the declared kinds keep the contract."""

from collections.abc import Callable, Iterator
from itertools import count
from types import new_class
from typing import Any

import pytest
from babel.messages.pofile import read_po
from sqlalchemy.orm import Mapped

from station_app.kinds import KINDS, Record
from station_app.kinds import columns as c
from station_app.messages import N_
from station_app.settings import RESOURCES
from station_app.spec.fields import Choice
from station_app.spec.registry import DeclarationError

#: The wire names of the contract that this version declares, in the contract's order.
CONTRACT = (
    "resident household elder assessment visit service activity farm_plot plot_application farm_help harvest sale "
    "volunteer volunteer_hours worker station room policy month_report consent data_request access approval "
    # added to the contract's: who is who on other computers, what the law and the keys leave behind
    "account computer destruction distinct_pair erasure export key_event"
).split()

MERGES = {
    "append_only": {"sale", "volunteer_hours", "access", "approval", "export", "key_event"},
    "newest": {"policy"},
}


@pytest.fixture(autouse=True)
def _tables_as_before() -> Iterator[None]:
    """A kind declared in a test leaves nothing behind."""
    before = set(Record.metadata.tables)
    yield
    for name in set(Record.metadata.tables) - before:
        Record.metadata.remove(Record.metadata.tables[name])
        KINDS.forget(name)


def wrong(declare: Callable[[], object]) -> DeclarationError:
    """The error a declaration stops with."""
    with pytest.raises(DeclarationError) as caught:
        declare()
    return caught.value


class Colour(Choice):
    """Two codes."""

    RED = "red", N_("Male")
    BLUE = "blue", N_("Female")


class Nothing(Choice):
    """No codes."""


def kind(name: str, **given: Any) -> dict[str, Any]:
    """What a declaration says about itself."""
    return {"kind": name, "section": "care", "merge": "by_field", "title": "T"} | given


_NUMBER = count()


def declared(given: dict[str, Any], **fields: Any) -> type[Record]:
    """A throw-away kind; each class has a name of its own, for the mapper keeps them."""

    def body(names: dict[str, Any]) -> None:
        names |= {"__module__": __name__, "__annotations__": dict.fromkeys(fields, Mapped[Any]), **fields}

    return new_class(f"Throwaway{next(_NUMBER)}", (Record,), given, body)


FIELDS: list[tuple[str, Callable[[], Any], str, str]] = [
    ("no title", lambda: c.text(""), "has no title", "give title"),
    ("two roles", lambda: c.text("T", needed=True, computed=True), "computed and needed", "drop needed"),
    ("no codes", lambda: c.choice(Nothing, "T"), "no codes", "give the Choice members"),
    ("no target", lambda: c.refers_to("", "T"), "refers to nothing", "name the kind"),
    ("bounds", lambda: c.count("T", at_least=5, at_most=4), "lower bound above", "correct the bounds"),
]


@pytest.mark.parametrize(("case", "make", "rule", "remedy"), FIELDS, ids=[f[0] for f in FIELDS])
def test_a_wrong_field_is_named_with_its_rule_and_remedy(
    case: str, make: Callable[[], Any], rule: str, remedy: str
) -> None:
    error = wrong(lambda: declared(kind("throwaway"), broken=make()))
    assert (error.kind, error.field) == ("throwaway", "broken")
    assert rule in error.rule
    assert remedy in error.remedy
    for part in ("throwaway.broken", error.rule, error.remedy):
        assert part in str(error)


def test_what_identifies_a_person_is_private_whatever_is_said() -> None:
    made = declared(
        kind("throwaway"), name=c.person_name("T", private=False), number=c.id_number("T"), call=c.phone("T")
    )
    assert [field.private for field in made.fields.values()] == [True, True, True]


KIND_ERRORS: list[tuple[dict[str, Any], str, str]] = [
    (kind("Throwaway"), "wire name", "rename the kind"),
    (kind("throwaway", merge=""), "no merge rule", "choose one of"),
    (kind("throwaway", merge="last"), "no merge rule", "append_only"),
    (kind("throwaway", section="misc"), "does not exist", "choose one of"),
    (kind("throwaway", title=""), "has no title", "give title"),
    (kind("elder"), "declared twice", "rename or delete"),
]


@pytest.mark.parametrize(("given", "rule", "remedy"), KIND_ERRORS, ids=[rule for _given, rule, _remedy in KIND_ERRORS])
def test_a_wrong_kind_is_named_with_its_rule_and_remedy(given: dict[str, Any], rule: str, remedy: str) -> None:
    error = wrong(lambda: declared(given, word=c.text("T")))
    assert error.kind == given["kind"]
    assert error.field == ""
    assert rule in error.rule
    assert remedy in error.remedy


def test_a_kind_without_fields_is_refused() -> None:
    assert wrong(lambda: declared(kind("throwaway"))).rule == "has no fields"


@pytest.mark.parametrize("name", ["station", "id", "removed", "kind_name", "section", "merge", "fields"])
def test_a_reserved_name_is_refused(name: str) -> None:
    error = wrong(lambda: declared(kind("throwaway"), **{name: c.text("T")}))
    assert (error.kind, error.field, error.remedy) == ("throwaway", name, "choose another")


def test_a_reference_to_a_kind_that_is_not_there_stops_the_check() -> None:
    declared(kind("throwaway"), who=c.refers_to("nobody", "T"))
    error = wrong(KINDS.check)
    assert (error.kind, error.field) == ("throwaway", "who")
    assert "nobody" in str(error)


def test_a_throw_away_kind_gets_its_table_and_fields() -> None:
    made = declared(kind("throwaway"), name=c.person_name("T"), colour=c.choice(Colour, "T"))
    assert [column.key for column in made.__table__.columns] == ["station", "id", "removed", "name", "colour"]
    assert [column.key for column in made.__table__.primary_key] == ["station", "id"]
    assert made.fields["colour"].code_titles == {"red": "Male", "blue": "Female"}
    assert KINDS["throwaway"] is made


def test_the_kinds_are_those_of_the_contract() -> None:
    assert sorted(KINDS) == sorted(CONTRACT)
    for name in KINDS:
        expected = next((rule for rule, kinds in MERGES.items() if name in kinds), "by_field")
        assert KINDS[name].merge == expected, name
        assert KINDS[name].__doc__, name


def test_what_is_referred_to_comes_first() -> None:
    order = [declared.kind_name for declared in KINDS.classes()]
    assert order.index("resident") < order.index("elder")
    assert order.index("farm_plot") < order.index("harvest") < order.index("sale")
    assert sorted(order) == sorted(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_tables_have_no_constraint_but_the_key(name: str) -> None:
    table = KINDS[name].__table__
    assert [column.key for column in table.columns][:3] == ["station", "id", "removed"]
    for column in table.columns:
        assert column.primary_key or column.nullable
        assert not column.foreign_keys
        assert not column.unique


@pytest.mark.parametrize("name", CONTRACT)
def test_needed_fields_are_identity_date_or_amount(name: str) -> None:
    for field in KINDS[name].fields.values():
        if field.needed:
            assert field.meaning.name in (
                "reference", "person_name", "date", "moment", "hours", "area", "weight", "text", "choice", "data", "count",
                *(("consent", "long_text") if KINDS[name].section == "law" else ()),  # an answer, and why: what the law asks for
            ), field.name  # fmt: skip
            assert not field.computed
        assert set(KINDS[name].listed) <= set(KINDS[name].fields)
        assert KINDS[name].sorted_by in ("", *KINDS[name].fields)


#: What a small village's open fields may hold (DOMAIN §1.1): codes, dates of acts, references, counts, amounts, flags,
#: and these texts, which are no person's.
OPEN_TEXTS = {
    "activity": {"name", "place", "org_unit"},
    "volunteer_hours": {"place", "org_unit"},
    "worker": {"post"},
    "station": {"name", "code", "address", "operator"},
    "room": {"name", "address"},
    "policy": {"name", "source"},
    # said by the program itself: kinds, fields, forms, hashes, versions, roles, and ids that are no person's to the centre
    "access": {"what", "shown", "second"},
    "approval": {"about", "second"},
    "consent": {"text_version"},
    "destruction": {"head", "second"},
    "erasure": {"target_kind", "target"},
    "export": {"what", "form", "sha256", "second"},
    "key_event": {"whom", "role"},
}
SENSITIVE = {
    "resident": {"birth_date", "ethnic_code", "address", "hukou_addr", "relation", "marital", "education", "politics"},
    "elder": {"income", "medical_pay", "diagnosis", "falls", "coal_risk", "contact_relation"},
    "assessment": {"eating", "social", "coma", "dementia", "risk_events", "total", "preliminary", "adjustment"},
    "plot_application": {"reason"},
}


@pytest.mark.parametrize("name", CONTRACT)
def test_texts_and_sensitive_fields_are_private(name: str) -> None:
    for field in KINDS[name].fields.values():
        if field.meaning.name in ("text", "long_text"):
            assert field.private or field.name in OPEN_TEXTS.get(name, set()), f"{name}.{field.name} is open text"
        if field.name in SENSITIVE.get(name, set()):
            assert field.private, f"{name}.{field.name}"
    assert not KINDS["assessment"].fields["level"].private
    assert not KINDS["resident"].fields["birth_month"].private


@pytest.mark.parametrize("name", CONTRACT)
def test_a_header_means_one_field_of_a_kind(name: str) -> None:
    seen: dict[str, str] = {}
    for field in KINDS[name].fields.values():
        for header in field.headers:
            assert seen.setdefault(header, field.name) == field.name, f"{header} is {seen[header]} and {field.name}"


@pytest.mark.parametrize("name", CONTRACT)
def test_words_of_a_choice_mean_one_code(name: str) -> None:
    for field in KINDS[name].fields.values():
        seen: dict[str, str] = {}
        for code in field.codes or ():
            for word in code.also:
                assert seen.setdefault(word, code.value) == code.value, f"{field.name}: {word}"


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    """Every text in Chinese, whichever fragment it stands in."""
    found: dict[str, str] = {}
    for fragment in sorted((RESOURCES / "translations" / "zh_CN").glob("*.po")):
        with fragment.open("rb") as file:
            found |= {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}
    return found


@pytest.mark.parametrize("name", CONTRACT)
def test_every_text_is_there_in_chinese(name: str, chinese: dict[str, str]) -> None:
    declared_kind = KINDS[name]
    texts = [declared_kind.kind_title]
    for field in declared_kind.fields.values():
        texts += [field.title, *([field.help] if field.help else []), *(code.label for code in field.codes or ())]
    assert [text for text in texts if text not in chinese] == []


@pytest.mark.parametrize("name", CONTRACT)
def test_chinese_titles_tell_fields_and_codes_apart(name: str, chinese: dict[str, str]) -> None:
    """Our own export is read back by its titles; a title must not be another field's header, nor a code's word another's."""
    fields = KINDS[name].fields.values()
    titles = {chinese[field.title]: field.name for field in fields}
    assert len(titles) == len(KINDS[name].fields)
    for field in fields:
        assert {titles.get(header, field.name) for header in field.headers} <= {field.name}, field.name
        words: dict[str, str] = {}
        for code in field.codes or ():
            for word in (chinese[code.label], *code.also):
                assert words.setdefault(word, code.value) == code.value, f"{field.name}: {word}"
