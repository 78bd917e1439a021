"""Crops by their codes, read from the names farmers use; several in one cell are split."""

import re

from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import as_text, is_empty, squeeze, to_simplified

#: The codes of DOMAIN §1.9; what they are called on screen is said where the kind declares its choices.
CODES = ("MAIZE", "POTATO", "MILLET", "BROOMCORN", "BUCKWHEAT", "SUNFLOWER", "OATS", "ALFALFA", "VEG", "OTHER")

_NAMES = {
    **dict.fromkeys(
        ("玉米", "苞米", "包米", "玉茭", "玉茭子", "玉米棒子", "苞谷", "包谷", "青贮玉米", "饲料玉米", "玉蜀黍"),
        "MAIZE",
    ),
    **dict.fromkeys(("土豆", "马铃薯", "洋芋", "山药", "山药蛋", "地蛋", "洋山芋"), "POTATO"),
    **dict.fromkeys(("谷子", "小米", "粟", "谷"), "MILLET"),
    **dict.fromkeys(("糜子", "糜", "黍子", "黍", "糜黍", "黄米"), "BROOMCORN"),
    **dict.fromkeys(("荞麦", "荞", "甜荞", "苦荞"), "BUCKWHEAT"),
    **dict.fromkeys(("葵花", "向日葵", "油葵", "食葵", "葵花籽", "瓜子"), "SUNFLOWER"),
    **dict.fromkeys(("莜麦", "燕麦", "裸燕麦", "筱麦"), "OATS"),
    **dict.fromkeys(("苜蓿", "紫花苜蓿", "苜蓿草"), "ALFALFA"),
    **dict.fromkeys(
        (
            "蔬菜",
            "菜",
            "大白菜",
            "白菜",
            "萝卜",
            "胡萝卜",
            "西红柿",
            "番茄",
            "黄瓜",
            "茄子",
            "辣椒",
            "大葱",
            "葱",
            "豆角",
        ),
        "VEG",
    ),
    **dict.fromkeys(("其他", "其它", "其他作物", "杂粮"), "OTHER"),
}
#: 山药 means potatoes here and yam elsewhere: said so that a person can look.
_LOCAL = frozenset(("山药", "山药蛋"))
_SEPARATORS = re.compile(r"[、，,;；/+&和及与]|\s+")
_BY_CODE = {code.lower(): code for code in CODES}


@remembered(4096)
def read_crops(raw: Raw) -> Read[tuple[str, ...]]:
    """The codes of a cell's crops in their order, each once; empty is None.

    Warnings: ``CROP_ALIAS_LOCAL``, ``CROP_MULTI_SPLIT``, ``CROP_OTHER`` (no known crop: taken as OTHER).
    """
    if is_empty(raw):
        return Read(None)
    if not isinstance(raw, str):
        return refused("CROP_UNREADABLE")
    whole = to_simplified(squeeze(as_text(raw))).lower()
    parts = [whole] if whole in _NAMES else [squeeze(part) for part in _SEPARATORS.split(to_simplified(raw).lower())]
    crops: list[str] = []
    warnings: list[str] = []
    for part in parts:
        if not part:
            continue
        name = re.sub(r"[(（].*?[)）]$", "", part)
        crop = _NAMES.get(name) or _BY_CODE.get(name)
        if name in _LOCAL:
            warnings.append("CROP_ALIAS_LOCAL")
        if crop is None:
            if not re.search("[\u4e00-\u9fff]", name):
                return refused("CROP_UNREADABLE")
            crop = "OTHER"
            warnings.append("CROP_OTHER")
        if crop not in crops:
            crops.append(crop)
    if not crops:
        return refused("CROP_UNREADABLE")
    if len(crops) > 1:
        warnings.append("CROP_MULTI_SPLIT")
    return Read(tuple(crops), tuple(dict.fromkeys(warnings)))
