"""Makes a golden bundle and receipt: ``python -m tests.sync.golden_bundle tests/golden/bundles/NAME`` (once; never edited).

Stations, centre, keys and people are invented for this file alone and open nothing else.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from station_app.centre.opened import init_centre
from station_app.store.change import Edit
from station_app.sync import opening
from station_app.trust import sealing
from station_app.work import enrolment, hand_in
from tests.sync.parts import MONTH, PASSWORD, add_hours, good, new_station, signed_month

NOW = "2026-11-24T09:00:00+08:00"


def main(folder: Path) -> None:
    """Write the files of one golden bundle."""
    os.environ["STATION_APP_NOW"] = NOW
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        (place / "usb").mkdir()
        station = new_station(place / "station")
        centre = good(init_centre(place / "centre", "虚构市社工服务指导中心", PASSWORD))
        invited = good(centre.invite(station.store.station))
        good(enrolment.request(station, place / "usb", invited.code, invited.fingerprint))
        good(centre.issue(place / "usb"))
        good(enrolment.request(station, place / "usb", invited.code, invited.fingerprint))
        add_hours(station)
        people: list[list[Edit]] = [[Edit("volunteer", {"name": f"虚构𬶏{n}", "area": None})] for n in range(3)]
        good(station.store.batch(people, station.author, "import"))
        signed_month(station)
        (name,) = good(hand_in.send_usb(station, place / "usb")).bundles
        taken = good(centre.take(place / "usb"))
        assert taken.receipts == 1 and not taken.refused
        top, code = place / "usb" / "station-app", station.store.station
        data = (top / "to-centre" / code / name).read_bytes()
        (receipt,) = (top / "to-stations" / code).glob("receipt-*.bundle")
        keys = good(enrolment.device_keys(station.store))
        (folder / name).write_bytes(data)
        (folder / receipt.name).write_bytes(receipt.read_bytes())
        (folder / "centre.identity").write_bytes(centre.authority.keys.identity.to_file())
        (folder / "device.identity").write_bytes(keys.identity.to_file())
        (folder / "roots.pem").write_bytes(centre.authority.roots.to_pem())
        roots, at = centre.authority.roots, opening.now()
        lines = good(sealing.unseal(data, centre.authority.keys.identity, roots, at)).content
        (folder / "lines.jsonl").write_bytes(lines)
        said = good(sealing.unseal(receipt.read_bytes(), keys.identity, roots, at)).content
        (folder / "receipt.json").write_bytes(said)
        about = {"bundle": name, "receipt": receipt.name, "at": round(at.timestamp()), "month": MONTH}
        (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n")
        centre.close()
        station.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
