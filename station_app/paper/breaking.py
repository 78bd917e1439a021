"""Breaks Chinese text into lines on the character grid: no closing mark begins a line, no opening mark ends one."""

import unicodedata
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from station_app.paper.fonts import Face, setting, width

#: May not begin a line (避头): closing marks, and what belongs to the character before it.
CLOSING = frozenset("，。、；：？！）】》〉」』〕〗〙〛”’…—～·‧・ー％‰℃°′″,.;:?!)]}%»›〞")
#: May not end a line (避尾): opening marks, and signs that belong to the number after them.
OPENING = frozenset("（【《〈「『〔〖〘〚“‘([{«‹〝￥¥＄$№")
#: Full-width marks whose blank half may be given up when a line is full by half a character.
BLANK_AFTER = frozenset("，。、）】》〉」』〕〗”’")
BLANK_BEFORE = frozenset("（【《〈「『〔〖“‘")
QUOTES = frozenset("“”‘’")
#: Pairs that are one mark of two cells: never parted, and they may begin a line.
DOUBLE = ("——", "……")
#: A line short by more than this many ems is left ragged rather than spread.
SPREAD = 2.6

_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Unit:
    """What is never parted: a full-width character, a double mark, or a run of letters and digits; widths in ems."""

    text: str
    width: float
    face: Face
    before: float = 0.0  # blank that may be given up on the left
    after: float = 0.0  # … on the right
    space: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line drawn with one face and one spacing; x and spacing in ems."""

    x: float
    text: str
    face: Face | None
    spacing: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its pieces, its text, its width in ems."""

    segments: tuple[Segment, ...]
    text: str
    width: float


@lru_cache(maxsize=65536)
def _is_wide(character: str) -> bool:
    """Whether a character has a cell of its own (Han, full-width marks, symbols) or belongs to a run of letters."""
    if character in QUOTES or unicodedata.east_asian_width(character) in "WF":
        return True
    return not (character.isascii() or unicodedata.category(character)[0] in "LNM")


def clean(text: str) -> str:
    """The text without what cannot be drawn: controls, invisible marks, variation selectors; blanks are one kind."""
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in ("Zs", "Zl", "Zp") or character in "\t\n\r":
            kept.append(character if character == "\u3000" else " ")
        elif category not in ("Cc", "Cf", "Cs", "Cn") and not _selects_variant(character):
            kept.append(character)
    return "".join(kept)


def _selects_variant(character: str) -> bool:
    return 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF


def units(text: str, face: Face) -> list[Unit]:
    """The text as units, with the cell of each."""
    found: list[Unit] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == " ":
            found.append(Unit(" ", width(" ", face), face, space=True))
            at += 1
        elif text[at : at + 2] in DOUBLE:
            pair = text[at : at + 2]
            found.append(Unit(pair, 2 * width(character, face), face))
            at += 2
        elif _is_wide(character) and not _apostrophe(text, at):
            found.append(_cell(character, face))
            at += 1
        else:
            end = at + 1
            while end < len(text) and text[end] != " " and (not _is_wide(text[end]) or _apostrophe(text, end)):
                end += 1
            run = text[at:end]
            found.append(Unit(run, sum(width(c, face) for c in run), face))
            at = end
    return found


def _apostrophe(text: str, at: int) -> bool:
    """Whether a quotation mark stands inside a word of letters, where it takes no cell."""
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    return text[at] in "‘’" and len(around) == 2 and around.isascii() and around.isalnum()


def _cell(character: str, face: Face) -> Unit:
    """A full-width character. A face whose quotation marks are Latin ones borrows them from one with full cells."""
    if character in QUOTES and width(character, face) < 0.9:
        face = Face.FOLIO
    natural = width(character, face)
    if natural < 0.9:  # a half-width form: nothing to give up
        return Unit(character, natural, face)
    before = 0.5 if character in BLANK_BEFORE else 0.0
    after = 0.5 if character in BLANK_AFTER else 0.0
    return Unit(character, natural, face, before, after)


def atoms(found: list[Unit]) -> list[list[Unit]]:
    """Units that must stay on one line together, by the rules of opening and closing marks; blanks hang at the end."""
    grouped: list[list[Unit]] = []
    last: Unit | None = None  # the last one that is no blank: a blank between does not undo the rules
    for unit in found:
        closes = unit.text not in DOUBLE and unit.text[0] in CLOSING
        opened = last is not None and last.text[-1] in OPENING
        if grouped and (unit.space or (last is not None and closes) or opened):
            grouped[-1].append(unit)
        else:
            grouped.append([unit])
        if not unit.space:
            last = unit
    return grouped


