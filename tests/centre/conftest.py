"""Centres on SQLite and, where a database is named, on PostgreSQL; stations and a stick."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from station_app.centre.opened import Centre, Taken, init_centre
from station_app.compose import OpenStation
from station_app.sync.receipts import Received
from station_app.work import enrolment, hand_in
from tests.sync.parts import PASSWORD, good, new_station

DATABASE = os.environ.get("STATION_APP_TEST_DATABASE")
STORES = ["sqlite", *([pytest.param("postgresql", marks=pytest.mark.postgresql)] if DATABASE else [])]


@dataclass
class Scene:
    """A centre, a station and the stick between them."""

    centre: Centre
    station: OpenStation
    usb: Path
    folder: Path

    def enrol(self, station: OpenStation) -> None:
        """The whole way of enrolment by the stick."""
        invited = good(self.centre.invite(station.store.station))
        assert good(enrolment.request(station, self.usb, invited.code, invited.fingerprint))["state"] == "requested"
        assert len(good(self.centre.issue(self.usb)).devices) == 1
        assert good(enrolment.request(station, self.usb, invited.code, invited.fingerprint))["state"] == "enrolled"

    def send(self) -> hand_in.Sent:
        """The station's way out."""
        return good(hand_in.send_usb(self.station, self.usb))

    def take(self) -> Taken:
        """The centre's taking in."""
        return good(self.centre.take(self.usb))

    def receive(self) -> Received:
        """The station's way in."""
        return good(hand_in.receive_usb(self.station, self.usb))

    @property
    def to_centre(self) -> Path:
        """Where the station's bundles lie."""
        return self.usb / "station-app" / "to-centre" / self.station.store.station

    @property
    def to_stations(self) -> Path:
        """Where the station's receipts lie."""
        return self.usb / "station-app" / "to-stations" / self.station.store.station


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station and a centre as new, made once: key derivation and sheets take seconds."""
    folder = tmp_path_factory.mktemp("ready")
    new_station(folder / "station").close()
    good(init_centre(folder / "centre", "虚构市社工服务指导中心", PASSWORD)).close()
    return folder


@pytest.fixture(params=STORES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | None]:
    """None for SQLite, or the URL of a fresh PostgreSQL database."""
    if request.param == "sqlite":
        yield None
        return
    assert DATABASE is not None
    url = make_url(DATABASE)
    name = f"centre_{os.getpid()}_{abs(hash(str(tmp_path))) % 10**8}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def scene(ready: Path, tmp_path: Path, database_url: str | None) -> Iterator[Scene]:
    """A centre and an enrolled station."""
    from station_app.centre.opened import open_centre
    from station_app.compose import open_station

    shutil.copytree(ready, tmp_path / "ready")
    centre = good(open_centre(tmp_path / "ready" / "centre", database_url, PASSWORD))
    station = good(open_station(tmp_path / "ready" / "station", None, lambda _name: PASSWORD))
    (tmp_path / "usb").mkdir()
    made = Scene(centre, station, tmp_path / "usb", tmp_path)
    made.enrol(station)
    yield made
    station.close()
    centre.close()
