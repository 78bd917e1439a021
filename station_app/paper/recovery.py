"""The recovery sheet: one page that opens a station's records when every password is forgotten."""

from datetime import date

from station_app.messages import _
from station_app.paper.document import Block, Box, CodeBlock, Document, SignatureBlock, Title
from station_app.paper.endings import groups_of
from station_app.paper.flow import render


def recovery_sheet(*, station_name: str, station: str, code: str, made_on: date) -> bytes:
    """The sheet as a PDF of one page. It holds the code itself: print it, then do not keep the file."""
    title = _("Recovery sheet")
    return _sheet(
        title,
        station_name,
        station,
        made_on,
        (
            Box(
                _("Read this first"),
                (
                    _("This sheet opens all records of the station. Whoever holds it can open them."),
                    _(
                        "It is needed only when no one remembers a password that works. You never need it in daily work."
                    ),
                    _(
                        "Without this sheet and without a password nobody can open the records, not even who made the program."
                    ),
                ),
            ),
            CodeBlock(groups_of(code), _("Recovery code"), code, _("The same code")),
            Box(
                _("How to keep it"),
                (
                    _(
                        "1. Compare each group with the screen, then put the sheet into an envelope, close it and sign across the flap."
                    ),
                    _("2. Keep it in a locked cabinet or safe, never together with the computer or the USB stick."),
                    _("3. Do not photograph, scan or send it, and do not write passwords on it."),
                    _("4. When the station head changes, hand it over in person and sign below."),
                ),
                framed=False,
            ),
            Box(
                _("How to use it"),
                (
                    _("1. Open the program; where the password is asked for, choose the recovery code."),
                    _(
                        "2. Type the groups in the order of the small numbers, capitals or not, without hyphens; or scan the QR code."
                    ),
                    _(
                        "3. Set a new password. This code has then been used up: print the new sheet and destroy this one."
                    ),
                ),
                framed=False,
            ),
        ),
    )


def second_sheet(*, station_name: str, station: str, code: str, made_on: date) -> bytes:
    """The second sheet as a PDF of one page: with the centre's answer, and only with it, its code opens the station."""
    title = _("Second sheet")
    return _sheet(
        title,
        station_name,
        station,
        made_on,
        (
            Box(
                _("Read this first"),
                (
                    _("This sheet alone opens nothing, and the centre alone opens nothing: it takes both."),
                    _("It is needed when no password is known and the recovery sheet is lost as well."),
                    _("A second person keeps it, not the one who keeps the recovery sheet."),
                ),
            ),
            CodeBlock(groups_of(code), _("Code of the second sheet"), code, _("The same code")),
            Box(
                _("How to use it"),
                (
                    _(
                        "1. On the locked computer choose recovery with the centre, and put a USB stick in: a request is written."
                    ),
                    _(
                        "2. The centre calls the station. Read the code on the screen aloud; take the stick to the centre."
                    ),
                    _("3. With the centre's answer on the stick, type this sheet's code and set a new password."),
                    _("4. Both sheets have then been replaced: print the new ones and destroy the old."),
                ),
                framed=False,
            ),
        ),
    )


def _sheet(title: str, station_name: str, station: str, made_on: date, blocks: tuple[Block, ...]) -> bytes:
    """What every sheet with a code has around its own words: whose it is, and a line for who keeps it."""
    dated = _("{year}-{month}-{day}", year=made_on.year, month=made_on.month, day=made_on.day)
    return render(
        Document(
            title=title,
            author=station_name,
            made_on=made_on,
            official=False,
            blocks=(
                Title(title, (_("{station} (number {number})", station=station_name, number=station),)),
                *blocks,
                SignatureBlock(station_name, "", dated, (_("Signature of the keeper: "),)),
            ),
        )
    )
