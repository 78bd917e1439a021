"""Sex by GB/T 2261.1, read from what ledgers write."""

from enum import StrEnum

from station_app.values.reading import Raw, Read, refused
from station_app.values.text import as_text, is_empty, squeeze


class Sex(StrEnum):
    """The codes of GB/T 2261.1."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    NOT_SAID = "9"

    @property
    def letter(self) -> str:
        """M or F as in exchange files; '' where it is not known."""
        return {"1": "M", "2": "F"}.get(self.value, "")


_WORDS = {
    **dict.fromkeys(("男", "男性", "男人", "男士", "m", "male", "1", "先生", "汉子"), Sex.MALE),
    **dict.fromkeys(("女", "女性", "女人", "女士", "f", "female", "2", "妇女"), Sex.FEMALE),
    **dict.fromkeys(("未知", "不详", "0"), Sex.UNKNOWN),
    **dict.fromkeys(("未说明", "未说明的性别", "9"), Sex.NOT_SAID),
}


def read_sex(raw: Raw) -> Read[Sex]:
    """男, 女, M, F, 1, 2 …; refuses with ``SEX_UNREADABLE``."""
    if raw == "男":
        return _MALE
    if raw == "女":
        return _FEMALE
    text = squeeze(as_text(raw)).lower()
    if found := _WORDS.get(text):
        return Read(found)
    return Read(None) if is_empty(raw) else refused("SEX_UNREADABLE")


_MALE, _FEMALE = Read(Sex.MALE), Read(Sex.FEMALE)
