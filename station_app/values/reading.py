"""What reading a cell or a typed text gives: a value, warnings, or the code of a refusal; and the memory of readings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Generic, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")

#: What a spreadsheet reader or a form hands over.
Raw = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """One reading: ``value`` with ``warnings``, or ``reason``, the code of the refusal.

    ``value`` None without a ``reason`` means that nothing is there, or that it is said to be unknown.
    """

    value: T | None
    warnings: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def refused(self) -> bool:
        """Whether something was there that could not be taken."""
        return self.reason is not None


def refused(reason: str, *warnings: str) -> Read[T]:
    """A reading that refuses with the code ``reason``."""
    return Read(None, warnings, reason)


_FORGETTERS: list[Callable[[], None]] = []


def remembered(size: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remembers the last ``size`` answers of a pure function, by value and type (1, 1.0 and True differ).

    Ledgers repeat themselves, so that most cells are answered from memory. What is remembered may be personal:
    :func:`forget_everything` empties it when the station is locked.
    """

    def remember(function: Callable[P, R]) -> Callable[P, R]:
        cached = lru_cache(maxsize=size, typed=True)(function)
        _FORGETTERS.append(cached.cache_clear)
        return cached  # type: ignore[return-value]  # lru_cache's type loses the parameters it keeps

    return remember


def forget_everything() -> None:
    """Empties the memory of every reader."""
    for forget in _FORGETTERS:
        forget()
