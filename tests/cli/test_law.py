"""People's data on the command line: masked for people, read by programs with an entry, requests, copies, lists."""

import json
from pathlib import Path

import pytest

from station_app.cli import run
from tests.cli.conftest import PASSWORD, Ask

ID_NO, PHONE = "152722194503059979", "19900001234"


def _person(ask: Ask, *more: str) -> str:
    made = ask("add", "resident", "name=李桂花", f"id_no={ID_NO}", f"phone={PHONE}", *more)
    assert made.code == 0, made.said
    return str(made.said["id"])


def _text(tmp_path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    run(["--data", str(tmp_path / "station"), "--password-file", str(tmp_path / "password"), *words])
    captured = capsys.readouterr()
    return captured.out + captured.err


def test_people_see_masks_and_programs_leave_an_entry(
    station: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CONTRACT's JSON stays; every reading of it is in the journal. Seen failing: with ``readable`` not revealing."""
    record = _person(station)
    for words in (
        ("show", "resident", record),
        ("list", "resident"),
        ("find", "9979"),
        ("history", "resident", record),
    ):
        said = _text(tmp_path, capsys, *words)
        assert ID_NO not in said and PHONE not in said, words
    assert station("audit", "access").said["accesses"] == [], "looking at masks is no access"
    assert station("show", "resident", record).said["fields"]["id_no"] == ID_NO
    assert station("list", "resident", "--reason", "年度核对").said["records"][0]["fields"]["phone"] == PHONE
    seen = station("audit", "access").said["accesses"]
    assert [(s["way"], s["reason"], s["person"]) for s in seen] == [
        ("program", "年度核对", record), ("program", "命令行读取：show", record)
    ]  # fmt: skip
    assert station("show", "resident", record).said["title"] == "李桂花"


def test_what_was_typed_is_echoed_and_the_rest_stays_masked(station: Ask) -> None:
    """``set`` of another field does not show the number."""
    record = _person(station)
    said = station("set", "resident", record, "address=五社").said["fields"]
    assert said["address"] == "五社" and said["id_no"] == "152722********9979"
    assert station("set", "resident", record, "phone=19900001235").said["fields"]["phone"] == "19900001235"
    assert station("remove", "resident", record).said["fields"]["phone"] == "199****1235"


def test_who_may_not_reveal_gets_masks_in_json_too(station: Ask) -> None:
    """A clerk's programs; no entry is written for them."""
    record = _person(station)
    assert station("user", "add", "文员", "--role", "clerk").code == 0
    assert station("show", "resident", record, user="文员").said["fields"]["id_no"] == "152722********9979"
    assert station("find", "9979", user="文员").said["records"][0]["fields"]["phone"] == "199****1234"
    refused = station("reveal", "resident", record, "--reason", "x", user="文员")
    assert (refused.code, refused.said["refused"]) == (1, "not_allowed")
    assert station("audit", "access", user="文员").said["refused"] == "not_allowed"
    assert station("audit", "access", user="乔站长").said["accesses"] == []


def test_a_childs_values_stay_masked_for_programs_where_a_colleague_could_be_asked(
    station: Ask, tmp_path: Path
) -> None:
    """Alone at the station they are read and wait for the centre."""
    child = station("add", "resident", "name=乌云嘎", "birth_date=2020-05-01", "phone=19900005555").said["id"]
    grown = _person(station)
    fields = {r["id"]: r["fields"] for r in station("list", "resident").said["records"]}
    assert fields[child]["phone"] == "19900005555"
    assert station("audit", "minors").said["waiting"] == 1
    assert station("user", "add", "斯琴", "--role", "worker").code == 0
    head = {"user": "乔站长"}
    fields = {r["id"]: r["fields"] for r in station("list", "resident", **head).said["records"]}
    assert fields[child]["phone"] == "199****5555" and fields[grown]["phone"] == PHONE
    assert station("reveal", "resident", child, "--reason", "核对", **head).said["refused"] == "second_for_minor"
    (tmp_path / "second").write_text(f"{PASSWORD}\n", "utf-8")
    second = ("--second", "斯琴", "--second-password-file", str(tmp_path / "second"))
    shown = station("reveal", "resident", child, "--reason", "核对", *second, **head)
    assert shown.said["fields"] == {"phone": "19900005555"} and not shown.said["waits"]
    assert station("approve", "minor", child, "--reason", "下午", *second, **head).code == 0
    assert station("reveal", "resident", child, "--reason", "下午", **head).code == 0
    out = tmp_path / "audit.csv"
    assert len(station("audit", "minors", "--out", str(out), **head).said["accesses"]) == 3
    assert "乌云嘎" not in out.read_text("utf-8-sig")


def test_requests_copies_and_what_the_centre_sees(station: Ask, tmp_path: Path) -> None:
    """The life of a request; a copy that the person opens with a passphrase."""
    record = _person(station)
    asked = station(
        "add",
        "data_request",
        f"resident={record}",
        "wanted=复制",
        "received_on=2024-03-01",
        "by=self",
        "state=received",
    )
    (due,) = station("request", "list").said["requests"]
    assert (due["due_on"], due["late"]) == ("2024-03-22", True)
    unknown = station("request", "answer", asked.said["id"], "--state", "done")
    assert unknown.said["refused"] == "problem"
    copied = station("person", "copy", "resident", record, str(tmp_path / "资料"), "--reason", "本人申请")
    assert copied.code == 0 and [Path(f).suffix for f in copied.said["files"]] == [".age", ".age"]
    from station_app.trust.passphrase import decrypt_with

    opened = decrypt_with((tmp_path / "资料.json.age").read_bytes(), copied.said["passphrase"])
    assert opened is not None and json.loads(opened)["person"]["id"] == record
    done = station("request", "answer", asked.said["id"], "--state", "done", "--identity", "card")
    assert done.code == 0 and station("request", "list").said["requests"] == []
    privacy = {k["kind"]: k for k in station("privacy").said["kinds"]}
    assert "身份证号" in privacy["resident"]["private"] and "五人" in station("privacy").said["note"]
    assert station("consent", "missing").said["missing"] == [] and len(station("consent", "texts").said["texts"]) == 8


def test_a_destruction_list_by_commands(station: Ask, tmp_path: Path) -> None:
    """Due, drawn up, one kept, signed twice, destroyed, printed; and a breach's page."""
    record = _person(station)
    visits = [station("add", "visit", f"resident={record}", f"visit_at=2010-0{n}-01 9:00").said["id"] for n in (1, 2)]
    assert [d["id"] for d in station("destruction", "due").said["due"]] == visits
    drawn = station("destruction", "draw").said
    assert (drawn["total"], drawn["kept"], drawn["state"]) == (2, 0, "draft")
    kept = station("destruction", "keep", drawn["id"], "visit", visits[0], "--reason", "信访未结").said
    assert kept["kept"] == 1
    assert station("destruction", "sign", drawn["id"]).said["state"] == "signed"
    assert station("destruction", "destroy", drawn["id"]).said["refused"] == "second_signature"
    assert station("user", "add", "斯琴", "--role", "worker").code == 0
    (tmp_path / "second").write_text(f"{PASSWORD}\n", "utf-8")
    second = ("--second", "斯琴", "--second-password-file", str(tmp_path / "second"))
    head = {"user": "乔站长"}
    assert station("destruction", "agree", drawn["id"], *second, **head).said["state"] == "agreed"
    assert station("destruction", "pdf", drawn["id"], str(tmp_path / "l.pdf"), **head).code == 0
    assert station("destruction", "destroy", drawn["id"], **head).said["records"] == 1
    assert (
        station("show", "visit", visits[0], **head).code == 0 and station("show", "visit", visits[1], **head).code == 1
    )
    assert station("breach", str(tmp_path / "b.pdf"), "--cause", "U盘遗失", **head).code == 0
    assert {p.name for p in tmp_path.glob("*.pdf") if p.read_bytes().startswith(b"%PDF")} == {"l.pdf", "b.pdf"}
