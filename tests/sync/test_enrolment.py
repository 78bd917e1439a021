"""Enrolling by the stick: nothing is believed before the typed fingerprint fits, nothing is sent before enrolment."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from station_app.centre.opened import Centre, init_centre, open_centre
from station_app.compose import OpenStation
from station_app.work import enrolment, hand_in
from tests.sync.parts import PASSWORD, code_of, good


@pytest.fixture(scope="session")
def new_centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre made once."""
    folder = tmp_path_factory.mktemp("new") / "centre"
    good(init_centre(folder, "虚构市社工服务指导中心", PASSWORD)).close()
    return folder


@pytest.fixture
def centre(new_centre: Path, tmp_path: Path) -> Iterator[Centre]:
    """An open centre."""
    shutil.copytree(new_centre, tmp_path / "centre")
    opened = good(open_centre(tmp_path / "centre", None, PASSWORD))
    yield opened
    opened.close()


def test_nothing_before_enrolment(station: OpenStation, usb: Path) -> None:
    assert code_of(hand_in.send_usb(station, usb)) == "not_enrolled"
    assert code_of(hand_in.receive_usb(station, usb)) == "not_enrolled"
    assert code_of(enrolment.identity(station)) == "not_enrolled"
    assert list(usb.iterdir()) == []


def test_the_code_works_once_and_for_its_station(station: OpenStation, centre: Centre, usb: Path) -> None:
    invited = good(centre.invite("15060210702"))  # for another station
    assert good(enrolment.request(station, usb, invited.code, invited.fingerprint)) == {"state": "requested"}
    issued = good(centre.issue(usb))
    assert issued.devices == [] and [r.refused for r in issued.refused] == ["wrong_code"]
    invited = good(centre.invite(station.store.station))
    assert good(enrolment.request(station, usb, "0000-0000-0000-0000", invited.fingerprint))["state"] == "requested"
    assert good(centre.issue(usb)).devices == []
    assert good(enrolment.request(station, usb, invited.code.lower(), invited.fingerprint))["state"] == "requested"
    request = next((usb / "station-app" / "requests").iterdir())
    kept = request.read_bytes()
    assert invited.code.encode() not in kept
    assert good(centre.issue(usb)).devices == [station.store.device]
    assert not request.exists()
    request.write_bytes(kept)  # the stick was pulled, the clerk brings it again: the same certificate
    before = (usb / "station-app" / "certificates").glob("*.pem")
    reply = {p.name: p.read_bytes() for p in before}
    assert good(centre.issue(usb)).devices == [station.store.device]
    assert {p.name: p.read_bytes() for p in (usb / "station-app" / "certificates").glob("*.pem")} == reply
    assert [one.device for one in centre.authority.invitations() if one.device] == [station.store.device]


def test_a_swapped_stick_brings_no_other_centre(
    station: OpenStation, centre: Centre, usb: Path, tmp_path: Path
) -> None:
    invited = good(centre.invite(station.store.station))
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    false = good(init_centre(tmp_path / "false", "假中心", PASSWORD))
    theirs = good(false.invite(station.store.station))
    other = tmp_path / "other-stick"
    other.mkdir()
    good(enrolment.request(station, other, theirs.code, invited.fingerprint))
    assert good(false.issue(other)).devices
    assert code_of(enrolment.request(station, other, theirs.code, invited.fingerprint)) == "fingerprint_mismatch"
    assert code_of(enrolment.identity(station)) == "not_enrolled"
    false.close()
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    good(centre.issue(usb))
    assert good(enrolment.request(station, usb, "", ""))["state"] == "enrolled", "code and fingerprint are remembered"
    assert good(enrolment.identity(station)).roots.root == centre.authority.roots.root
    assert good(enrolment.request(station, usb, "", ""))["state"] == "enrolled"


def test_what_was_typed_is_checked_first(station: OpenStation, usb: Path) -> None:
    assert code_of(enrolment.request(station, usb, "", "")) == "no_code"
    assert code_of(enrolment.request(station, usb, "ABCD", "AB12-CD34")) == "fingerprint_incomplete"
    assert code_of(enrolment.request(station, usb / "gone", "ABCD", "AB12")) == "no_stick"
    assert list(usb.iterdir()) == []


def test_an_old_list_of_withdrawn_certificates_does_not_come_back(
    station: OpenStation, centre: Centre, usb: Path
) -> None:
    invited = good(centre.invite(station.store.station))
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    good(centre.issue(usb))
    old = (usb / "station-app" / "certificates" / "revoked.crl").read_bytes()
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    good(centre.revoke(station.store.device))
    (usb / "station-app" / "to-centre" / station.store.station).mkdir(parents=True)
    good(centre.take(usb))
    good(hand_in.receive_usb(station, usb))  # receiving is still possible: it brings the newer list
    assert code_of(enrolment.identity(station)) == code_of(hand_in.send_usb(station, usb)) == "revoked"
    (usb / "station-app" / "certificates" / "revoked.crl").write_bytes(old)
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    assert code_of(enrolment.identity(station)) == "revoked"
