"""Every refusal of trust has its sentence, in Chinese, with the same places to fill in."""

import re
from enum import StrEnum

import pytest
from babel.messages.pofile import read_po

from station_app.messages import Refusal
from station_app.settings import RESOURCES
from station_app.trust.refusals import SENTENCES, BundleRefusal, ReportRefusal, TrustRefusal

CODES: list[StrEnum] = [*BundleRefusal, *TrustRefusal, *ReportRefusal]


def test_the_contracts_set_is_closed() -> None:
    assert {code.value for code in BundleRefusal} == {
        *("bad_format", "withheld", "too_large", "bad_signature", "not_enrolled", "revoked", "wrong_recipient"),
        *("wrong_station", "gap", "fork", "newer_schema"),
    }


def test_no_two_refusals_share_a_code() -> None:
    assert len({code.value for code in CODES}) == len(CODES) == len(SENTENCES)


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    """The fragment of this folder; packaging/texts.py merges it with the others."""
    with (RESOURCES / "translations" / "zh_CN" / "trust.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, charset="utf-8") if message.id}


def test_the_fragment_holds_what_is_said_and_nothing_else(chinese: dict[str, str]) -> None:
    fields = {"Signature of the station head", "Countersignature of the centre", "station head", "guidance centre"}
    assert set(chinese) == {*SENTENCES.values(), *fields}


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{type(code).__name__}.{code.value}")
def test_sentence_in_both_languages(code: StrEnum, chinese: dict[str, str]) -> None:
    english, said = SENTENCES[code], chinese[SENTENCES[code]]
    assert re.search("[一-鿿]", said) and said.endswith(("。", "？"))
    places = sorted(re.findall(r"\{\w+\}", english))
    assert places == sorted(re.findall(r"\{\w+\}", said))
    assert "{" not in Refusal(code, {place[1:-1]: "7" for place in places}).message
