"""Merges the translation fragments of each folder into one catalogue, and names every visible text that lacks Chinese.

``python packaging/texts.py`` writes resources/translations/zh_CN/LC_MESSAGES/station_app.mo;
``--check`` writes nothing and exits 1 when a text is untranslated or the .mo is not current.
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"


def wanted() -> dict[str, str]:
    """Every message id in the program, with the place where it was first seen."""
    found = extract_from_dir(str(ROOT / "station_app"), method_map=[("**.py", "python")], keywords={"_": None, "N_": None})
    return {text: f"{file}:{line}" for file, line, text, _comments, _context in found if isinstance(text, str)}


def merged(language: str) -> Catalog:
    """One catalogue from the language's fragments; two fragments that disagree are an error."""
    whole = Catalog(locale=language, domain="station_app", charset="utf-8")
    for fragment in sorted((TRANSLATIONS / language).glob("*.po")):
        with fragment.open("rb") as file:
            for message in read_po(file, locale=language, charset="utf-8"):
                if not message.id:
                    continue
                before = whole.get(message.id)
                if before is not None and before.string and before.string != message.string:
                    raise SystemExit(f"{fragment.name}: {message.id!r} is translated twice, differently")
                whole.add(message.id, message.string)
    return whole


def compiled(whole: Catalog) -> bytes:
    """The bytes of the .mo, the same for the same texts."""
    whole.creation_date = whole.revision_date = datetime(1970, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Compile (or check) every language."""
    bad = 0
    texts = wanted()
    whole = merged("zh_CN")
    for text, place in texts.items():
        message = whole.get(text)
        if text and (message is None or not message.string):
            print(f"untranslated: {place}: {text!r}")
            bad += 1
    target = TRANSLATIONS / "zh_CN" / "LC_MESSAGES" / "station_app.mo"
    data = compiled(whole)
    if "--check" in arguments:
        if not target.exists() or target.read_bytes() != data:
            print("station_app.mo is not current: run packaging/texts.py")
            bad += 1
        return 1 if bad else 0
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    print(f"{len(texts)} texts, {bad} untranslated")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
