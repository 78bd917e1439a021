"""Texts on paper: each has its Chinese, with the same values in it, and none is kept that nobody prints."""

import string

from babel.messages.extract import extract_from_dir, extract_from_file

from station_app.settings import RESOURCES
from tests.paper.chinese import translations


def printed() -> set[str]:
    """Every message id of the papers and of the drawing."""
    code = RESOURCES.parent / "station_app"
    keywords = {"_": None, "N_": None}
    found = {
        text
        for _file, _line, text, *_rest in extract_from_dir(
            str(code / "paper"), [("**.py", "python")], keywords=keywords
        )
    }
    found |= {
        text
        for _line, text, *_rest in extract_from_file("python", str(code / "report" / "drawing.py"), keywords=keywords)
    }
    return {text for text in found if isinstance(text, str)}


def values(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name}


def test_every_text_is_translated_with_its_values() -> None:
    chinese = translations()
    wanted = printed()
    assert len(wanted) > 50
    assert [text for text in wanted if chinese.gettext(text) == text] == []
    assert [text for text in wanted if values(text) != values(chinese.gettext(text))] == []


def test_no_translation_is_left_over() -> None:
    known = {text for text in translations("paper")._catalog if text}  # type: ignore[attr-defined]  # gettext offers no list
    assert known - printed() == set()
