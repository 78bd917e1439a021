"""What a command is: its words, its help with an example, and what it does."""

import argparse
import getpass
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station_app.messages import Refusal, Refused, _
from station_app.settings import default_data_folder

if TYPE_CHECKING:
    from station_app.compose import OpenStation


@dataclass(frozen=True, slots=True)
class Result:
    """What a command gives: the JSON document, and the lines for people."""

    document: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    exit_code: int = 0


@dataclass(slots=True)
class Context:
    """What every command works with: the parsed words, and the station opened when first needed."""

    words: argparse.Namespace
    say: Callable[[str], None]

    @property
    def data(self) -> Path:
        """The station's (or centre's) folder."""
        return Path(self.words.data) if self.words.data else default_data_folder()

    def password(self, who: str) -> str:
        """The password: from the file named, else asked without echo. Never from the command line itself."""
        if self.words.password_file:
            return read_secret(Path(self.words.password_file))
        return getpass.getpass(_("Password of {name}: ", name=who))

    @contextmanager
    def station(self) -> Iterator["OpenStation"]:
        """The unlocked station; locked again afterwards."""
        from station_app.compose import open_station, sentences

        opened = open_station(self.data, self.words.user, self.password)
        if isinstance(opened, Refusal):
            raise Refused(opened)
        for sentence in sentences(opened):
            self.say(sentence)
        if not opened.store.guard.compared:
            self.say(_("This computer has not compared the rows with the journal since the files were last closed here. “check” does it."))
        try:
            yield opened
        finally:
            opened.close()


def read_secret(path: Path) -> str:
    """The first line of a file that holds a secret."""
    try:
        return path.read_text("utf-8").splitlines()[0]
    except (OSError, IndexError, UnicodeDecodeError):
        raise UsageError(_("The password file {file} cannot be read or is empty.", file=path)) from None


class UsageError(Exception):
    """The words given make no command; the message says which and what to write instead."""


Add = Callable[[argparse.ArgumentParser], None]


def _nothing(parser: argparse.ArgumentParser) -> None:
    """A command without words of its own."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``words`` like ``("user", "add")``; ``help`` and ``example`` are message ids."""

    words: tuple[str, ...]
    help: str
    example: str
    do: Callable[[Context], Result]
    add: Add = field(default=_nothing)


def ok(value: Any | Refusal) -> Any:
    """The value, or the refusal raised for the runner."""
    if isinstance(value, Refusal):
        raise Refused(value)
    return value
