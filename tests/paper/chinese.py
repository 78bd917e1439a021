"""The Chinese of papers straight from its fragment, so that these tests do not wait for the merged catalogue."""

import gettext
import io

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from station_app import messages
from station_app.settings import RESOURCES


def translations() -> gettext.GNUTranslations:
    """The fragment of papers, compiled in memory."""
    with (RESOURCES / "translations" / "zh_CN" / "paper.po").open("rb") as file:
        read = read_po(file, locale="zh_CN", charset="utf-8")
    out = io.BytesIO()
    write_mo(out, read)
    out.seek(0)
    return gettext.GNUTranslations(out)


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of this test in Chinese."""
    read = translations()
    monkeypatch.setattr(messages, "catalogue", lambda language="zh_CN": read)
