"""A station's month by commands alone: enrolment, signing, stick, the centre's recount, receipt, corrections, proof."""

import json
from pathlib import Path

import pytest

from station_app.cli import run
from tests.cli.conftest import Ask

MONTH = "2024-03"


@pytest.fixture
def enrolled(station: Ask, tmp_path: Path) -> Ask:
    """A station with volunteers' hours, enrolled with a centre over the stick in ``tmp_path/usb``."""
    usb = tmp_path / "usb"
    usb.mkdir()
    assert station("import", "volunteer_hours", "resources/samples/volunteer_hours_500.xlsx").code == 0
    made = station("centre", "init", "--name", "示范指导中心", data="centre")
    assert made.code == 0 and Path(made.said["root"]).exists()
    invited = station("centre", "invite", "15060210101", data="centre").said
    assert invited["fingerprint"] == made.said["fingerprint"] and Path(invited["invitation"]).read_bytes().startswith(
        b"%PDF"
    )
    words = ("enrol", "--usb", str(usb), "--code", invited["code"], "--fingerprint", invited["fingerprint"])
    assert station(*words).said["state"] == "requested"
    assert station("send", "--usb", str(usb)).said["refused"] == "not_enrolled"
    assert station("centre", "issue", "--usb", str(usb), data="centre").said["issued"] == 1
    assert station(*words).said["state"] == "enrolled"
    return station


def hand_in(ask: Ask, usb: Path) -> dict[str, object]:
    """Stick there and back."""
    assert ask("send", "--usb", str(usb)).code == 0
    taken = ask("centre", "take", "--usb", str(usb), data="centre")
    assert taken.code == 0 and taken.said["refused"] == []
    received = ask("receive", "--usb", str(usb))
    assert received.code == 0
    return received.said


