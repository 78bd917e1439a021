"""The list of licences is that of the lock file, and nothing is shipped that may not be."""

import re

import pytest

from tests.packaging.scripts import ROOT, load

licences = load("licences")


def test_list_is_current_and_every_licence_known() -> None:
    assert licences.main(["--check"]) == 0


def test_list_names_exactly_what_is_locked() -> None:
    text = (ROOT / "resources" / "licences.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([a-z0-9-]+) \| ([0-9][^ ]*) \|", text, flags=re.MULTILINE)
    assert listed == licences.locked((ROOT / "packaging" / "requirements.lock").read_text(encoding="utf-8"))


def test_what_was_said_by_hand_is_about_packages_we_ship() -> None:
    names = {name for name, _version in licences.locked((ROOT / "packaging" / "requirements.lock").read_text())}
    assert set(licences.INSIDE) <= names
    assert set(licences.READ) <= names


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("LGPL-3.0-only OR GPL-2.0-only", True),
        ("GPL-2.0-only", False),
        ("MIT AND GPL-2.0-only", False),
        ("Apache-2.0 AND MIT", True),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_licence_goes_with_ours(expression: str, may: bool) -> None:
    assert licences.compatible(expression) is may


def test_every_font_has_its_licence_beside_it() -> None:
    rows = licences.fonts()
    assert rows
    for font, text in rows:
        words = (ROOT / "resources" / "fonts" / text).read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE" in words.upper(), font
