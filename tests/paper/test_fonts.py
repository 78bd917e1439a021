"""Fonts: every standard character, embedding, the way back to Unicode, nothing changed on disk."""

import subprocess
import sys
from datetime import date

import pytest

from station_app.paper.document import Document, Heading, Paragraph, Title
from station_app.paper.flow import render
from station_app.paper.fonts import FOLDER, Face, font_files, has, setting, to_unicode, unsettable
from station_app.settings import RESOURCES
from tests.paper.reading import fonts, texts

RARE = "𬶏㛃䶮喆堃𰻝"


def paper(text: str) -> bytes:
    return render(
        Document("试", "站", (Title(text), Heading(1, text), Heading(2, text), Paragraph(text)), date(2024, 4, 3))
    )


@pytest.mark.parametrize("face", [Face.BODY, Face.SANS, Face.BOLD, Face.TITLE])
def test_every_standard_character_is_in_the_face_itself(face: Face) -> None:
    standard = (FOLDER / "standard-characters.txt").read_text(encoding="utf-8").strip()
    assert len(standard) == 8105
    assert [character for character in standard if not has(face, character)] == []


@pytest.mark.parametrize("face", [Face.BODY, Face.SANS, Face.BOLD, Face.TITLE])
def test_signs_of_reports_are_set_somewhere(face: Face) -> None:
    signs = "㎡‰√×✓—…“”‘’·〔〕①⑩ⅠⅡ℃%°→□■○●△★№±≥≤≠÷¥￥《》【】〇＋－＝"
    assert [sign for sign in signs if setting(sign, face) is None] == []


@pytest.mark.parametrize("character", list(RARE))
def test_rare_characters_of_names_are_copied_as_themselves(character: str) -> None:
    text = "".join(texts(paper(f"姓名{character}字")))
    assert text.count(character) == 4


def test_reportlabs_own_map_would_lose_them() -> None:
    assert "<01> <D873DD8F>" in to_unicode("X", [0, ord("𬶏")])


def test_every_font_is_embedded_and_maps_back() -> None:
    found = list(fonts(paper(f"“引号”，{RARE}，ABC 123")))
    assert len(found) >= 4
    assert [name for name, embedded, mapped in found if not (embedded and mapped)] == []
    assert not any("Helvetica" in name for name, _embedded, _mapped in found)


def test_a_character_no_face_has_is_told_and_still_extractable() -> None:
    import io

    import pikepdf

    unknown = "\U0002ebe0"  # 𮯠, extension I
    assert unsettable(f"王{unknown}明") == [unknown]
    with pikepdf.open(io.BytesIO(paper(f"王{unknown}明"))) as pdf:
        stream = pdf.pages[0].Contents.read_bytes()
    assert ("FEFF" + unknown.encode("utf-16-be").hex().upper()).encode() in stream


def test_files_on_disk_are_those_of_the_table() -> None:
    script = RESOURCES.parent / "packaging" / "fonts.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert all(path.exists() for path in font_files())
    assert sum(path.stat().st_size for path in font_files()) < 45_000_000
