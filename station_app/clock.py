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


def today() -> date:
    """The station's civil date."""
    return datetime.fromtimestamp(now_ms() / 1000, LOCAL).date()
