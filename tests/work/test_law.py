"""People's data by the law (DOMAIN §3): consents, reading what is masked, minors, requests, copies, destruction lists."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from station_app import compose
from station_app.compose import OpenStation, Taking
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.report.policies import rules_in_force
from station_app.settings import RESOURCES
from station_app.spec.meanings import Wire
from station_app.store.change import Done, Edit
from station_app.store.refusals import StoreRefusal
from station_app.trust.passphrase import decrypt_with
from station_app.work import consents, persons, requests, retention
from station_app.work.disclosing import centre_sees
from station_app.work.refusals import LawRefusal
from station_app.work.revealing import Wish, accesses

PASSWORD = "correct horse battery"
DAY = "2026-03-04"
CLEAR = {"id_no": "152722194503059979", "phone": "19900001234"}


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenStation]:
    """A station with a head alone, on a fixed day."""
    monkeypatch.setenv("STATION_APP_NOW", f"{DAY}T09:00:00")
    made = compose.create_station(tmp_path / "站", "罕台镇社工站", "150602102", "01", "王主任", PASSWORD)
    assert not isinstance(made, Refusal)
    yield made.station
    made.station.close()


def second_user(station: OpenStation) -> None:
    """A colleague who may be the second person."""
    assert not isinstance(compose.add_user(station, "斯琴", "worker", PASSWORD), Refusal)


def as_user(station: OpenStation, role: str) -> OpenStation:
    """The same station opened by a new user of this role."""
    assert not isinstance(compose.add_user(station, f"用户{role}", role, PASSWORD), Refusal)
    station.close()
    opened = compose.open_station(station.folder, f"用户{role}", lambda _name: PASSWORD)
    assert not isinstance(opened, Refusal), opened.message
    return opened


def new(station: OpenStation, kind: str, **fields: Wire) -> str:
    """A record; its id."""
    done = station.store.change([Edit(kind, fields)], station.author, "new")
    assert isinstance(done, Done), done.message
    return done.records[0]


def tried(station: OpenStation, kind: str, record: str | None = None, **fields: Wire) -> Done | Refusal:
    """A change that may be refused."""
    return station.store.change([Edit(kind, fields, record)], station.author, "edit")


def consent(station: OpenStation, resident: str, **fields: Wire) -> str:
    """A consent to health."""
    given: dict[str, Wire] = {
        "resident": resident, "purpose": "health", "ground": "consent", "answer": "given", "text_version": "健康-1",
        "shown": "aloud", "given_on": "2026-03-01", "by": "self", "proof_kind": "thumbprint",
    }  # fmt: skip
    return new(station, "consent", **(given | fields))


def shown(station: OpenStation, kind: str, record: str, **more: object) -> object:
    """What revealing gives."""
    return compose.reveal(station, Wish(kind, (record,), "入户走访"), **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------------- consents


def test_health_is_written_with_a_consent_only_and_the_rest_goes_on(station: OpenStation) -> None:
    """Seen failing: with ``_wanting`` returning None for every answer; with the rule not laid at opening."""
    person = new(station, "resident", name="李桂花")
    refused = tried(station, "elder", resident=person, diagnosis="I10", file_date="2026-01-02")
    assert isinstance(refused, Refusal) and refused.values["problem"] == "CONSENT_MISSING"
    assert refused.values["names"] == ["diagnosis"] and "健康" in refused.message
    elder = new(station, "elder", resident=person, file_date="2026-01-02")
    consent(station, person)
    assert isinstance(tried(station, "elder", elder, diagnosis="I10"), Done)


@pytest.mark.parametrize(("answer", "words"), [("refused", "不同意"), ("given", "撤回")])
def test_a_refused_or_withdrawn_consent_blocks_these_fields(station: OpenStation, answer: str, words: str) -> None:
    """A withdrawal stops reading too; what a law needs goes on. Seen failing: with the oldest answer counting instead of the newest."""
    person = new(station, "resident", name="李桂花")
    elder = new(station, "elder", resident=person)
    record = consent(station, person, answer=answer)
    if answer == "given":
        assert isinstance(tried(station, "elder", elder, diagnosis="I10"), Done)
        assert isinstance(tried(station, "consent", record, withdrawn_on="2026-03-03"), Done)
        seen = compose.reveal(station, Wish("elder", (elder,), "核对"))
        assert not isinstance(seen, Refusal) and seen.values == {} and seen.withheld == {elder: {"diagnosis"}}
    refused = tried(station, "elder", elder, falls=2)
    assert isinstance(refused, Refusal) and words in refused.message
    assert isinstance(tried(station, "elder", elder, diagnosis=None, living="alone"), Done), (
        "emptying is always allowed"
    )
    consent(station, person, given_on="2026-03-04")
    assert isinstance(tried(station, "elder", elder, falls=2), Done)


def test_a_statutory_ground_needs_no_consent_but_that_the_person_is_told(station: OpenStation) -> None:
    """And its notice's version is recorded."""
    person = new(station, "resident", name="李桂花")
    assessed: dict[str, Wire] = {"resident": person, "assessed_on": "2026-03-01", "memory": 3}
    done = station.store.change([Edit("assessment", assessed)], station.author, "new")
    assert isinstance(done, Done) and "NOTICE_MISSING" in [p.code for _r, p in done.warnings]
    consent(station, person, ground="statutory", text_version=consents.texts()["notice"].version)
    done = station.store.change([Edit("assessment", {"sight": 1}, done.records[0])], station.author, "edit")
    assert isinstance(done, Done) and "NOTICE_MISSING" not in [p.code for _r, p in done.warnings]


