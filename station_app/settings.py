"""Where things are on this computer: resources shipped with the program, a user's data, the language."""

import os
import sys
from pathlib import Path

from platformdirs import user_data_path

#: Fonts, tables, translations, samples: beside the package in a checkout, inside the bundle when frozen.
RESOURCES = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parent.parent)) / "resources"

#: The language of screens and sentences; zh_CN is complete and first.
LANGUAGE = os.environ.get("STATION_APP_LANG", "zh_CN")


def default_data_folder() -> Path:
    """The station's folder when ``--data`` is not given: the platform's user data folder."""
    return user_data_path("station-app", appauthor=False)
