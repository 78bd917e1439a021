"""Yes, no or unknown: ticks, crosses, 有无, 是否; a blank is unknown and never no."""

from datetime import date, datetime, time, timedelta

from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import UNKNOWN_WORDS, squeeze

_YES = frozenset(
    "是 √ ✓ ✔ ☑ ✅ ■ ● 有 y yes t true 1 1.0 对 同意 已办 是的 属于 已 已有 具备 v 勾 〇 ○ 享受 愿意 已签 已签字 签字 已同意 "
    "本人同意 同意签字 正确 真 是√ √是 有√ √有 √√".split()
)
_NO = frozenset(
    "否 × ✗ ✘ ✕ ✖ ☒ ❌ ╳ x n no f false 0 0.0 无 不 不是 没有 没 非 □ ☐ 未 未办 不同意 未同意 不属于 不享受 不愿意 拒绝 "
    "未签 未签字 错 假 否× 无× 不具备".split()
)
#: Strokes put through cells that do not apply: nobody said no.
_NOTHING = UNKNOWN_WORDS | frozenset(
    ["", "-", "--", "—", "——", "–", "/", "//", "\\", ".", "空", "未填", "待核实", "n/a"]
)
_YES_READ, _NO_READ = Read(True), Read(False)
_BLANK: Read[bool] = Read(None)


@remembered(4096)
def read_yes_no(raw: Raw) -> Read[bool]:
    """True, False or None (blank, 不详); refuses other words with ``FLAG_UNREADABLE``."""
    if isinstance(raw, bool):
        return _YES_READ if raw else _NO_READ
    if raw is None:
        return _BLANK
    if isinstance(raw, int | float):
        return _YES_READ if raw == 1 else _NO_READ if raw == 0 else refused("FLAG_UNREADABLE")
    if isinstance(raw, date | datetime | time | timedelta):
        return refused("FLAG_UNREADABLE")
    text = squeeze(raw).lower()
    if text in _YES:
        return _YES_READ
    if text in _NO:
        return _NO_READ
    if text in _NOTHING:
        return _BLANK
    inner = text.strip("()[]【】。.!,")
    if inner != text and inner:
        return read_yes_no(inner)
    return refused("FLAG_UNREADABLE")


def show_yes_no(value: bool | None) -> str:
    """是, 否, or 未知 for what nobody said."""
    return "未知" if value is None else "是" if value else "否"