def test_a_consent_is_one_persons_and_never_rewritten(station: OpenStation) -> None:
    """History is a chain of records. Seen failing: without ``_consent_kept``."""
    person, other = new(station, "resident", name="李桂花"), new(station, "resident", name="高娃")
    record = consent(station, person)
    for wrong in ({"answer": "refused"}, {"given_on": "2026-01-01"}, {"text_version": "健康-2"}, {"resident": other}):
        refused = tried(station, "consent", record, **wrong)
        assert isinstance(refused, Refusal) and refused.values["problem"] == "CONSENT_REWRITTEN", wrong
    again = {"purpose": "health", "answer": "given", "text_version": "健康-1", "given_on": DAY, "by": "self"}
    there = tried(station, "consent", None, resident=person, **again)
    assert isinstance(there, Refusal) and there.values["problem"] == "CONSENT_THERE"
    two = tried(station, "consent", None, resident=person, worker=new(station, "worker", name="斯琴"), **again)
    assert isinstance(two, Refusal) and two.values["problem"] == "ONE_PERSON"
    assert isinstance(tried(station, "consent", record, withdrawn_on=DAY), Done)
    consent(station, person, given_on=DAY)


def test_a_childs_consent_is_the_guardians(station: OpenStation) -> None:
    """By age, and by the purpose itself."""
    child = new(station, "resident", name="乌云嘎", birth_date="2016-05-01")
    fields: dict[str, Wire] = {
        "purpose": "health",
        "answer": "given",
        "text_version": "1",
        "given_on": DAY,
        "by": "self",
    }
    refused = tried(station, "consent", None, resident=child, **fields)
    assert isinstance(refused, Refusal) and refused.values["problem"] == "GUARDIAN_ANSWERS"
    assert isinstance(
        tried(station, "consent", None, resident=child, **fields | {"by": "guardian", "by_name": "王强"}), Done
    )
    under = tried(station, "consent", None, resident=child, **fields | {"purpose": "under14"})
    assert isinstance(under, Refusal) and under.values["problem"] == "GUARDIAN_ANSWERS"


