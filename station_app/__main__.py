"""The program's entry: the command line, or the window when no command is given."""

import sys

from station_app.cli import run


def main() -> None:
    """Run and leave with the exit code of CONTRACT."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
