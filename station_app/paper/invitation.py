"""The centre's printed invitation: what a station needs to enrol a computer and to know the right centre."""

from datetime import date

from station_app.messages import _
from station_app.paper.document import Align, Box, CodeBlock, Document, Paragraph, Title
from station_app.paper.endings import groups_of
from station_app.paper.flow import render


def invitation(
    *,
    centre_name: str,
    station_name: str,
    station: str,
    fingerprint: str,
    code: str,
    made_on: date,
    valid_until: date | None = None,
    address: str = "",
) -> bytes:
    """The invitation as a PDF of one page: root fingerprint and one-time code in groups, steps, QR code of both.

    ``address`` is the centre's URL where there is one; without it the steps speak of the USB stick alone.
    """
    title = _("Invitation to enrol a computer")
    lines = [
        _("The code below works once, for this station only. Hand this sheet to the station head in person."),
        _("Do not send it by chat or mail: who holds it can enrol a computer in the station's name."),
    ]
    if valid_until is not None:
        values = {"year": valid_until.year, "month": valid_until.month, "day": valid_until.day}
        lines.append(_("Valid until {date}.", date=_("{year}-{month}-{day}", **values)))
    if address:
        lines.append(_("Address of the centre: {address}", address=address))
    count = len(groups_of(fingerprint))
    steps = [
        _("1. Open the program on the station's computer and choose “Enrol with the centre”."),
        _(
            "2. Type the one-time code in the order of the small numbers. Capitals or not, hyphens or not: both are right."
        ),
        _(
            "3. The program asks for the fingerprint. Type the {n} groups printed here; never copy them from a screen.",
            n=count,
        ),
    ]
    if address:
        steps.append(
            _("4. With a network the certificate comes by itself; without one, bring the USB stick to the centre.")
        )
    else:
        steps.append(
            _(
                "4. The program writes a request to the USB stick. Bring it to the centre, take the certificate back on it."
            )
        )
    steps.append(_("5. If one group differs, stop, write nothing more and call the centre: it may not be the centre."))
    scanned = f"STATION-APP:INVITE\nSTATION={station}\nCODE={code}\nFINGERPRINT={fingerprint}\n"
    if address:
        scanned += f"CENTRE={address}\n"
    dated = _("{year}-{month}-{day}", year=made_on.year, month=made_on.month, day=made_on.day)
    return render(
        Document(
            title=title,
            author=centre_name,
            subject=_("{station} (number {number})", station=station_name, number=station),
            made_on=made_on,
            official=False,
            blocks=(
                Title(title, (_("{station} (number {number})", station=station_name, number=station),)),
                Box(_("Read this first"), tuple(lines)),
                CodeBlock(groups_of(code), _("One-time code"), scanned, _("Code and fingerprint")),
                CodeBlock(groups_of(fingerprint), _("Fingerprint of the centre")),
                Box(_("Step by step"), tuple(steps), framed=False),
                Paragraph(f"{centre_name}　{dated}", align=Align.RIGHT),
            ),
        )
    )
