"""The program's entry: the command line, or the window when no command is given."""

import sys

from station_app.cli import run


def main() -> None:
    """Run and leave with the exit code of CONTRACT."""
    if sys.argv[1:2] == ["--reader-child"]:  # a packaged program reads ledgers in a limited child of itself
        from station_app.exchange.reader_child import main as read

        sys.exit(read(sys.argv[2:]))
    if sys.argv[1:2] == ["--photo-child"]:  # and makes photos small in another
        from station_app.work.photo_child import main as shrink

        sys.exit(shrink())
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
