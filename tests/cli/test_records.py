"""Records by the command line: every command, its JSON, its exit codes, its refusals."""

import json
import re
import subprocess
from pathlib import Path

import openpyxl
import pytest

from station_app.cli import run
from station_app.cli.runner import all_commands
from tests.cli.conftest import Ask


def test_a_record_from_first_entry_to_undo(station: Ask) -> None:
    """add, show, set, list, find, history, undo, remove: one record's life."""
    made = station("add", "resident", "name=李桂花", "phone=199 0000 1234", "id_no=152722194503059979")
    assert made.code == 0
    record = made.said["id"]
    assert made.said["fields"]["phone"] == "19900001234" and made.said["fields"]["birth_month"] == "1945-03"
    changed = station("set", "resident", record, "phone=")
    assert "phone" not in changed.said["fields"]
    for typed in ("lgh", "桂花", "liguihua", "9979", "李桂花"):
        assert [r["id"] for r in station("find", typed).said["records"]] == [record], typed
    assert station("find", "桂李").said["records"] == []
    assert [r["id"] for r in station("list", "resident", "--where", "name=李桂花", "--limit", "1").said["records"]] == [
        record
    ]
    history = station("history", "resident", record).said["entries"]
    assert [e["action"] for e in history] == ["create", "edit"] and history[0]["author"] == "乔站长"
    assert history[1]["fields"] == {"phone": ["19900001234", None]}
    assert station("undo", history[1]["entry"]).code == 0
    assert station("show", "resident", record).said["fields"]["phone"] == "19900001234"
    removed = station("remove", "resident", record)
    assert removed.code == 0 and station("list", "resident").said["records"] == []
    assert station("undo", removed.said["entry"]).code == 0
    assert len(station("list", "resident").said["records"]) == 1
    checked = station("check", "--rebuild")
    assert checked.code == 0 and checked.said["rebuild"] == "same" and set(checked.said["chains"].values()) == {"ok"}


@pytest.mark.parametrize(
    ("words", "code", "refused"),
    [
        (["add", "nokind", "a=b"], 1, "unknown_kind"),
        (["add", "resident", "nofield=b"], 1, "unknown_field"),
        (["add", "resident", "name=李四", "phone=12"], 1, "does_not_fit"),
        (["add", "farm_plot", "area=5亩2分"], 1, "needed"),
        (["show", "resident", "00000000-0000-4000-8000-000000000000"], 1, "unknown_record"),
        (["set", "resident", "00000000-0000-4000-8000-000000000000", "name=王五"], 1, "unknown_record"),
        (["undo", "nonsense"], 1, "unknown_entry"),
        (["report", "2024-13"], 1, "not_a_month"),
        (["report", "explain", "2024-03", "Z99"], 1, "unknown_line"),
        (["report", "2024-03", "--sign"], 1, "not_enrolled"),
        (["import", "elder", "missing.xlsx"], 1, "file_missing"),
        (["user", "disable", "乔站长"], 1, "last_head"),
        (["user", "add", "乔站长", "--role", "clerk"], 1, "user_exists"),
        (["init", "--station", "x", "--division", "150602101", "--admin", "y"], 1, "vault_exists"),
    ],
)
def test_refusals_are_codes_with_a_sentence(station: Ask, words: list[str], code: int, refused: str) -> None:
    """Exit 1, a code of a closed set, a Chinese sentence without braces."""
    answer = station(*words)
    assert (answer.code, answer.said["refused"]) == (code, refused)
    message = answer.said["message"]
    assert "{" not in message and any("一" <= c <= "鿿" for c in message)


@pytest.mark.parametrize(
    "words", [["nonsense"], ["add"], ["report"], ["init", "--station", "x"], ["user", "add", "x", "--role", "king"]]
)
def test_wrong_usage_ends_with_two(ask: Ask, words: list[str]) -> None:
    """And says so in JSON, too."""
    answer = ask(*words)
    assert answer.code == 2 and "usage" in answer.said


