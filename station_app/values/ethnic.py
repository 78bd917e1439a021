"""Ethnic groups by GB/T 3304, read from short and old spellings."""

import csv

from station_app.settings import RESOURCES
from station_app.values.reading import Raw, Read, remembered
from station_app.values.text import as_text, is_empty, squeeze, to_simplified

#: Short forms and other spellings that ledgers use.
_ALIASES = {
    "蒙": "02", "蒙族": "02", "蒙古人": "02", "维": "05", "维族": "05", "朝": "10", "朝族": "10", "鲜族": "10", "哈萨": "17", "达族": "31",
    "达斡尔人": "31", "鄂伦春人": "52", "鄂温克人": "45", "土家人": "15", "满人": "11", "回民": "03", "汉人": "01", "汗": "01", "漢": "01",
    "乌孜": "43", "俄族": "44", "塔塔": "50", "柯族": "29", "锡伯人": "38", "壮人": "08", "外国血统": "98", "外籍": "98",
}  # fmt: skip
UNKNOWN = ("其他", "其它", "其他民族", "其它民族", "其他族", "其它族", "97", "未识别民族", "未识别")


@remembered(1)
def ethnic_groups() -> dict[str, str]:
    """Code and name of each group: 01 汉 … 56 基诺, 97 其他, 98 外国血统中国籍人士."""
    with (RESOURCES / "tables" / "ethnic_groups.csv").open(encoding="utf-8", newline="") as table:
        return {row["code"]: row["name"] for row in csv.DictReader(table)}


@remembered(1)
def _names() -> dict[str, str]:
    names = dict(_ALIASES)
    for code, name in ethnic_groups().items():
        names |= {name: code, name + "族": code, code: code, code.lstrip("0"): code}
    return names


@remembered(4096)
def read_ethnic(raw: Raw) -> Read[str]:
    """The two-digit code; what is no known group, 其它 included, is None with the warning ``ETHNIC_UNKNOWN``."""
    if is_empty(raw):
        return Read(None)
    text = to_simplified(squeeze(as_text(raw)))
    if text in UNKNOWN:
        return Read(None, ("ETHNIC_UNKNOWN",))
    code = _names().get(text) or _names().get(text.removesuffix("族"))
    return Read(None, ("ETHNIC_UNKNOWN",)) if code is None else Read(code)


def show_ethnic(code: str) -> str:
    """汉族, 蒙古族; the code itself when it is not known."""
    name = ethnic_groups().get(code)
    return code if name is None else name if code in ("97", "98") else name + "族"
