"""Telephone numbers as cells hold them: several in one, owners in brackets, without an area code, as floats."""

import re
from dataclasses import dataclass
from decimal import Decimal

from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import EMPTY_WORDS, narrow, squeeze

#: The area code of Ordos; local landlines have seven digits behind it.
AREA_CODE = "0477"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_NOTE = re.compile(r"[(\[【{<《（]([^()\[\]【】{}<>《》（）]*)[)\]】}>》）]")
_AREA_IN_BRACKETS = re.compile(r"[(（\[【]\s*(0[0-9]{2,3})\s*[)）\]】]")
_SEPARATORS = re.compile(r"[/\\、,，;；|\n和或及与&]+|\s(?=\+?(?:86)?\s*1[3-9][0-9]{9}(?![0-9]))")
_COUNTRY = re.compile(r"(?<![0-9])\(?(?:\+86|0086|86)\)?[\s-]+(?=1[3-9])")
_POWER = re.compile(r"([0-9]+)(?:\.([0-9]+))?[Ee]\+?([0-9]{1,3})")
_LABEL = re.compile(
    r"^(?:联系电话|联系方式|手机号码|手机号|手机|电话号码|电话|座机|固话|固定电话|住宅|家|tel|phone|mobile)[:：]?",
    re.IGNORECASE,
)
_OWNER_BEFORE = re.compile(r"^([\u4e00-\u9fff·]{1,8})[:：]?(?=[+(0-9])")
_OWNER_AFTER = re.compile(r"(?<=[0-9])([\u4e00-\u9fff·]{1,8})$")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})")
_LOCAL = re.compile(r"[2-9][0-9]{6}")


@dataclass(frozen=True, slots=True)
class Phones:
    """One person's numbers in the order written, each with its owner's note ('' where it is their own)."""

    numbers: tuple[str, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        return ";".join(self.numbers)

    @property
    def masked(self) -> str:
        """What lists show: 199****1234."""
        return ";".join(mask_phone(number) for number in self.numbers)


def mask_phone(number: str) -> str:
    """The first three and last four digits; of a landline the area code and the last two."""
    if _MOBILE.fullmatch(number):
        return f"{number[:3]}****{number[7:]}"
    return number[:-5] + "***" + number[-2:] if len(number) > 7 else "*" * len(number)


@remembered(65536)
def read_phones(raw: Raw) -> Read[Phones]:
    """Reads a cell of one or more numbers; 无 and blanks give None.

    Warnings: ``AREA_CODE_ADDED`` (seven digits: 0477 is put before them), ``PHONE_OWNER_NOTE`` (said to be another's),
    and a refused number's code when another number of the cell is good. Refusals: ``PHONE_LENGTH``, ``PHONE_PREFIX``,
    ``PHONE_PRECISION_LOST``, ``PHONE_FORMAT``.
    """
    if isinstance(raw, str):
        if _MOBILE.fullmatch(raw):
            return Read(Phones((raw,), ("",)))
        text = narrow(raw)
    elif raw is None:
        return Read(None)
    elif isinstance(raw, bool) or not isinstance(raw, int | float):
        return refused("PHONE_FORMAT")
    elif raw != raw or raw != int(raw) or raw < 0:
        return refused("PHONE_FORMAT")
    else:
        text = str(int(raw))
    if squeeze(text).lower() in EMPTY_WORDS:
        return Read(None)
    return _read_text(text)


def _read_text(text: str) -> Read[Phones]:
    text = _COUNTRY.sub("", _AREA_IN_BRACKETS.sub(r"\1-", text))
    numbers: list[str] = []
    notes: list[str] = []
    warnings: list[str] = []
    reason: str | None = None
    for part in _split(text):
        number, note, warning, refusal = _one(part)
        if refusal:
            reason = reason or refusal
            continue
        if warning:
            warnings.append(warning)
        if number and number not in numbers:
            numbers.append(number)
            notes.append(note)
        if note:
            warnings.append("PHONE_OWNER_NOTE")
    if not numbers:
        return refused(reason or "PHONE_FORMAT")
    if reason:
        warnings.append(reason)
    return Read(Phones(tuple(numbers), tuple(notes)), tuple(dict.fromkeys(warnings)))


def _split(text: str) -> list[str]:
    """The cell's parts, one for each number; brackets and what stands in them stay with their number."""
    parts: list[str] = []
    depth = start = 0
    for at, character in enumerate(text):
        if character in "([（【":
            depth += 1
        elif character in ")]）】":
            depth = max(depth - 1, 0)
        elif depth == 0 and (match := _SEPARATORS.match(text, at)) and at >= start:
            parts.append(text[start:at])
            start = match.end()
    parts.append(text[start:])
    return [part for part in parts if part.strip()]


def _one(part: str) -> tuple[str, str, str, str]:
    """Number, owner's note, warning, refusal of one part."""
    owners = [found.strip() for found in _NOTE.findall(part)]
    text = _LABEL.sub("", squeeze(_NOTE.sub("", part)))
    if match := _OWNER_BEFORE.match(text):
        owners.append(match[1])
        text = text[match.end() :]
    if match := _OWNER_AFTER.search(text):
        owners.append(match[1])
        text = text[: match.start()]
    note = "、".join(owner for owner in owners if owner and owner not in ("本人", "自己", "手机", "座机", "微信同号"))
    if match := _POWER.fullmatch(text):
        digits = match[1] + (match[2] or "")
        # "1.99E+10" shows three of eleven digits; only a text that shows all of them is a number.
        if len(digits.rstrip(".")) != int(match[3]) + len(match[1]):
            return "", note, "", "PHONE_PRECISION_LOST"
        text = str(int(Decimal(text)))
    text = re.sub(r"\.0+$", "", text)
    text = re.sub(r"[-—–－_.·]", "", text)
    if text.startswith("+"):
        text = text[1:]
    if not (text.isascii() and text.isdigit()):
        return "", note, "", "PHONE_FORMAT"
    text = re.sub(r"^(?:0086|86)(?=1[3-9][0-9]{9}$|0?[1-9][0-9]{9,10}$)", "", text)
    if len(text) == 12 and text[0] == "0" and _MOBILE.fullmatch(text[1:]):
        text = text[1:]
    if len(text) == 11 and text[0] == "1":
        return (text, note, "", "") if _MOBILE.fullmatch(text) else ("", note, "", "PHONE_PREFIX")
    if match := _LANDLINE.fullmatch(text):
        if match[1] == AREA_CODE and len(match[2]) != 7 or len(match[1]) == 3 and len(match[2]) != 8:
            return "", note, "", "PHONE_LENGTH"
        return f"{match[1]}-{match[2]}", note, "", ""
    if _LOCAL.fullmatch(text):
        return f"{AREA_CODE}-{text}", note, "AREA_CODE_ADDED", ""
    if len(text) == 11 or len(text) == 7:
        return "", note, "", "PHONE_PREFIX"
    return "", note, "", "PHONE_LENGTH"


def read_phone(raw: Raw) -> Read[str]:
    """The first number of a cell as text, with the same warnings and refusals."""
    found = read_phones(raw)
    if found.value is None:
        return Read(None, found.warnings, found.reason)
    return Read(found.value.numbers[0], found.warnings)
