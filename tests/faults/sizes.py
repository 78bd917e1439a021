"""How many faults: a quick setting for every run of the tests, a long one by the environment for a release."""

import os
from typing import Final

KILLS: Final = int(os.environ.get("STATION_APP_KILLS", "200"))
FLIPS: Final = int(os.environ.get("STATION_APP_FLIPS", "150"))
