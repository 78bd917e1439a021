"""Stations for the acceptance ledgers, with a quick vault and few parts of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station_app.compose import Created, OpenStation, create_station

NewStation = Callable[..., OpenStation]


@pytest.fixture
def new_station(tmp_path: Path) -> Iterator[NewStation]:
    """Makes stations that are closed at the end."""
    made: list[OpenStation] = []

    def make(name: str = "恩格贝镇社工站", division: str = "150621105", number: str = "01") -> OpenStation:
        created = create_station(tmp_path / f"station{len(made)}", name, division, number, "站长", "Probe-2025-虚构")
        assert isinstance(created, Created), created
        made.append(created.station)
        return created.station

    yield make
    for station in made:
        station.close()
