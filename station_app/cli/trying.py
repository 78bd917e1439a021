"""The main job, done once with real parts: a fictional station's month from ledgers to the centre's receipt."""

import argparse
import os
import secrets
import shlex
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from station_app.cli.commands import Command, Context, Result, ok
from station_app.clock import LOCAL
from station_app.messages import N_, Refusal, _
from station_app.settings import RESOURCES

MONTH: Final = "2024-03"
LEDGERS: Final = (
    ("elder", "elders_300.xlsx"),
    ("farm_plot", "farm_plots_60.xlsx"),
    ("volunteer_hours", "volunteer_hours_500.xlsx"),
)
STATION: Final = "罕台镇社工站"
DIVISION: Final = "150602101"
CENTRE: Final = "鄂尔多斯市社会工作指导中心（示范）"
HEAD: Final = "乔站长"


def _words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dir", metavar="DIR", help=_("where to put what is made; default: the folder “try” here"))
    parser.add_argument("--no-window", action="store_true", help=_("open no window afterwards"))


def _place(given: str | None) -> Path:
    """An empty folder: the one given, or a new one inside it when something is there already."""
    wanted = Path(given or "try").absolute()
    if wanted.is_dir() and any(wanted.iterdir()):
        wanted = wanted / datetime.now(LOCAL).strftime("%Y%m%d-%H%M%S")
    wanted.mkdir(parents=True, exist_ok=True)
    return wanted


def _try(context: Context) -> Result:
    place = _place(context.words.dir)
    document, lines = main_job(place, context.say)
    if not context.words.no_window:
        _open_window(Path(document["station"]), context)
    return Result(document, tuple(lines))


def _open_window(folder: Path, context: Context) -> None:
    screen = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not screen:
        context.say(_("There is no screen here, so no window is opened."))
        return
    subprocess.Popen([sys.executable, "-m", "station_app", "--data", str(folder)], stdout=subprocess.DEVNULL)


def main_job(place: Path, say: Any) -> tuple[dict[str, Any], list[str]]:
    """Everything in ``place``; CONTRACT's document, and the lines for people."""
    from station_app.centre.opened import init_centre
    from station_app.cli.demonstration import add_visits
    from station_app.cli.imports import import_lines
    from station_app.compose import create_station, import_ledger
    from station_app.store.files import write_whole
    from station_app.sync import receipts
    from station_app.work import enrolment, hand_in, month_end

    password = secrets.token_urlsafe(12)
    password_file = place / "password.txt"
    write_whole(password_file, f"{password}\n".encode())
    usb, centre_folder, station_folder = place / "usb", place / "centre", place / "station"
    usb.mkdir()

    say(_("Creating the fictional station {name}, encrypted …", name=STATION))
    made = ok(create_station(station_folder, STATION, DIVISION, "01", HEAD, password))
    station = made.station
    lines: list[str] = []
    imported: dict[str, dict[str, int]] = {}
    for kind, file in LEDGERS:
        source = RESOURCES / "samples" / file
        say(_("Importing {file} …", file=file))
        taken = ok(import_ledger(station, kind, source, refused_to=place / f"{kind}-退回.xlsx"))
        imported[kind] = {"read": taken["read"], "added": taken["added"], "refused": len(taken["refused"])}
        lines += [f"{file}: {line}" for line in import_lines(taken)]
    say(_("Adding six fictional months of visits and services …"))
    ok(add_visits(station, MONTH, 6, seed=1))

    say(_("Creating the centre and enrolling the station by the stick …"))
    centre = ok(init_centre(centre_folder, CENTRE, password))
    invited = ok(centre.invite(station.store.station))
    ok(enrolment.request(station, usb, invited.code, invited.fingerprint))
    ok(centre.issue(usb))
    ok(enrolment.request(station, usb, invited.code, invited.fingerprint))

    say(_("Computing, drawing and signing the month report {month} …", month=MONTH))
    signed = ok(month_end.sign(station, MONTH, _texts()))
    report = place / f"{MONTH}.pdf"
    write_whole(report, signed.pdf)

    say(_("Handing in by the stick, the centre recounts, the receipt comes back …"))
    sent = ok(hand_in.send_usb(station, usb))
    centre.take(usb)
    agrees = ok(centre.report(station.store.station, MONTH)).agrees
    ok(hand_in.receive_usb(station, usb))
    handed_in = receipts.handed_in(station.store, MONTH)
    kept = receipts.newest(station.store)
    key = place / "centre-key.txt"
    write_whole(key, centre.authority.keys.identity.to_file())
    code = station.store.station
    bundle = usb / "station-app" / "to-centre" / code / sent.bundles[-1]
    receipt = max((usb / "station-app" / "to-stations" / code).glob("receipt-*.bundle"), default=None)
    document = {
        "station": str(station_folder), "password_file": str(password_file), "report": str(report), "bundle": str(bundle),
        "receipt": None if receipt is None else str(receipt), "usb": str(usb), "centre": str(centre_folder),
        "root": str(centre.root), "centre_key": str(key), "imported": imported, "agrees": agrees, "handed_in": handed_in,
        "receipt_upto": None if kept is None else {kept.receipt.device: kept.receipt.upto},
        "recovery_sheet": str(made.recovery_sheet), "code": code,
    }  # fmt: skip
    document["check"] = _checks(place, document, station)
    station.close()
    centre.close()
    return document, lines + _said(document)


