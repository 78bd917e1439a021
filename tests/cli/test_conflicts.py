"""``conflicts`` and ``resolve``: both values in words, one taken or a third typed, taken back by ``undo``; computers by name."""

from pathlib import Path

import pytest

from station_app.compose import open_station
from station_app.messages import Refusal
from station_app.store import journal, schema
from station_app.store.change import Author, Done, Edit
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from tests.cli.conftest import PASSWORD, Ask
from tests.store.exchange import chain_of, take_in

OTHER = "1a2b3c4d-0000-4000-8000-000000000001"
CODE = "15060210101"


@pytest.fixture
def asked(station: Ask, tmp_path: Path) -> Ask:
    """A station whose other computer changed the same telephone and the same village's name differently."""
    record = station("add", "resident", "name=王秀英", "phone=13804771100").said["id"]
    station("set", "resident", record, "phone=13804771101", "address=老院子")
    opened = open_station(tmp_path / "station", None, lambda _name: PASSWORD)
    assert not isinstance(opened, Refusal)
    database = open_sqlite(tmp_path / "other.db", None)
    schema.bring_up(database, searchable=True)
    with database.writing() as connection:
        journal.register(connection, CODE, OTHER, own=True)
    other = Store(database, tmp_path, CODE, OTHER)
    chain = chain_of(opened.store.database, opened.store.device)
    take_in(other.database, other.fold, CODE, opened.store.device, chain[:-1])
    fields = {"phone": "13904771102", "address": "新楼"}
    assert isinstance(other.change([Edit("resident", fields, record)], Author("00000000-0000-4000-8000-0000000000bb"), "set"), Done)
    take_in(opened.store.database, opened.store.fold, CODE, OTHER, chain_of(other.database, OTHER))
    other.close()
    opened.close()
    return station


def test_both_are_told_and_one_is_taken(asked: Ask) -> None:
    """Contract's keys, and the sentence a person reads; masked numbers show as much as tells them apart."""
    found = asked("conflicts").said["conflicts"]
    by_field = {one["field"]: one for one in found}
    assert set(by_field) == {"phone", "address"}
    address = by_field["address"]
    assert {head["value"] for head in address["heads"]} == {"老院子", "新楼"}
    assert {head["where"] for head in address["heads"]} == {"本机", "电脑 1a2b3c4d"}
    assert "王秀英" in address["sentence"] and "乔站长" in {head["author"] for head in address["heads"]}
    assert all("*" in str(head["value"]) for head in by_field["phone"]["heads"])
    take = next(head["head"] for head in address["heads"] if head["value"] == "新楼")
    done = asked("resolve", address["id"], "--take", take)
    assert done.code == 0 and done.said["conflicts"] == 1
    assert asked("show", "resident", address["record"]).said["fields"]["address"] == "新楼"
    assert asked("undo", done.said["entries"][0]["entry"]).code == 0
    assert {one["field"] for one in asked("conflicts").said["conflicts"]} == {"phone", "address"}


def test_a_third_value_is_typed(asked: Ask) -> None:
    """And what cannot be read is refused with the field's name; both at once is wrong usage."""
    address = next(one for one in asked("conflicts").said["conflicts"] if one["field"] == "address")
    phone = next(one for one in asked("conflicts").said["conflicts"] if one["field"] == "phone")
    assert asked("resolve", address["id"], "--value", "村东头").code == 0
    assert asked("show", "resident", address["record"]).said["fields"]["address"] == "村东头"
    refused = asked("resolve", phone["id"], "--value", "12")
    assert refused.code == 1 and refused.said["refused"] == "does_not_fit"
    assert asked("resolve", phone["id"], "--value", "13500000001", "--take", "x:1").code == 2
    assert asked("resolve", phone["id"]).code == 2


def test_a_computer_gets_a_name(station: Ask) -> None:
    """For the other computers' histories."""
    assert station("name-computer", "镇里的电脑").said["name"] == "镇里的电脑"
    assert station("list", "computer").said["records"][0]["title"] == "镇里的电脑"
