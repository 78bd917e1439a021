"""One sentence for every refusal: collects what each layer declares beside its codes."""

from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec

_LAYERS = ("values", "store", "trust", "exchange", "report", "sync", "work", "centre", "ui")


def _collect() -> Mapping[tuple[type[StrEnum], str], str]:
    sentences: dict[tuple[type[StrEnum], str], str] = {}
    for layer in _LAYERS:
        name = f"station_app.{layer}.refusals"
        if find_spec(name) is not None:
            for code, sentence in import_module(name).SENTENCES.items():
                sentences[type(code), code.value] = sentence
    return sentences


#: By the closed set and the code: two layers may use the same code for their own refusal.
_SENTENCES: Mapping[tuple[type[StrEnum], str], str] = _collect()


def sentence_of(code: StrEnum) -> str:
    """The sentence (a message id) of a refusal's code."""
    return _SENTENCES.get((type(code), code.value)) or _BY_CODE[code.value]


#: By the code alone, for readers' reasons and warnings, which travel as plain codes.
_BY_CODE: Mapping[str, str] = {code: sentence for (_set, code), sentence in _SENTENCES.items()}


def sentence_named(code: str) -> str:
    """The sentence (a message id) of a plain code; the code itself when no sentence is known."""
    return _BY_CODE.get(code, code)
