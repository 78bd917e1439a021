"""The command line: every command of CONTRACT, people's text on standard error, one JSON document with ``--json``."""

from station_app.cli.runner import run

__all__ = ["run"]
