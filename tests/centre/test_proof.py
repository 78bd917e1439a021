"""What the centre can prove of its own tables, what must not be found in its files, and what others' tools read."""

import json
import subprocess
import uuid
from pathlib import Path

import pytest
from sqlalchemy import text, update

import station_app.kinds  # noqa: F401
from station_app.kinds.base import KINDS
from station_app.kinds.volunteer_hours import VolunteerHours
from station_app.store import entries as e
from station_app.store import journal, packing
from station_app.store.change import Edit
from station_app.store.tables import device as device_table
from station_app.store.tables import entry as entry_table
from station_app.sync.bundle import bundle_name
from tests.centre.conftest import Scene
from tests.sync.parts import add_hours, good, signed_month


def test_a_row_changed_in_the_tables_is_found(scene: Scene) -> None:
    shifts = add_hours(scene.station)
    scene.send()
    scene.take()
    assert scene.centre.check().ok
    with scene.centre.database.writing() as connection:
        connection.execute(update(VolunteerHours).where(VolunteerHours.id == shifts[0]).values(hours=600))
    checked = scene.centre.check()
    assert not checked.ok
    assert checked.rebuild == {
        scene.station.store.station: [{"kind": "volunteer_hours", "record": shifts[0], "fields": ["hours"]}]
    }


def test_a_chain_rewritten_with_all_its_hashes_is_found_by_the_voucher(scene: Scene) -> None:
    add_hours(scene.station)
    scene.send()
    scene.take()
    device = scene.station.store.device
    with scene.centre.database.writing() as connection:
        one = journal.device_named(connection, device)
        assert one is not None
        prev = e.NO_ENTRY
        for seq, _digest, line in list(journal.chain(connection, one.no)):
            changed = line.replace(b'"hours":90', b'"hours":600')
            entry = e.parse(changed)
            prev = e.entry_hash(prev, entry)
            packed = packing.pack(changed, uuid.UUID(entry.head.op).bytes)
            connection.execute(
                update(entry_table).where(entry_table.c.at == journal.at_of(one.no, seq)).values(hash=prev, line=packed)
            )
        connection.execute(update(device_table).where(device_table.c.no == one.no).values(hash=prev))
    checked = scene.centre.check()
    assert checked.chains[device].startswith("not what was vouched for"), checked.chains


def _planted(number: int) -> str:
    return f"植入明文{number:03}号字样"


def test_nothing_withheld_stands_in_any_file_of_the_centre(scene: Scene) -> None:
    """Every private text field of every kind, many times: none of it in the centre's folder or database, nor on the stick."""
    number = 0
    while number < 200:
        for kind in KINDS.classes():
            private = [f for f in kind.fields.values() if f.private and f.meaning.name in ("text", "person_name")]
            fields: dict[str, str | int] = {}
            for field in private:
                fields[field.name] = _planted(number)
                number += 1
            if fields:
                items = [Edit(kind.kind_name, dict(fields))]
                good(scene.station.store.batch([items], scene.station.author, "import"))
    add_hours(scene.station)
    signed_month(scene.station)
    scene.send()
    taken = scene.take()
    assert not taken.refused and taken.entries
    needles = [_planted(n).encode() for n in range(number)]
    places = [scene.folder / "ready" / "centre", scene.usb]
    found = [
        (path.name, needle.decode())
        for place in places
        for path in place.rglob("*")
        if path.is_file()
        for data in [path.read_bytes()]
        for needle in needles
        if needle in data
    ]
    assert not found
    with scene.centre.database.reading() as connection:
        for table in KINDS:
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                assert "植入明文" not in "".join(str(v) for v in row)
        for one in journal.devices(connection):
            for _seq, _digest, line in journal.chain(connection, one.no):
                assert "植入明文".encode() not in line and b"\\u690d" not in line
    with scene.station.store.reading() as reader:  # the same search finds them where they belong
        assert any("植入明文" in str(r.fields) for r in reader.all("volunteer"))


def test_standard_tools_open_a_bundle(scene: Scene, tmp_path: Path) -> None:
    add_hours(scene.station)
    sent = scene.send()
    path = scene.to_centre / sent.bundles[0]
    key, root = tmp_path / "centre.key", tmp_path / "root.pem"
    key.write_bytes(scene.centre.authority.keys.identity.to_file())
    root.write_bytes(scene.centre.root.read_bytes())
    pipe = (
        f"set -o pipefail; age -d -i {key} {path} | openssl cms -verify -inform DER -CAfile {root} 2>/dev/null"
        " | zstdcat | jq -c ."
    )
    lines = subprocess.run(["bash", "-c", pipe], capture_output=True, check=True).stdout.splitlines()
    header = json.loads(lines[0])
    own = scene.station.store
    assert (header["station"], header["device"], header["first"]) == (own.station, own.device, 1)
    assert header["last"] == sent.entries == header["count"] == len(lines) - 1
    assert path.name == bundle_name(own.device, 1, header["last"])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert subprocess.run(["bash", "-c", pipe], capture_output=True, check=False).returncode != 0


def test_the_centre_opens_again_with_its_password_only(scene: Scene, request: pytest.FixtureRequest) -> None:
    from station_app.centre.opened import open_centre
    from tests.sync.parts import PASSWORD, code_of

    folder = scene.folder / "ready" / "centre"
    assert code_of(open_centre(folder, None, "nicht das Kennwort")) == "wrong_password"
    again = good(open_centre(folder, None, PASSWORD))
    assert again.fingerprint == scene.centre.fingerprint
    again.close()
    secrets = [scene.centre.authority.keys.identity.secret.encode(), b"PRIVATE KEY"]
    for path in folder.rglob("*"):
        if path.is_file():
            assert not any(secret in path.read_bytes() for secret in secrets), path