def test_a_ledger_is_never_refused_for_a_missing_consent_but_listed(station: OpenStation) -> None:
    """Historical rows: taken in as before, and on the list of what is to be asked."""
    taken = compose.import_ledger(station, "elder", RESOURCES / "samples" / "elders_300.xlsx")
    assert not isinstance(taken, Refusal) and len(taken["refused"]) == 18
    with station.store.reading() as reader:
        assert consents.missing(reader, DAY) == []
        elders = reader.all("elder", limit=2)
    rows = [[Edit("elder", {"diagnosis": "I10"}, one.id)] for one in elders]
    assert isinstance(station.store.batch(rows, station.author, "import elder"), Done)
    with station.store.reading() as reader:
        found = consents.missing(reader, DAY)
    assert {(m.kind, m.record, m.purpose, m.answer) for m in found} == {
        ("elder", one.id, "health", consents.Answer.NONE) for one in elders
    }
    consent(station, str(elders[0].fields["resident"]))
    with station.store.reading() as reader:
        assert [m.record for m in consents.missing(reader, DAY)] == [elders[1].id]


def test_a_child_is_listed_until_the_guardian_was_asked(station: OpenStation) -> None:
    """PIPL 31. Seen failing: without ``_children_unasked``."""
    child = new(station, "resident", name="乌云嘎", birth_date="2016-05-01")
    with station.store.reading() as reader:
        assert [(m.record, m.purpose) for m in consents.missing(reader, DAY)] == [(child, "under14")]
    consent(station, child, purpose="under14", by="guardian", by_name="王强")
    with station.store.reading() as reader:
        assert consents.missing(reader, DAY) == []


# ---------------------------------------------------------------------- reading what is masked


def test_revealing_is_journalled_before_the_value_is_there(station: OpenStation) -> None:
    """Who, when, which, why; a reason is needed. Seen failing: with the entry written after the values are returned (a full disk)."""
    person = new(station, "resident", name="李桂花", address="五社", **CLEAR)
    unsaid = compose.reveal(station, Wish("resident", (person,), "  "))
    assert isinstance(unsaid, Refusal) and unsaid.code is LawRefusal.REASON_NEEDED
    seen = compose.reveal(station, Wish("resident", (person,), "电话回访", frozenset({"phone", "address"})))
    assert not isinstance(seen, Refusal) and seen.values == {person: {"phone": CLEAR["phone"]}}, (
        "an address is not masked"
    )
    with station.store.reading() as reader:
        (one,) = accesses(reader, person=("resident", person))
    assert (one.author, one.fields["shown"], one.fields["reason"]) == (station.user.id, "phone", "电话回访")
    assert json.loads(str(one.fields["which"])) == [person] and one.fields["at"] == f"{DAY}T09:00"
    gone = tried(station, "access", one.id, reason="别的")
    assert isinstance(gone, Refusal) and gone.code is StoreRefusal.APPEND_ONLY