def _texts() -> Any:
    from station_app.report.picture import Written

    return Written(
        "本月围绕独居、空巢老人开展入户探访和安全巡查，发现用煤用气隐患后当场处置并按期复访。\n"
        "春耕前组织志愿者摸排公益农场地块，为年老无力耕种的家庭安排帮耕。",
        "个别志愿活动登记晚于十个工作日，已提醒活动负责人当周登记。\n部分地块面积只有口头数，拟在春耕时实地丈量。",
        "完成重点对象全员探访；组织春播帮耕；公示志愿服务时长。",
    )


def _checks(place: Path, made: dict[str, Any], station: Any) -> list[list[str]]:
    """Commands by which anyone checks what was made; each fails on a changed file."""
    from station_app.trust.nss import nss_database
    from station_app.work.enrolment import identity

    enrolled = ok(identity(station))
    report, bundle, root, key = (made[name] for name in ("report", "bundle", "root", "centre_key"))
    program = shutil.which("station-app", path=str(Path(sys.executable).parent)) or "station-app"
    checks = [[program, "verify", report, "--root", root]]
    nss = nss_database(place / "nss", enrolled.roots.root, enrolled.roots.issuing)
    if not isinstance(nss, Refusal):
        look = f'said=$(pdfsig -nssdir "sql:{nss}" "{report}") && '
        look += " && ".join(
            f'grep -q "{words}" <<<"$said"'
            for words in ("Signature is Valid", "Certificate is Trusted", "Total document signed")
        )
        checks.append(["bash", "-c", f"set -o pipefail; {look}"])
    opened = f'age -d -i "{key}" "{bundle}" | openssl cms -verify -inform DER -CAfile "{root}" | zstdcat | jq -e . >/dev/null'
    checks.append(["bash", "-c", f"set -o pipefail; {opened}"])
    checks.append([program, "verify", bundle, "--root", root, "--key", key])
    asked = ["--data", made["station"], "--password-file", made["password_file"]]
    if made["receipt"]:
        checks.append([program, *asked, "verify", made["receipt"], "--root", root])
    checks.append([program, *asked, "check", "--rebuild"])
    checks.append([program, "--data", made["centre"], "--password-file", made["password_file"], "centre", "check"])
    return checks


def _said(made: dict[str, Any]) -> list[str]:
    lines = [
        "",
        _("Station: {path}", path=made["station"]),
        _("Password (for trying only): {path}", path=made["password_file"]),
        _("Signed month report: {path}", path=made["report"]),
        _("Folder standing for the USB stick: {path}", path=made["usb"]),
        _("The centre: {path}", path=made["centre"]),
        _("The centre recounted every figure: {result}", result=_("agrees") if made["agrees"] else _("DIFFERS")),
        _("The receipt verifies, the month is handed in.") if made["handed_in"] else _("There is no valid receipt."),
        "",
        _("Anyone can check this:"),
    ]
    return lines + ["  " + " ".join(_quoted(word) for word in command) for command in made["check"]]


def _quoted(word: str) -> str:
    return shlex.quote(word)


COMMANDS = (
    Command(
        ("try",),
        N_("Do the main job once, with a fictional station, in a folder."),
        "station-app try --no-window --dir 试用",
        _try,
        _words,
    ),
)
