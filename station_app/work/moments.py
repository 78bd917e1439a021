"""Moments as records hold them."""

from datetime import datetime

from station_app.clock import LOCAL


def moment_of(ms: int) -> str:
    """Local time ``YYYY-MM-DDTHH:MM`` of milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, LOCAL).strftime("%Y-%m-%dT%H:%M")