def test_no_value_without_its_entry(station: OpenStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the journal cannot be written nothing is shown."""
    person = new(station, "resident", name="李桂花", **CLEAR)
    monkeypatch.setattr(station.store, "change", lambda *_a, **_k: Refusal(StoreRefusal.DISK, {"why": "OSError"}))
    refused = shown(station, "resident", person)
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.DISK


@pytest.mark.parametrize("role", ["clerk", "coordinator"])
def test_who_may_not_reveal_sees_nothing_and_leaves_no_entry(station: OpenStation, role: str) -> None:
    """Refused before anything is read. Seen failing: without the checks of the role and with the door open to every role."""
    person = new(station, "resident", name="李桂花", **CLEAR)
    other = as_user(station, role)
    refused = shown(other, "resident", person)
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.NOT_ALLOWED
    with other.store.reading() as reader:
        assert accesses(reader) == []
    other.close()


# ---------------------------------------------------------------------- minors


def _child(station: OpenStation) -> str:
    return new(station, "resident", name="乌云嘎", birth_date="2016-05-01", phone="19900005555")


def test_a_childs_data_need_a_second_person(station: OpenStation) -> None:
    """Another user's password on the spot, nobody's own. Seen failing: with ``permitted`` not asking for a second person."""
    child = _child(station)
    second_user(station)
    alone = shown(station, "resident", child)
    assert isinstance(alone, Refusal) and alone.code is LawRefusal.SECOND_FOR_MINOR
    for wrong, code in (
        (("斯琴", "falsch falsch"), StoreRefusal.WRONG_PASSWORD),
        (("王主任", PASSWORD), LawRefusal.NO_SECOND),
    ):
        refused = shown(station, "resident", child, second=wrong)
        assert isinstance(refused, Refusal) and refused.code is code
    seen = compose.reveal(station, Wish("resident", (child,), "核对"), ("斯琴", PASSWORD))
    assert not isinstance(seen, Refusal) and seen.values[child] == {"phone": "19900005555"} and not seen.waits
    (one,) = compose.audit(station, minors=True, year="2026")
    assert compose.seen_row(station, one)["second"] == "斯琴" and one.fields["minor"] is True
    assert compose.audit(station, minors=True, year="2025") == []


def test_records_about_a_child_are_as_guarded_as_its_own(station: OpenStation) -> None:
    """An assessment of a child, a mixed list; a day after the fourteenth birthday nobody else is asked."""
    child, grown = _child(station), new(station, "resident", name="李桂花", **CLEAR)
    second_user(station)
    done = station.store.change(
        [Edit("assessment", {"resident": child, "assessed_on": DAY, "memory": 2})], station.author, "new"
    )
    assert isinstance(done, Done)
    for kind, records in (("assessment", done.records), ("resident", (grown, child))):
        refused = compose.reveal(station, Wish(kind, records, "核对"))
        assert isinstance(refused, Refusal) and refused.code is LawRefusal.SECOND_FOR_MINOR
    older = new(station, "resident", name="宝音", birth_date="2012-03-04", phone="19900006666")
    assert not isinstance(shown(station, "resident", older), Refusal)


def test_an_approval_holds_once_and_for_a_day(station: OpenStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given beforehand. Seen failing: with used approvals counted again; with ``until`` not looked at."""
    child, other = (
        _child(station),
        new(station, "resident", name="另一个", birth_date="2017-01-01", phone="19900007777"),
    )
    second_user(station)
    approval = compose.approve_minor(station, child, ("斯琴", PASSWORD), "下午入户")
    assert isinstance(approval, str)
    assert isinstance(shown(station, "resident", other), Refusal), "it is for one child"
    seen = shown(station, "resident", child)
    assert not isinstance(seen, Refusal)
    again = shown(station, "resident", child)
    assert isinstance(again, Refusal) and again.code is LawRefusal.SECOND_FOR_MINOR
    assert isinstance(compose.approve_minor(station, child, ("斯琴", PASSWORD), "再来"), str)
    monkeypatch.setenv("STATION_APP_NOW", "2026-03-05T09:01:00")
    late = shown(station, "resident", child)
    assert isinstance(late, Refusal)


def test_where_nobody_else_is_the_centre_countersigns(station: OpenStation) -> None:
    """Access is given, marked and listed until the centre's own chain agrees; nobody else's record counts.
    Seen failing: with ``countersigned`` believing every chain."""
    child = _child(station)
    seen = compose.reveal(station, Wish("resident", (child,), "核对"))
    assert not isinstance(seen, Refusal) and seen.waits
    (one,) = compose.audit(station, minors=True)
    assert compose.seen_row(station, one)["waits"] is True
    new(station, "approval", at=f"{DAY}T10:00", approves="minor", about=one.id)
    assert compose.seen_row(station, compose.audit(station, minors=True)[0])["waits"] is True, "not the centre's"
    with station.store.reading() as reader:
        (stranger,) = accesses(reader, minors=True, centre="00000000-0000-4000-8000-000000000000")
        (countersigned,) = accesses(reader, minors=True, centre=station.store.device)
    assert not stranger.countersigned
    assert countersigned.countersigned, "what the chain named as the centre's wrote does count"


def test_the_yearly_audit_leaves_as_a_file_that_names_no_child(station: OpenStation, tmp_path: Path) -> None:
    """And is in the journal of exports."""
    child = _child(station)
    shown(station, "resident", child)
    assert compose.audit_file(station, "2026", tmp_path / "审计.csv") == 1
    text = (tmp_path / "审计.csv").read_text("utf-8-sig")
    (row,) = csv.DictReader(text.splitlines())
    assert row["person"] == child and row["waits"] == "True" and "乌云嘎" not in text and "19900005555" not in text
    with station.store.reading() as reader:
        assert [e.fields["what"] for e in reader.all("export")] == ["access"]


def test_a_readable_list_with_a_child_in_it_leaves_with_a_second_person(station: OpenStation, tmp_path: Path) -> None:
    """However short it is; masked it leaves alone. Seen failing: with ``_second`` counting records only."""
    new(station, "resident", name="李桂花", **CLEAR)
    second_user(station)
    file, reason = tmp_path / "a.csv", "核对"
    assert not isinstance(compose.export_records(station, "resident", file, compose.Leaving(reason)), Refusal)
    child = new(station, "resident", name="乌云嘎", id_no="152722201605014213", phone="19900005555")
    refused = compose.export_records(station, "resident", file, compose.Leaving(reason))
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.SECOND_NEEDED
    assert not isinstance(
        compose.export_records(station, "resident", file, compose.Leaving(reason, masked=True)), Refusal
    )
    agreed = compose.Leaving(reason, second=("斯琴", PASSWORD))
    assert not isinstance(compose.export_records(station, "resident", file, agreed), Refusal)
    new(station, "assessment", resident=child, assessed_on=DAY, memory=2)
    refused = compose.export_records(station, "assessment", file, compose.Leaving(reason))
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.SECOND_NEEDED


def test_a_long_list_finds_its_children_as_a_short_one_does(station: OpenStation) -> None:
    """By birth date, month or number."""
    second_user(station)
    grown = [new(station, "resident", name=f"大人{n}", phone="19900001234") for n in range(22)]
    young = [
        new(station, "resident", name="一", birth_date="2016-05", phone="19900001111"),
        new(station, "resident", name="二", id_no="152722201605014213"),
    ]
    refused = compose.reveal(station, Wish("resident", (*grown, young[0]), "核对"))
    assert isinstance(refused, Refusal) and refused.code is LawRefusal.SECOND_FOR_MINOR
    assert not isinstance(compose.reveal(station, Wish("resident", tuple(grown), "核对")), Refusal)
    with station.store.reading() as reader:
        assert persons.children(reader, 14) == {("resident", record) for record in young}


# ---------------------------------------------------------------------- requests


def test_a_request_is_due_after_fifteen_working_days(station: OpenStation) -> None:
    """Over the spring festival of 2026; the policy decides, not the code."""
    person = new(station, "resident", name="李桂花")
    request = new(
        station, "data_request", resident=person, wanted="copy", received_on="2026-02-11", by="self", state="received"
    )
    with station.store.reading() as reader:
        (due,) = requests.due_list(reader, date(2026, 3, 4))
        assert (due.record, due.due_on, due.late) == (request, date(2026, 3, 10), False)
        assert requests.due_list(reader, date(2026, 3, 11))[0].late
    new(station, "policy", name="data_request", effective_from="2026-03-01", table='{"due_working_days": 1}')
    with station.store.reading() as reader:
        assert requests.due_list(reader, date(2026, 3, 4))[0].due_on == date(2026, 2, 12)
    unknown = requests.answer(station.store, station.author, request, "done", "", date(2026, 3, 4))
    assert isinstance(unknown, Refusal) and unknown.values["problem"] == "IDENTITY_UNCHECKED"
    silent = requests.answer(station.store, station.author, request, "refused", " ", date(2026, 3, 4))
    assert isinstance(silent, Refusal) and silent.values["problem"] == "REASON_MISSING"
    assert isinstance(
        requests.answer(station.store, station.author, request, "done", "", date(2026, 3, 4), "card"), Done
    )
    with station.store.reading() as reader:
        assert requests.due_list(reader, date(2026, 3, 4)) == []


def test_what_a_law_keeps_is_not_deleted_but_stored_only(station: OpenStation) -> None:
    """PIPL 47: off the daily lists, edited by nobody; and back when the request is taken back.
    Seen failing: without ``restricted_rule``; with ``hidden`` returning nothing."""
    person, other = new(station, "resident", name="李桂花", **CLEAR), new(station, "resident", name="高娃")
    visit = new(station, "visit", resident=person, visit_at="2025-06-01T09:00")
    kept = new(station, "visit", resident=other, visit_at="2025-06-01T09:00")
    request = new(
        station,
        "data_request",
        resident=person,
        wanted="delete",
        received_on=DAY,
        by="self",
        state="received",
        identity="card",
    )
    refused = compose.delete_person(station, request)
    assert isinstance(refused, Refusal) and refused.code is LawRefusal.KEPT_BY_LAW and "2035-06-01" in refused.message
    done = requests.answer(station.store, station.author, request, "restricted", "档案保管期未满", date(2026, 3, 4))
    assert isinstance(done, Done)
    for kind, record, fields in (
        ("resident", person, {"address": "五社"}), ("visit", visit, {"items": "米"}), ("visit", None, {"resident": person, "visit_at": f"{DAY}T08:00"}),
    ):  # fmt: skip
        stopped = tried(station, kind, record, **fields)
        assert isinstance(stopped, Refusal) and stopped.values["problem"] == "RESTRICTED", kind
    assert isinstance(tried(station, "visit", kept, items="米"), Done)
    with station.store.reading() as reader:
        assert persons.hidden(reader, "resident") == {person} and persons.hidden(reader, "visit") == {visit}
        assert persons.hidden(reader, "data_request") == frozenset()
    assert isinstance(tried(station, "data_request", request, state="dropped"), Done)
    assert isinstance(tried(station, "visit", visit, items="米"), Done)


def test_a_deletion_that_nothing_hinders_erases_the_person(station: OpenStation) -> None:
    """Everything about them goes, the proof that the law was kept stays, the consent ends."""
    person = new(station, "resident", name="李桂花", **CLEAR)
    given = consent(station, person)
    visit = new(station, "visit", resident=person, visit_at="2015-06-01T09:00")
    request = new(
        station, "data_request", resident=person, wanted="delete", received_on=DAY, by="self", state="received"
    )
    unchecked = compose.delete_person(station, request)
    assert isinstance(unchecked, Refusal) and unchecked.code is LawRefusal.IDENTITY_UNCHECKED
    assert isinstance(tried(station, "data_request", request, identity="card"), Done)
    done = compose.delete_person(station, request)
    assert not isinstance(done, Refusal), done.message
    assert done["records"] == 2
    with station.store.reading() as reader:
        assert reader.get("resident", person) is None and reader.get("visit", visit) is None
        closed, ended = reader.get("data_request", request), reader.get("consent", given)
    assert closed is not None and closed.fields["state"] == "done"
    assert ended is not None and ended.fields["withdrawn_on"] == DAY
    assert set(station.store.check().values()) == {"ok"}
    again = compose.delete_person(station, request)
    assert isinstance(again, Refusal) and again.code is LawRefusal.NO_DELETION_ASKED


# ---------------------------------------------------------------------- a copy for the person


def test_a_persons_copy_holds_everything_about_them_and_nobody_else(station: OpenStation, tmp_path: Path) -> None:
    """Through references of references, with who looked. Seen failing: with ``about`` following a household to its other members."""
    person = new(station, "resident", name="李桂花", **CLEAR)
    home = new(station, "household", head=person, address="五社")
    kin = new(station, "resident", name="外人甲", phone="19900008888", household=home)
    child = new(station, "resident", name="外人乙", birth_date="2016-01-01", guardian=person, phone="19900007777")
    plot = new(station, "farm_plot", owner=person, name="河滩地", area=2000)
    crop = new(station, "harvest", plot=plot, harvested_on="2025-10-01", weight=1000)
    new(station, "visit", resident=kin, visit_at="2025-06-01T09:00")
    shown(station, "resident", person)
    done = compose.copy_person(station, "resident", person, tmp_path / "资料", Taking("本人申请", plain=True))
    assert not isinstance(done, Refusal), done.message
    document = json.loads((tmp_path / "资料.json").read_text("utf-8"))
    assert {r["id"] for r in document["records"]} >= {person, plot, crop}
    assert {(m["kind"], m["id"]) for m in document["mentions"]} == {("household", home), ("resident", child)}
    text = json.dumps(document, ensure_ascii=False)
    assert CLEAR["id_no"] in text and "外人甲" not in text and "19900008888" not in text and "19900007777" not in text
    assert [a["reason"] for a in document["accesses"]] == ["入户走访"] and document["accesses"][0]["who"] == "王主任"
    assert (tmp_path / "资料.pdf").read_bytes().startswith(b"%PDF")
    with station.store.reading() as reader:
        assert sorted(str(e.fields["form"]) for e in reader.all("export")) == [".json", ".pdf"]
        assert [a.fields["way"] for a in accesses(reader, person=("resident", person))] == ["copy", "reveal"]


def test_a_copy_is_locked_unless_said_otherwise(station: OpenStation, tmp_path: Path) -> None:
    """By a passphrase; without one, a recipient or --plain nothing leaves."""
    person = new(station, "resident", name="李桂花", **CLEAR)
    nobody = compose.copy_person(station, "resident", person, tmp_path / "a", Taking("本人申请"))
    assert isinstance(nobody, Refusal) and list(tmp_path.glob("a*")) == []
    done = compose.copy_person(
        station, "resident", person, tmp_path / "b", Taking("本人申请", passphrase="abcd-efgh-2345-6789")
    )
    assert not isinstance(done, Refusal)
    assert sorted(Path(f).name for f in done["files"]) == ["b.json.age", "b.pdf.age"]
    sealed = (tmp_path / "b.json.age").read_bytes()
    assert CLEAR["id_no"].encode() not in sealed and decrypt_with(sealed, "abcd-efgh-2345-6780") is None
    opened = decrypt_with(sealed, "abcd-efgh-2345-6789")
    assert opened is not None and CLEAR["id_no"].encode() in opened
    child = _child(station)
    second_user(station)
    refused = compose.copy_person(station, "resident", child, tmp_path / "c", Taking("核对", plain=True))
    assert isinstance(refused, Refusal) and refused.code is LawRefusal.SECOND_FOR_MINOR


# ---------------------------------------------------------------------- retention and destruction


def test_every_rule_of_keeping_names_dates_its_kind_has(station: OpenStation) -> None:
    """A rule that names no field of its kind would keep for ever, silently."""
    with station.store.reading() as reader:
        rules = rules_in_force(reader.connection, station.store.station, DAY)["retention"]["kinds"]
    for kind, rule in rules.items():
        if kind in KINDS:
            fields = KINDS[kind].fields
            assert all(n in fields and fields[n].meaning.name in ("date", "moment") for n in rule["from"]), kind
        assert rule["source"] and rule["years"] >= 3
    assert (rules["visit"]["years"], rules["sale"]["years"], rules["month_report"]["years"]) == (10, 30, 30)


@pytest.mark.parametrize(
    ("day", "years", "until"),
    [("2016-02-29", 10, "2026-03-01"), ("2016-02-29", 4, "2020-02-29"), ("2015-12", 10, "2026-01-01"), ("2015-11", 10, "2025-12-01"),
     ("2015-06-01T09:00", 10, "2025-06-01")],
)  # fmt: skip
def test_years_after(day: str, years: int, until: str) -> None:
    """A month counts to its end; 29 February becomes 1 March."""
    assert retention.years_after(day, years) == until


def test_what_is_due_goes_by_a_list_that_two_people_sign(station: OpenStation) -> None:
    """Line by line, the head, then another. Seen failing: with ``destroy_list`` taking a list of one signature."""
    person = new(station, "resident", name="李桂花", deceased_on="2014-01-01")
    old = [new(station, "visit", resident=person, visit_at=f"2015-0{n}-01T09:00") for n in (1, 2, 3)]
    young = new(station, "visit", resident=person, visit_at="2016-03-05T09:00")
    with station.store.reading() as reader:
        assert {(x.kind, x.record) for x in retention.due(reader, date(2026, 3, 4))} == {("visit", r) for r in old}
        later = {(x.kind, x.record) for x in retention.due(reader, date(2026, 3, 5))}
    assert later == {("resident", person), *(("visit", r) for r in (*old, young))}, "a person goes with the last record"
    drawn = retention.draw_up(station.store, station.author, date(2026, 3, 4))
    assert isinstance(drawn, Done)
    listed = drawn.records[0]
    assert isinstance(retention.review(station.store, station.author, listed, "visit", old[0], "信访未结"), Done)
    early = compose.destroy_list(station, listed)
    assert isinstance(early, Refusal) and early.code is LawRefusal.SECOND_SIGNATURE
    assert isinstance(retention.sign(station.store, station.author, listed), Done)
    late = retention.review(station.store, station.author, listed, "visit", old[1], "改主意")
    assert isinstance(late, Refusal) and late.code is LawRefusal.LIST_SIGNED
    assert isinstance(compose.destroy_list(station, listed), Refusal), "one signature is not enough"
    second_user(station)
    own = compose.agree_to_list(station, listed, ("王主任", PASSWORD))
    assert isinstance(own, Refusal) and own.code is LawRefusal.NO_SECOND
    assert isinstance(compose.agree_to_list(station, listed, ("斯琴", PASSWORD)), Done)
    paper = compose.list_paper(station, listed)
    assert isinstance(paper, bytes) and paper.startswith(b"%PDF")
    done = compose.destroy_list(station, listed)
    assert not isinstance(done, Refusal), done.message
    with station.store.reading() as reader:
        assert [reader.get("visit", r) is None for r in (*old, young)] == [False, True, True, False]
        kept = reader.get("destruction", listed)
        assert kept is not None and kept.fields["state"] == "done" and "李桂花" not in str(kept.fields)


def test_a_list_of_nothing_is_not_drawn_up_and_only_by_the_head(station: OpenStation) -> None:
    """Nothing due; a worker may not."""
    nothing = retention.draw_up(station.store, station.author, date(2026, 3, 4))
    assert isinstance(nothing, Refusal) and nothing.code is LawRefusal.NOTHING_DUE
    other = as_user(station, "worker")
    refused = retention.draw_up(other.store, other.author, date(2026, 3, 4))
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.NOT_ALLOWED
    other.close()


# ---------------------------------------------------------------------- what the centre sees


def test_what_the_centre_sees_is_read_off_the_declarations(station: OpenStation) -> None:
    """Every field of every kind stands on one side. Seen failing: with the sides swapped."""
    seen = centre_sees(station.store)
    assert [k.kind for k in seen.kinds] == list(KINDS) and not any(k.disclosed for k in seen.kinds)
    for one in seen.kinds:
        assert len(one.open) + len(one.stays) == len(KINDS[one.kind].fields)
    resident = next(k for k in seen.kinds if k.kind == "resident")
    assert "身份证号" in resident.stays and "姓名" in resident.stays and "性别" in resident.open
    new(
        station,
        "policy",
        name="disclosure",
        effective_from="2020-01-01",
        table='{"kinds": ["resident"], "purpose": "x", "ground": "y"}',
    )
    assert not any(k.disclosed for k in centre_sees(station.store).kinds), (
        "a policy the station wrote itself opens nothing"
    )
