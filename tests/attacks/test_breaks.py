"""The list of attacks is whole and not out of date: each has a test, and each control that is taken away is still there."""

import ast
import shutil
from pathlib import Path

import pytest

from tests.attacks.breaks import BREAKS, ROOT, Break, broken

#: SECURITY §6 up to A45, as far as it concerns store, auth, import, export, pdf, bundle or usb.
LISTED = {
    "A01", "A02", "A03", "A04", "A10", "A11", "A12", "A13", "A14", "A15", "A18", "A19", "A20", "A23", "A24", "A25", "A26",
    "A27", "A29", "A30", "A31", "A32", "A33", "A34", "A35", "A38", "A39", "A40", "A42", "A44", "A45",
}  # fmt: skip


def test_every_listed_attack_has_a_break() -> None:
    assert {b.attack for b in BREAKS} >= LISTED


@pytest.mark.parametrize("given", BREAKS, ids=[f"{b.attack}-{b.test.split('::')[1]}" for b in BREAKS])
def test_a_break_is_not_out_of_date(given: Break, tmp_path: Path) -> None:
    """The text that is replaced is there, the result is still Python, the test that must fail exists."""
    for change in given.changes:
        (tmp_path / change.file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / change.file, tmp_path / change.file)
    assert list(broken(tmp_path, given)) == []
    for change in given.changes:
        ast.parse((tmp_path / change.file).read_text("utf-8"))
    file, name = given.test.split("::")
    functions = {n.name for n in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))) if isinstance(n, ast.FunctionDef)}
    assert name in functions
