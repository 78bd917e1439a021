"""Crops by their codes, read from the names farmers use; several in one cell are split."""

import re
from enum import StrEnum

from station_app.messages import N_
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import as_text, is_empty, squeeze, to_simplified


class Crop(StrEnum):
    """What grows on a plot; the codes are frozen."""

    MAIZE = "MAIZE"
    POTATO = "POTATO"
    MILLET = "MILLET"
    BROOMCORN = "BROOMCORN"
    BUCKWHEAT = "BUCKWHEAT"
    SUNFLOWER = "SUNFLOWER"
    OATS = "OATS"
    ALFALFA = "ALFALFA"
    VEG = "VEG"
    OTHER = "OTHER"


TITLES = {
    Crop.MAIZE: N_("Maize"),
    Crop.POTATO: N_("Potatoes"),
    Crop.MILLET: N_("Foxtail millet"),
    Crop.BROOMCORN: N_("Broomcorn millet"),
    Crop.BUCKWHEAT: N_("Buckwheat"),
    Crop.SUNFLOWER: N_("Sunflowers"),
    Crop.OATS: N_("Naked oats"),
    Crop.ALFALFA: N_("Alfalfa"),
    Crop.VEG: N_("Vegetables"),
    Crop.OTHER: N_("Another crop"),
}

_NAMES = {
    **dict.fromkeys(("玉米", "苞米", "包米", "玉茭", "玉茭子", "玉米棒子", "苞谷", "包谷", "青贮玉米", "饲料玉米", "玉蜀黍"), Crop.MAIZE),
    **dict.fromkeys(("土豆", "马铃薯", "洋芋", "山药", "山药蛋", "地蛋", "洋山芋"), Crop.POTATO),
    **dict.fromkeys(("谷子", "小米", "粟", "谷"), Crop.MILLET),
    **dict.fromkeys(("糜子", "糜", "黍子", "黍", "糜黍", "黄米"), Crop.BROOMCORN),
    **dict.fromkeys(("荞麦", "荞", "甜荞", "苦荞"), Crop.BUCKWHEAT),
    **dict.fromkeys(("葵花", "向日葵", "油葵", "食葵", "葵花籽", "瓜子"), Crop.SUNFLOWER),
    **dict.fromkeys(("莜麦", "燕麦", "裸燕麦", "筱麦"), Crop.OATS),
    **dict.fromkeys(("苜蓿", "紫花苜蓿", "苜蓿草"), Crop.ALFALFA),
    **dict.fromkeys(("蔬菜", "菜", "大白菜", "白菜", "萝卜", "胡萝卜", "西红柿", "番茄", "黄瓜", "茄子", "辣椒", "大葱", "葱", "豆角"), Crop.VEG),
    **dict.fromkeys(("其他", "其它", "其他作物", "杂粮"), Crop.OTHER),
}
#: 山药 means potatoes here and yam elsewhere: said so that a person can look.
_LOCAL = frozenset(("山药", "山药蛋"))
_SEPARATORS = re.compile(r"[、，,;；/+和及与\\n]|&|\s+")
_CODES = {crop.value.lower(): crop for crop in Crop}


@remembered(4096)
def read_crops(raw: Raw) -> Read[tuple[Crop, ...]]:
    """The crops of a cell in their order, each once; empty is None.

    Warnings: ``CROP_ALIAS_LOCAL``, ``CROP_MULTI_SPLIT``, ``CROP_OTHER`` (no known crop: taken as OTHER).
    """
    if is_empty(raw):
        return Read(None)
    if not isinstance(raw, str):
        return refused("CROP_UNREADABLE")
    whole = to_simplified(squeeze(as_text(raw))).lower()
    parts = [whole] if whole in _NAMES else [squeeze(part) for part in _SEPARATORS.split(to_simplified(raw).lower())]
    crops: list[Crop] = []
    warnings: list[str] = []
    for part in parts:
        if not part:
            continue
        name = re.sub(r"[(（].*?[)）]$", "", part)
        crop = _NAMES.get(name) or _CODES.get(name)
        if name in _LOCAL:
            warnings.append("CROP_ALIAS_LOCAL")
        if crop is None:
            if not re.search("[\u4e00-\u9fff]", name):
                return refused("CROP_UNREADABLE")
            crop = Crop.OTHER
            warnings.append("CROP_OTHER")
        if crop not in crops:
            crops.append(crop)
    if not crops:
        return refused("CROP_UNREADABLE")
    if len(crops) > 1:
        warnings.append("CROP_MULTI_SPLIT")
    return Read(tuple(crops), tuple(dict.fromkeys(warnings)))
