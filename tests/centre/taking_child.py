"""Takes a stick in at a centre, in a process that a test kills: ``python -m tests.centre.taking_child FOLDER USB [URL]``."""

import sys
from pathlib import Path

from station_app.centre.opened import open_centre
from tests.sync.parts import PASSWORD, good


def main(folder: str, usb: str, url: str = "") -> None:
    """Say "open" when the work begins, "done" when it is done."""
    centre = good(open_centre(Path(folder), url or None, PASSWORD))
    print("open", flush=True)
    good(centre.take(Path(usb)))
    print("done", flush=True)
    centre.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