def break_lines(
    text: str, face: Face, room: float, *, indent: float = 0.0, hang: float = 0.0, justify: bool = True
) -> list[Line]:
    """The lines of a paragraph, ``room`` ems wide: the first indented, further ones by ``hang``; no text is one empty line.

    Closing marks that do not fit are drawn in by giving up blank halves of marks in the line (挤进); where that is not
    enough, the character before goes to the next line with them (推出) and the line is spread to its full width.
    """
    waiting = deque(atoms(units(clean(text).strip(" "), face)))
    lines: list[Line] = []
    current: list[Unit] = []
    while waiting:
        left = hang if lines else indent
        free = room - left
        atom = waiting.popleft()
        if _fits(current, atom, free):
            if current or not all(unit.space for unit in atom):
                current = current + atom
        elif current:
            lines.append(_line(current, free, left, justify))
            current = []
            waiting.appendleft(atom)
        else:
            parts = _parted(atom, face, free)
            current = parts[0]
            waiting.extendleft(reversed(parts[1:]))
    left = hang if lines else indent
    lines.append(_line(current, room - left, left, False))
    return lines


def _parted(atom: list[Unit], face: Face, room: float) -> list[list[Unit]]:
    """The parts of an atom longer than a line: parted against the rules where there is no other way."""
    parts: list[list[Unit]] = []
    for unit in atom:
        if unit.width > room:
            parts += [[Unit(character, width(character, face), unit.face)] for character in unit.text]
        elif unit.space and parts:
            parts[-1].append(unit)
        else:
            parts.append([unit])
    return parts


def _trimmed(line: list[Unit]) -> list[Unit]:
    end = len(line)
    while end and line[end - 1].space:
        end -= 1
    return line[:end]


def _fits(current: list[Unit], atom: list[Unit], room: float) -> bool:
    together = _trimmed(current + atom)
    natural = sum(unit.width for unit in together)
    if natural <= room + _EPSILON:
        return True
    drawn_in = together[-1].text[-1] in CLOSING and len(_trimmed(atom)) > 1
    return drawn_in and natural - sum(unit.before + unit.after for unit in together) <= room + _EPSILON


def _line(found: list[Unit], room: float, indent: float, justify: bool) -> Line:
    """Place the units of a line: drawn in when too wide, spread when short and justified, else as they are."""
    line = _trimmed(found)
    natural = sum(unit.width for unit in line)
    over = natural - room
    given_before = [0.0] * len(line)
    given_after = [0.0] * len(line)
    gap = 0.0
    if over > _EPSILON:
        if line[-1].after:  # the blank half at the line's end is given up first: nobody sees it go
            given_after[-1] = min(over, line[-1].after)
            over -= given_after[-1]
        blank = sum(unit.before + unit.after for unit in line) - (line[-1].after if given_after[-1] else 0.0)
        share = over / blank if over > _EPSILON and blank else 0.0
        for number, unit in enumerate(line):
            given_before[number] = unit.before * share
            if not given_after[number]:
                given_after[number] = unit.after * share
    elif justify and len(line) > 1 and _EPSILON < -over <= SPREAD:
        gap = -over / (len(line) - 1)
    return _placed(line, given_before, given_after, gap, indent)


def _placed(line: list[Unit], before: list[float], after: list[float], gap: float, indent: float) -> Line:
    segments: list[Segment] = []
    x = indent
    face: Face | None = None
    start, text, spacing, reached = 0.0, "", 0.0, -1.0

    def close() -> None:
        if text:
            segments.append(Segment(start, text, face, spacing))

    for number, unit in enumerate(line):
        drawn = x - before[number]
        advance = unit.width - before[number] - after[number] + gap
        single = len(unit.text) == 1
        for character in unit.text:
            chosen = setting(character, unit.face)
            own = gap if single else 0.0
            if not text or chosen is not face or abs(own - spacing) > _EPSILON or abs(reached - drawn) > _EPSILON:
                close()
                face, start, text, spacing = chosen, drawn, "", own
            text += character
            drawn += width(character, unit.face) + own
            reached = drawn
        x += advance
    close()
    return Line(tuple(segments), "".join(unit.text for unit in line), x - gap - indent if line else 0.0)
