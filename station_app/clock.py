"""The wall clock, in the one place where tests can turn it."""

import os
import time
from datetime import date, datetime, timedelta, timezone

#: Civil time of a station (Asia/Shanghai has had no summer time since 1991).
LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")


def now_ms() -> int:
    """Milliseconds since 1970 by the wall clock; never ordered by anyone but as DESIGN's ``time`` says.

    ``STATION_APP_NOW`` (ISO date-time) turns the clock for demonstrations and tests.
    """
    turned = os.environ.get("STATION_APP_NOW")
    if turned:
        moment = datetime.fromisoformat(turned)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).timestamp() * 1000)
    return time.time_ns() // 1_000_000


def held_still() -> bool:
    """Whether ``STATION_APP_NOW`` holds the clock at one moment: that it does not run is no fault of it."""
    return bool(os.environ.get("STATION_APP_NOW"))


def steady_ms() -> int:
    """Milliseconds of a clock that nobody sets and that runs while the computer sleeps; only differences mean anything."""
    which = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
    if which is None:  # Windows: its monotonic clock counts sleep
        return time.monotonic_ns() // 1_000_000
    return time.clock_gettime_ns(which) // 1_000_000


def today() -> date:
    """The station's civil date."""
    return datetime.fromtimestamp(now_ms() / 1000, LOCAL).date()
