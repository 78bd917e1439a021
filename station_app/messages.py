"""Texts people read: gettext for every visible sentence, and refusals as values of closed sets."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from station_app.settings import LANGUAGE, RESOURCES


@lru_cache(maxsize=4)
def catalogue(language: str = LANGUAGE) -> gettext.NullTranslations:
    """The compiled catalogue of a language; English needs none, its texts are the message ids."""
    return gettext.translation("station_app", RESOURCES / "translations", [language], fallback=True)


def _(text: str, /, **values: object) -> str:
    """The text in the user's language, ``{name}`` filled in from ``values``."""
    said = catalogue().gettext(text)
    return said.format(**values) if values else said


def N_(text: str, /) -> str:
    """Marks a text for extraction where it is declared; it is translated where it is shown, by ``_``."""
    return text


@dataclass(frozen=True, slots=True)
class Refusal:
    """An expected "no": a code of a closed set, a sentence saying what, where and what to do, and details.

    Functions that can refuse return ``X | Refusal``; callers match it. ``values`` fill the sentence and must
    not hold what identifies a person when the refusal is logged.
    """

    code: StrEnum
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence for people, in their language."""
        from station_app.wording import sentence_of

        return _(sentence_of(self.code), **self.values)


class Refused(Exception):
    """Carries a :class:`Refusal` across layers that only pass it on (command line, jobs)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code.value)
        self.refusal = refusal
