"""One sentence for every refusal: collects what each layer declares beside its codes."""

from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec

_LAYERS = ("values", "store", "trust", "exchange", "report", "sync", "work", "centre")


def _collect() -> Mapping[StrEnum, str]:
    sentences: dict[StrEnum, str] = {}
    for layer in _LAYERS:
        name = f"station_app.{layer}.refusals"
        if find_spec(name) is not None:
            sentences.update(import_module(name).SENTENCES)
    return sentences


SENTENCES: Mapping[StrEnum, str] = _collect()
