"""Commands about ledgers and duplicates from end to end: dry run, columns, proposals, the list, taking back, merging."""

import json
from pathlib import Path
from typing import Any

import pytest

from station_app.cli.runner import run
from station_app.exchange.damage import Damage
from tests.exchange.damaged import healthy


def _said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    ended = run([*words, "--json"])
    out = capsys.readouterr()
    assert ended == code, (out.out, out.err)
    found: dict[str, Any] = json.loads(out.out)
    return found


def test_import_explained_mended_listed_taken_back_and_merged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = tmp_path / "password"
    password.write_text("gaowa-2026-demo")
    at = ("--data", str(tmp_path / "data"), "--password-file", str(password))
    _said(capsys, *at, "init", "--station", "罕台镇社工站", "--division", "150602101", "--admin", "高娃")
    sick = healthy("elder", "台账", 5)
    sick.rows[0][6] = "窝儿"
    sick.spoil(1, "身份证号码", sick.people[1].id_no[:17], Damage.ID_CHECK_MISSING)
    file = str(sick.save(tmp_path))
    dry = _said(capsys, *at, "import", "elder", file, "--dry-run")
    assert dry["added"] == 13 and len(dry["refused"]) == 1 and dry["dry_run"] is True
    (finding,) = dry["findings"]
    assert (finding["cell"], finding["damage"], finding["after"]) == ("E3", "id_check_missing", sick.people[1].id_no)
    assert _said(capsys, *at, "import", "elder", file, "--map", "窝儿", "--dry-run", code=2)["usage"]
    refused = _said(capsys, *at, "import", "elder", file, "--map", "窝儿=nonsense", "--dry-run", code=1)
    assert refused["refused"] == "no_such_field"
    taken = _said(capsys, *at, "import", "elder", file, "--map", "窝儿=address", "--accept", "E3")
    assert taken["added"] == 14 and taken["undo"] and taken["findings"][0]["accepted"] is True
    (listed,) = _said(capsys, *at, "imports")["imports"]
    assert listed["undo"] == taken["undo"] and listed["sha256"] == taken["sha256"] and listed["author"] == "高娃"
    person = {"name": sick.people[3].name, "birth_date": sick.people[3].birth.isoformat()}
    new = _said(capsys, *at, "add", "resident", *(f"{k}={v}" for k, v in person.items()))["id"]
    (pair,) = _said(capsys, *at, "duplicates", "resident")["duplicates"]
    keep = ({pair["one"], pair["other"]} - {new}).pop()
    assert pair["reasons"] and _said(capsys, *at, "merge", "resident", keep, new, "--dry-run")["undo"] is None
    merged = _said(capsys, *at, "merge", "resident", keep, new)
    assert _said(capsys, *at, "duplicates")["duplicates"] == []
    _said(capsys, *at, "undo", merged["undo"])
    assert _said(capsys, *at, "distinct", "resident", keep, new)["id"]
    assert _said(capsys, *at, "duplicates")["duplicates"] == []
    looked = _said(capsys, *at, "imports", "--take-back", taken["undo"], "--dry-run")
    assert looked["entries"] == [] and {k["why"] for k in looked["kept"]} == {"needed"}
    back = _said(capsys, *at, "imports", "--take-back", taken["undo"])
    assert back["records"] == looked["records"] > 20
    assert _said(capsys, *at, "imports")["imports"][0]["taken_back"] is True
