"""The Chinese of papers straight from its fragment, so that these tests do not wait for the merged catalogue."""

import gettext
import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from station_app import messages
from station_app.settings import RESOURCES


def translations(only: str = "*") -> gettext.GNUTranslations:
    """The fragments of this name, all of them by default, compiled in memory."""
    whole = Catalog(locale="zh_CN", charset="utf-8")
    for fragment in sorted((RESOURCES / "translations" / "zh_CN").glob(f"{only}.po")):
        with fragment.open("rb") as file:
            for message in read_po(file, locale="zh_CN", charset="utf-8"):
                if message.id:
                    whole.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, whole)
    out.seek(0)
    return gettext.GNUTranslations(out)


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of this test in Chinese."""
    read = translations()
    monkeypatch.setattr(messages, "catalogue", lambda language="zh_CN": read)