def test_a_wrong_password_is_refused(station: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said about what the right one looks like."""
    wrong = tmp_path / "wrong"
    wrong.write_text("something-else\n")
    assert run(["--json", "--data", str(tmp_path / "station"), "--password-file", str(wrong), "list", "resident"]) == 1
    assert json.loads(capsys.readouterr().out)["refused"] == "wrong_password"


def test_users_and_their_passwords(station: Ask, tmp_path: Path) -> None:
    """A second user opens the same station; a disabled one no longer; only the head manages."""
    assert station("user", "add", "王社工", "--role", "worker").code == 0
    assert station("add", "resident", "name=李桂花", user="王社工").code == 0
    assert station("user", "add", "赵某", "--role", "clerk", user="王社工").said["refused"] == "not_allowed"
    other = tmp_path / "other"
    other.write_text("ganz-anders-77\n")
    assert station("user", "password", "王社工", "--new-password-file", str(other)).code == 0
    assert station("list", "resident", user="王社工").said["refused"] == "wrong_password"
    assert station("user", "disable", "王社工").code == 0
    users = station("user", "list").said["users"]
    assert {u["name"]: (u["role"], u["active"]) for u in users} == {
        "乔站长": ("head", True),
        "王社工": ("worker", False),
    }


def test_kinds_lists_every_field_with_a_chinese_title(ask: Ask) -> None:
    """Works without a station."""
    kinds = ask("kinds").said["kinds"]
    assert {"resident", "elder", "farm_plot", "volunteer_hours", "month_report"} <= {k["kind"] for k in kinds}
    for kind in kinds:
        for title in [kind["title"], *(f["title"] for f in kind["fields"])]:
            assert any("一" <= c <= "鿿" for c in title), (kind["kind"], title)


def test_the_three_ledgers_twice_and_out_again(station: Ask, tmp_path: Path) -> None:
    """860 rows as expected; the same files add nothing; our own export changes nothing."""
    samples = Path("resources/samples")
    expected = {
        ("elder", "elders_300.xlsx"): (300, 282, 18),
        ("farm_plot", "farm_plots_60.xlsx"): (60, 48, 12),
        ("volunteer_hours", "volunteer_hours_500.xlsx"): (500, 460, 40),
    }
    for (kind, file), (read, added, refused) in expected.items():
        back = tmp_path / f"{kind}.xlsx"
        dry = station("import", kind, str(samples / file), "--dry-run").said
        assert (dry["read"], dry["added"], len(dry["refused"])) == (read, added, refused)
        first = station("import", kind, str(samples / file), "--refused", str(back)).said
        assert (first["read"], first["added"], len(first["refused"])) == (read, added, refused)
        assert all(r["message"] and r["row"] and r["reason"] for r in first["refused"])
        assert openpyxl.load_workbook(back).active is not None
        again = station("import", kind, str(samples / file)).said
        assert (again["added"], again["changed"], again["same"]) == (0, 0, added)
    values = {i["key"]: i["value"] for i in station("report", "2024-03").said["indicators"]}
    assert [values[key] for key in ("F01", "F02", "F03", "F04", "F05")] == ["53", "460", "60", "927.00", "6"]
    explained = station("report", "explain", "2024-03", "F04").said
    assert f"{sum(float(r['amount']) for r in explained['records']):.2f}" == explained["value"] == "927.00"
    for kind in ("elder", "farm_plot", "volunteer_hours", "resident"):
        for form in ("xlsx", "csv", "json"):
            out = tmp_path / f"out-{kind}.{form}"
            written = station("export", kind, str(out), "--reason", "旗里核对", "--plain").said
            assert written["written"] > 0
            back_in = station("import", kind, str(out)).said
            assert (back_in["added"], back_in["changed"], back_in["refused"]) == (0, 0, []), (kind, form)
    assert station("check", "--rebuild").said["rebuild"] == "same"


def test_an_export_names_its_recipient_or_says_plain(station: Ask, tmp_path: Path) -> None:
    """Encrypted by default: without a recipient nothing is written."""
    station("add", "resident", "name=李桂花")
    assert station("export", "resident", str(tmp_path / "o.csv"), "--reason", "x").code == 2
    assert not list(tmp_path.glob("o.csv*"))


def test_every_command_explains_itself_in_chinese_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """Help of every command: purpose, words, an example."""
    for command in all_commands():
        assert run([*command.words, "--help"]) == 0
        text = capsys.readouterr().out
        assert command.example in text and "用法" in text, command.words
        assert "show this help" not in text


def test_the_recovery_sheet_opens_once_and_is_replaced(station: Ask, tmp_path: Path) -> None:
    """The code as printed; afterwards another sheet, and the old code is void."""
    sheet = tmp_path / "station" / "recovery-sheet.pdf"

    def printed() -> str:
        text = subprocess.run(
            ["pdftotext", "-layout", str(sheet), "-"], capture_output=True, text=True, check=True
        ).stdout
        found = re.findall(r"\b[2-9A-HJ-NP-Z]{5}\b", text)
        return "-".join(found[:6])

    code, fresh = tmp_path / "code", tmp_path / "fresh"
    code.write_text(printed() + "\n")
    fresh.write_text("ganz-neues-Wort-8\n")
    words = ("user", "recover", "乔站长", "--code-file", str(code), "--new-password-file", str(fresh))
    assert station(*words).code == 0
    assert station("list", "resident").said["refused"] == "wrong_password"
    assert run(["--json", "--data", str(tmp_path / "station"), "--password-file", str(fresh), "list", "resident"]) == 0
    assert printed() != code.read_text().strip()
