"""What was typed and not saved when the station was locked: kept encrypted in the store for its writer, put back at the next unlocking."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from station_app.kinds.base import KINDS
from station_app.ui.places import FormPlace, Place, ScreenPlace

if TYPE_CHECKING:
    from station_app.compose import OpenStation
    from station_app.store.records import Reader
    from station_app.ui.pages.fields import Fields

_FACT: Final = "draft"


def keep(station: "OpenStation", place: Place | None, draft: Mapping[str, Any] | None) -> None:
    """Remember (or, without a draft, forget) what the user at work has typed at a place. A local fact, no entry."""
    name = f"{_FACT}/{station.user.id}"
    kept = b""
    if draft is not None and isinstance(place, FormPlace):
        kept = json.dumps(
            {"kind": place.kind, "record": place.record, "begin": dict(place.begin), "draft": draft}
        ).encode()
    elif draft is not None and isinstance(place, ScreenPlace):
        kept = json.dumps({"screen": place.name, "draft": draft}).encode()
    if kept or station.store.fact(name):
        station.store.keep(name, kept)


def taken(station: "OpenStation") -> tuple[Place, Mapping[str, Any]] | None:
    """What this user left, once; a kind this version no longer knows is left alone."""
    name = f"{_FACT}/{station.user.id}"
    kept = station.store.fact(name)
    if not kept:
        return None
    station.store.keep(name, b"")
    said = json.loads(kept)
    if "screen" in said:
        return ScreenPlace(said["screen"]), said["draft"]
    if said["kind"] not in KINDS:
        return None
    return FormPlace(said["kind"], said["record"], said["begin"]), said["draft"]


def of_fields(fields: "Fields") -> dict[str, Any]:
    """By field that was touched: its value, or the text that is no value yet."""
    found: dict[str, Any] = {}
    for name, box in fields.boxes.items():
        if box.veil is not None or box.untouched():
            continue
        reading = box.editor.taken()
        target = box.editor.target()
        if not reading.wrong:
            found[name] = {"value": reading.value}
        elif isinstance(target, QLineEdit):
            found[name] = {"text": target.text()}
        elif isinstance(target, QPlainTextEdit):
            found[name] = {"text": target.toPlainText()}
    return found


def captions(reader: "Reader", kind: str, typed: Mapping[str, Any]) -> dict[str, str]:
    """The captions of records that a draft refers to."""
    found: dict[str, str] = {}
    for name, one in typed.items():
        field, value = KINDS[kind].fields.get(name), one.get("value")
        if field is not None and field.target and value:
            ids = value if isinstance(value, list) else [str(value)]
            found[name] = "\n".join(reader.caption(field.target, each) for each in ids)
    return found


def put_back(fields: "Fields", typed: Mapping[str, Any], said: Mapping[str, str]) -> None:
    """Show in an open form what had been typed there; what the record holds is still what the form compares with."""
    for name, one in typed.items():
        box = fields.boxes.get(name)
        if box is None:
            continue
        if box.veil is not None:
            box.replace()
        if "value" in one:
            box.editor.set_value(one["value"], said.get(name, ""))
            continue
        target = box.editor.target()
        if isinstance(target, QLineEdit):
            target.setText(str(one.get("text", "")))
        elif isinstance(target, QPlainTextEdit):
            target.setPlainText(str(one.get("text", "")))
