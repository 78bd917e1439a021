"""Which passwords are refused and which are taken."""

import pytest

from station_app.store.passwords import weak


@pytest.mark.parametrize(
    "password",
    [
        "short", "1234567", "12345678", "88888888", "5201314520", "woaini1314", "WoAiNi1314", "woaini520", "wangwei123", "a5201314",
        "1314520aa", "19800101", "20100229", "13800138000", "qwertyuiop", "1qaz2wsx", "asdfghjkl", "zyxwvuts", "abcabcabcabc", "1212121212",
        "aaaaaaaaaaaa", "Password", "password2024", "admin@2024", "ｐａｓｓｗｏｒｄ１", "shegongzhan2026", "社工站123456", "我爱你1314520", "密码12345678",
        "乔站长2024", "11112222333", "123456789012", "147258369", "iloveyou1314", "  1234567 ", "        ", "qq123456789",
    ],
)  # fmt: skip
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    """Lists, dates, telephones, rows, repeats, names with digits. Seen failing: with the list alone (half of these passed)."""
    refused = weak(password, "乔站长")
    assert refused is not None and refused.values["least"] == 8


@pytest.mark.parametrize(
    "password",
    [
        "three plain words", "gaowa-2026-demo", "Probe-2024-虚构", "今天草原下了一场雨", "x7" * 3 + "末尾", "correct horse battery staple",
        "奶茶 手把肉 那达慕", "73950284617395", "z" + "词" * 70, "woaini草原上的每一只羊", "wrong-password", "selftest-password", "a b c d e f g h",
    ],
)  # fmt: skip
def test_long_and_odd_ones_are_taken(password: str) -> None:
    """No rule about signs, no upper limit, every script."""
    assert weak(password, "乔站长") is None
