"""Readings of names for search and order: every reading a clerk may type, right or usually wrong, and initials."""

import csv
import os
import re
import unicodedata
from itertools import product

from station_app.settings import RESOURCES
from station_app.values.names import COMPOUND, surname_of
from station_app.values.reading import remembered
from station_app.values.text import to_simplified

#: At most this many readings are indexed for one name; the likeliest come first.
MOST = 32
#: No character of a name is given more readings than this.
_EACH = 4
_NOT_LETTERS = re.compile("[^a-zv]")


@remembered(1)
def _surname_readings() -> dict[str, tuple[str, ...]]:
    """Surnames whose reading differs from the character's usual one, the right reading first."""
    with (RESOURCES / "tables" / "surname_readings.csv").open(encoding="utf-8", newline="") as table:
        return {row["surname"]: tuple(row["readings"].split()) for row in csv.DictReader(table)}


def _plain(toned: str) -> str:
    """nǚ → nv: tone marks off, ü as v, which is how it is typed."""
    spread = unicodedata.normalize("NFD", toned.lower()).replace("u\u0308", "v").replace("ê", "e")
    return _NOT_LETTERS.sub("", spread)


@remembered(16384)
def readings(character: str) -> tuple[str, ...]:
    """The plain readings of one character, the usual one first; letters are their own reading."""
    if character.isascii():
        return (character.lower(),) if character.isalnum() else ()
    # A large table, loaded when the first name is read; the package's readings of phrases (44 MB more) are not needed.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.pinyin_dict import pinyin_dict

    known = pinyin_dict.get(ord(character)) or pinyin_dict.get(ord(to_simplified(character)[0]))
    if known is None:
        return ()
    return tuple(dict.fromkeys(found for one in known.split(",") if (found := _plain(one))))


def _typed(reading: str) -> tuple[str, ...]:
    """lv is typed "lv" or, by those who do not know how, "lu"; lve also "lue"."""
    return (reading, reading.replace("v", "u")) if "v" in reading else (reading,)


def _parts(name: str) -> list[tuple[str, ...]]:
    """For each character, or compound surname, its possible readings with syllables parted by a space."""
    special = _surname_readings()
    parts: list[tuple[str, ...]] = []
    rest = name
    if name[:2] in COMPOUND:
        usual = " ".join(readings(c)[0] for c in name[:2] if readings(c))
        right = special.get(name[:2], ())
        parts.append(tuple(dict.fromkeys([*(_syllables(name[:2], r) for r in right), usual])))
        rest = name[2:]
    elif (surname := to_simplified(name[:1])) in special:
        right, usual_ones = special[surname], readings(name[:1])
        # Long names are mostly Mongolian and have no surname: there the usual reading comes first.
        order = [*right, *usual_ones] if surname_of(name) else [*usual_ones[:1], *right, *usual_ones]
        parts.append(tuple(dict.fromkeys(order)))
        rest = name[1:]
    for character in rest:
        if found := readings(character):
            parts.append(found[:_EACH])
    return [tuple(dict.fromkeys(typed for reading in part for typed in _typed(reading))) for part in parts]


def _syllables(surname: str, joined: str) -> str:
    """yuchi of 尉迟 → "yu chi": cut where the second character's reading begins."""
    for second in readings(surname[1]):
        if joined.endswith(second) and len(joined) > len(second):
            return f"{joined[: -len(second)]} {second}"
    # 万俟 is read otherwise in this one name: the first syllable ends before the last consonant.
    match = re.fullmatch(r"(.+?[aeiouv](?:ng|n)?)([bpmfdtnlgkhjqxrzcsyw]h?[a-z]+)", joined)
    return f"{match[1]} {match[2]}" if match else joined


@remembered(4096)
def pinyin_keys(name: str) -> tuple[str, ...]:
    """Every key a name is found by: full readings first ("shanyumei", "danyumei"), then their initials ("sym", "dym").

    Works for names in Han of any length, whole names of Mongols included; other characters but Latin are left out.
    """
    parts = _parts(name)
    if not parts:
        return ()
    # When there are too many combinations, the rarest readings of the last characters are dropped first.
    sizes = [len(part) for part in parts]
    at = len(sizes) - 1
    while _times(sizes) > MOST and at >= 0:
        sizes[at] = max(sizes[at] - 1, 1)
        if sizes[at] == 1:
            at -= 1
    chosen = [part[:size] for part, size in zip(parts, sizes, strict=True)]
    combinations = list(product(*chosen))
    full = ["".join(one).replace(" ", "") for one in combinations]
    # A reading that was dropped from the combinations is still found alone with the usual ones of the others.
    for place, part in enumerate(parts):
        for reading in part[sizes[place] :]:
            full.append("".join(reading if i == place else p[0] for i, p in enumerate(parts)).replace(" ", ""))
    initials = ["".join(s[0] for reading in one for s in reading.split()) for one in combinations]
    return tuple(dict.fromkeys([*full, *initials]))


def _times(sizes: list[int]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


@remembered(65536)
def sort_key(name: str) -> str:
    """The likeliest reading, syllables parted by spaces, for lists in the order of pinyin."""
    return " ".join(part[0] for part in _parts(name))


@remembered(2048)
def _heard(syllable: str) -> str:
    """A syllable without what is heard alike; there are four hundred of them, and a register has a million."""
    syllable = re.sub("^([zcs])h", r"\1", syllable.replace("v", "u"))
    return re.sub("([aei]n)g$", r"\1", re.sub("^l", "n", syllable))


@remembered(65536)
def sounds_like(name: str) -> str:
    """A key that is equal for names heard alike: z/zh, c/ch, s/sh, n/l, in/ing, en/eng, an/ang are one.

    敖其尔, 奥其尔 and 敖奇尔 have the same key; it proposes duplicates, a person decides.
    """
    return "".join(_heard(syllable) for syllable in sort_key(name).split())


_ALIKE = {"zh": ("z",), "ch": ("c",), "sh": ("s",), "z": ("zh",), "c": ("ch",), "s": ("sh",), "n": ("l",), "l": ("n",)}


def sounds_alike(name: str) -> tuple[str, ...]:
    """The full readings of names heard alike, as the search index spells them; at most 64, the name's own first."""
    choices: list[list[str]] = []
    for syllable in sort_key(name).split():
        heads = [syllable]
        for head in ("zh", "ch", "sh", "z", "c", "s", "n", "l"):
            if syllable.startswith(head):
                heads += [other + syllable[len(head) :] for other in _ALIKE[head]]
                break
        spelled: list[str] = []
        for one in heads:
            spelled.append(one)
            if one.endswith(("ang", "eng", "ing")):
                spelled.append(one[:-1])
            elif one.endswith(("an", "en", "in")):
                spelled.append(one + "g")
        choices.append([typed for one in spelled for typed in _typed(one)])
    while _times([len(one) for one in choices]) > 64:
        longest = max(choices, key=len)
        longest.pop()
    return tuple(dict.fromkeys("".join(one) for one in product(*choices))) if choices else ()