def test_a_month_from_ledger_to_receipt(enrolled: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Signed, handed in, recounted, receipted, countersigned; nothing is called handed in before the receipt verifies."""
    usb, pdf = tmp_path / "usb", tmp_path / "r.pdf"
    assert enrolled("report", MONTH).said["signed"] is False
    signed = enrolled("report", MONTH, "--sign", "--out", str(pdf)).said
    assert signed["signed"] is True and signed["position"] and Path(signed["pdf"]) == pdf
    root = str(tmp_path / "centre" / "root.pem")
    verdict = enrolled("verify", str(pdf), "--root", root)
    assert verdict.code == 0 and verdict.said["valid"] and "15060210101" in verdict.said["signer"]
    assert enrolled("verify", str(pdf)).said["valid"]  # by what this computer has pinned
    assert run(["--json", "--data", str(tmp_path / "nowhere"), "verify", str(pdf), "--root", root]) == 0
    capsys.readouterr()
    received = hand_in(enrolled, usb)
    assert received["handed_in"] == [MONTH] and received["receipt"]
    assert enrolled("centre", "report", "15060210101", MONTH, data="centre").said["agrees"] is True
    overview = enrolled("centre", "overview", "--month", MONTH, data="centre").said["stations"]
    assert [(s["station"], s["state"]) for s in overview] == [("15060210101", "agrees")]
    receipt = next((usb / "station-app" / "to-stations" / "15060210101").glob("receipt-*.bundle"))
    checked = enrolled("verify", str(receipt))
    assert checked.said["what"] == "receipt" and checked.said["valid"]
    countersigned = enrolled("centre", "countersign", "15060210101", MONTH, data="centre")
    assert countersigned.code == 0
    both = enrolled("verify", countersigned.said["pdf"], "--root", root).said
    assert both["valid"] and both["countersigner"]
    assert enrolled("centre", "check", data="centre").code == 0
    changed = bytearray(pdf.read_bytes())
    changed[len(changed) // 3] ^= 4
    pdf.write_bytes(changed)
    assert enrolled("verify", str(pdf), "--root", root).code == 1


def test_a_signed_month_never_changes(enrolled: Ask, tmp_path: Path) -> None:
    """A late row stands in the next month's supplement; a correction gets a number and says what differs."""
    first = enrolled("report", MONTH, "--sign").said
    before = {i["key"]: i["value"] for i in first["indicators"]}
    assert enrolled("report", MONTH, "--sign").said["refused"] == "already_signed"
    one = enrolled("list", "volunteer_hours", "--limit", "1").said["records"][0]["fields"]
    late = enrolled(
        "add", "volunteer_hours", f"volunteer={one['volunteer']}", "activity=" + one["activity"], "service_date=2024-03-30",
        "hours=2", "place=罕台村", "content=助老", "recorded_on=2024-04-02", "approved=是", "unpaid=是",
    )  # fmt: skip
    assert late.code == 0, late.said
    now = enrolled("report", MONTH).said
    assert {i["key"]: i["value"] for i in now["indicators"]} == before
    assert ("F04", "927.00", "929.00") in {(d["key"], d["signed"], d["now"]) for d in now["differs"]}
    next_month = enrolled("report", "2024-04").said
    assert ("2024-03", "F04", "929.00") in {(one["month"], one["key"], one["now"]) for one in next_month["late"]}
    corrected = enrolled("report", MONTH, "--sign").said
    assert corrected["number"] == 1
    assert {i["key"]: i["value"] for i in corrected["indicators"]}["F04"] == "929.00"
    reports = enrolled("list", "month_report").said["records"]
    assert sorted(r["fields"]["number"] for r in reports) == [0, 1]
    oldest = next(r for r in reports if r["fields"]["number"] == 0)
    assert json.loads(oldest["fields"]["figures"])["F04"][0] == "927.00"
    assert hand_in(enrolled, tmp_path / "usb")["handed_in"] == [MONTH]


def test_only_the_head_signs(enrolled: Ask) -> None:
    """Whatever else a worker may do."""
    enrolled("user", "add", "王社工", "--role", "worker")
    assert enrolled("report", MONTH, "--sign", user="王社工").said["refused"] == "head_only"


def test_a_returned_report_reaches_the_station_with_its_remark(enrolled: Ask, tmp_path: Path) -> None:
    """The centre's remark travels down the stick."""
    usb = tmp_path / "usb"
    enrolled("report", MONTH, "--sign")
    hand_in(enrolled, usb)
    assert (
        enrolled("centre", "return", "15060210101", MONTH, "--remark", "请核对F04", data="centre").said["state"]
        == "returned"
    )
    assert enrolled("centre", "take", "--usb", str(usb), data="centre").code == 0
    assert enrolled("receive", "--usb", str(usb)).said["received"]["entries"] >= 1
    report = enrolled("list", "month_report").said["records"][0]["fields"]
    assert (report["state"], report["remark"]) == ("returned", "请核对F04")


def test_nothing_typed_at_the_station_stands_in_any_file_of_centre_or_stick(enrolled: Ask, tmp_path: Path) -> None:
    """What is withheld: names, numbers, phones of the sample ledger; grep of every byte."""
    enrolled("report", MONTH, "--sign")
    hand_in(enrolled, tmp_path / "usb")
    people = enrolled("list", "volunteer").said["records"]
    planted = [p["fields"][name] for p in people for name in ("name", "id_no", "phone") if p["fields"].get(name)]
    assert len(planted) > 150
    files = [f for folder in ("centre", "usb") for f in (tmp_path / folder).rglob("*") if f.is_file()]
    whole = b"\n".join(f.read_bytes() for f in files)
    assert [p for p in planted if p.encode() in whole] == []


def test_a_report_that_names_a_client_is_not_signed(enrolled: Ask, tmp_path: Path) -> None:
    """The texts people write are looked through for the names of residents."""
    enrolled("add", "resident", "name=李桂花")
    text = tmp_path / "key.txt"
    text.write_text("本月为李桂花老人修好了炉子。", "utf-8")
    assert enrolled("report", MONTH, "--sign", "--key-work", str(text)).said["refused"] == "names_clients"
    text.write_text("本月为一位老人修好了炉子。", "utf-8")
    assert enrolled("report", MONTH, "--sign", "--key-work", str(text)).code == 0
