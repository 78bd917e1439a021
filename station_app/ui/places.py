"""Where one can be in the window, as values; and what a page may ask of the window around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from station_app.spec.meanings import Wire


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The list of a kind."""

    kind: str


@dataclass(frozen=True, slots=True)
class FormPlace:
    """A record's form; ``record`` None is a new one, begun with the values given."""

    kind: str
    record: str | None = None
    begin: Mapping[str, Wire] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScreenPlace:
    """A screen made by hand, by its name."""

    name: str


Place = ListPlace | FormPlace | ScreenPlace


class Around(Protocol):
    """The window as pages see it."""

    def go(self, place: Place) -> None:
        """Open a place; the one before is kept for going back."""

    def back(self) -> None:
        """To the place before."""

    def tell(self, text: str, action: str = "", do: Callable[[], None] | None = None) -> None:
        """A passing message, with a way to act on it."""

    def township(self) -> str:
        """The station's 9-digit division code."""


class Page(QWidget):
    """A page of the main window."""

    def begin(self) -> None:
        """The page is shown: load, and put the keyboard where work starts."""

    def refresh(self, kinds: frozenset[str]) -> None:
        """Records of these kinds changed."""

    def unsaved(self) -> bool:
        """Whether leaving would lose what was typed."""
        return False

    def draft(self) -> Mapping[str, Any] | None:
        """What was typed and is not saved, as JSON can hold it: kept encrypted while the station is locked."""
        return None

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Put back what :meth:`draft` gave, as soon as the page has loaded."""

    def save_then(self, then: Callable[[], None]) -> None:
        """Save, and when it is saved, go on."""
        then()
