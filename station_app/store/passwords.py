"""Which passwords are refused: short ones, and those an attacker tries first. Length counts, no rule about signs.

After NIST SP 800-63B: at least eight signs, no upper limit, every sign allowed (Chinese ones too), no forced mixture. What is
refused is what stands at the top of every list of broken passwords, and the habits behind them here: woaini1314, 5201314,
dates of birth, telephone numbers, keyboard rows, a name with 123456.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

from station_app.messages import Refusal
from station_app.settings import RESOURCES
from station_app.store.refusals import StoreRefusal

LEAST_PASSWORD: Final = 8
_LIST: Final = RESOURCES / "tables" / "common_passwords.txt"
#: Words that with digits around them make no password.
_STEMS: Final = frozenset(
    {
        "a", "aa", "aaa", "ab", "abc", "abcd", "admin", "administrator", "aini", "asd", "asdf", "asdfgh", "baobao", "baobei", "china",
        "guest", "hello", "iloveu", "iloveyou", "laogong", "laopo", "love", "loveyou", "master", "mima", "minzheng", "nihao", "pass",
        "passwd", "password", "passw0rd", "q", "qaz", "qazwsx", "qq", "qwe", "qweasd", "qwer", "qwert", "qwerty", "root", "shegong",
        "shegongzhan", "shequ", "station", "sw", "test", "user", "welcome", "woaini", "woaini.", "wodemima", "zhongguo", "zxc", "zxcv",
        "zxcvbn", "zxcvbnm", "我爱你", "我的密码", "密码", "社工", "社工站", "民政", "中国", "你好", "管理员",
    }
)  # fmt: skip
_ROWS: Final = (
    "01234567890",
    "1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv",
)
_BIRTHDAY: Final = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_TELEPHONE: Final = re.compile(r"1[3-9]\d{9}")


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    return frozenset(_LIST.read_text("utf-8").split())


def weak(password: str, *names: str) -> Refusal | None:
    """Why a password is refused; ``names`` (of the user, of the station) with nothing but digits around them are refused too."""
    plain = unicodedata.normalize("NFKC", password).strip().casefold()
    if len(plain) < LEAST_PASSWORD or _common(plain, names):
        return Refusal(StoreRefusal.WEAK_PASSWORD, {"least": LEAST_PASSWORD})
    return None


def _common(plain: str, names: tuple[str, ...]) -> bool:
    if plain in _listed() or _BIRTHDAY.fullmatch(plain) or _TELEPHONE.fullmatch(plain):
        return True
    if any(plain == (plain[:n] * len(plain))[: len(plain)] for n in range(1, 5)):  # 11111111, abab…, 123412341234
        return True
    if any(plain in row or plain in row[::-1] for row in _ROWS):
        return True
    stem = plain.strip("0123456789.!@#_-*")
    if not stem:
        return len(plain) < 12 or not _spread(plain)
    return stem in _STEMS or stem in {unicodedata.normalize("NFKC", n).strip().casefold() for n in names}


def _spread(digits: str) -> bool:
    """Whether a long number has more in it than a run or a few repeated digits."""
    steps = {(ord(b) - ord(a)) % 10 for a, b in pairwise(digits)}
    return len(set(digits)) >= 5 and len(steps) >= 3
