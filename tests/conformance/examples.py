"""Example values by meaning, and records of any kind made of them: nothing here knows a kind."""

from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.store.change import Author, Done, Edit
from station_app.store.opened import Store

AUTHOR = Author("00000000-0000-4000-8000-00000000000a")

_BY_MEANING: dict[str, Wire] = {
    "text": "例文", "long_text": "第一行\n第二行", "person_name": "𬶏玉梅", "id_number": "152722194503059979", "phone": "19900001234",
    "division": "150602102", "date": "2024-03-05", "moment": "2024-03-05T09:30", "time": "09:30", "duration": 45, "hours": 90,
    "money": 1234, "area": 10_400, "weight": 12_500, "count": 3, "yes_no": True, "blob": "ab" * 32, "data": "{}",
}  # fmt: skip


def example(field: Field) -> Wire:
    """A value that fits the field; None where only a record of another kind would."""
    if field.codes is not None:
        code = next(iter(field.code_titles))
        return [code] if field.meaning.name == "choices" else code
    if field.meaning.name == "date" and field.name in ("month", "birth_month"):
        return "2024-03"
    value = _BY_MEANING.get(field.meaning.name)
    if isinstance(value, int) and not isinstance(value, bool):
        if field.at_least is not None:
            value = max(value, field.at_least)
        if field.above is not None:
            value = max(value, field.above + 1)
        if field.at_most is not None:
            value = min(value, field.at_most)
    return value


def made(store: Store, kind: str, depth: int = 0) -> str:
    """A record with what is needed, the records it refers to included."""
    fields: dict[str, Wire] = {}
    for field in KINDS[kind].fields.values():
        if not field.needed:
            continue
        if field.target is not None:
            assert depth < 5, "kinds need each other in a circle"
            fields[field.name] = made(store, field.target, depth + 1)
        else:
            fields[field.name] = example(field)
    done = store.change([Edit(kind, fields or _anything(kind))], AUTHOR, "create")
    for _again in range(5):
        if isinstance(done, Done):
            break
        # a rule of the kind itself names fields: they are filled, too
        for name in done.values.get("names", ()):  # type: ignore[attr-defined]  # a list of names
            field = KINDS[kind].fields[name]
            fields[name] = made(store, field.target, depth + 1) if field.target else example(field)
        done = store.change([Edit(kind, fields)], AUTHOR, "create")
    assert isinstance(done, Done), (kind, done.message)
    return done.records[0]


def _anything(kind: str) -> dict[str, Wire]:
    for field in KINDS[kind].fields.values():
        value = None if field.computed or field.target else example(field)
        if value is not None:
            return {field.name: value}
    raise AssertionError(f"{kind} has no field that can be typed")


def filled(store: Store, kind: str) -> tuple[str, dict[str, str]]:
    """A record with every field set that its own rules allow; and the refusals of the others, by field."""
    record = made(store, kind)
    refused: dict[str, str] = {}
    for field in KINDS[kind].fields.values():
        if field.computed or field.needed or KINDS[kind].merge == "append_only":
            continue
        value: Wire = (
            made(store, field.target) if field.target and field.meaning.name == "reference" else example(field)
        )
        if field.meaning.name == "references" and field.target:
            value = [made(store, field.target)]
        if value is None:
            continue
        done = store.change([Edit(kind, {field.name: value}, record)], AUTHOR, "edit")
        if isinstance(done, Refusal) and done.code.value != "nothing_to_do":
            refused[field.name] = done.message
    return record, refused
