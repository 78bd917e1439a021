"""Draws a month report on the official page: title, five parts, annex, and the places where it is signed and sealed."""

from collections.abc import Iterable
from math import ceil, floor

from station_app.messages import _
from station_app.paper.document import (
    Align,
    Attachment,
    Band,
    Block,
    Document,
    Heading,
    Note,
    Paragraph,
    Place,
    Row,
    SignatureBlock,
    SignaturePlace,
    Table,
    Title,
)
from station_app.paper.flow import lay_out
from station_app.paper.fonts import Face, text_width
from station_app.report.drawing_model import Drawn, FieldPlace, ReportPicture

#: Where there is no figure. A zero is printed as 0: "none" and "nothing known" are different answers.
NO_FIGURE = "—"
_NUMERALS = "一二三四五六七八九十"


def draw(picture: ReportPicture) -> Drawn:
    """The PDF of a report, the same bytes for the same picture, and where its signature fields go."""
    rendered = lay_out(document(picture))
    return Drawn(rendered.pdf, rendered.pages, _field(rendered.places["head"]), _field(rendered.places["centre"]))


def names_found(picture: ReportPicture, names: Iterable[str]) -> list[str]:
    """Which of these names of clients stand in the texts people wrote: a report with any must not be signed.

    A name of one character is not looked for: it would be found in any text.
    """
    written = [*picture.summary, *picture.key_work, *picture.problems, *picture.plans, *picture.annexes]
    written += [difference.reason for difference in picture.differences]
    whole = "\n".join("".join(text.split()) for text in written)
    return [name for name in names if len(name) > 1 and "".join(name.split()) in whole]


def title(picture: ReportPicture) -> str:
    """The title on paper and in the file's properties."""
    values = {"station": picture.station_name, "month": month_text(picture.month)}
    if picture.number_of_correction:
        return _("{station}: month report of {month}, correction {n}", n=picture.number_of_correction, **values)
    return _("{station}: month report of {month}", **values)


def month_text(month: str) -> str:
    """A month as written on paper: 2024年3月."""
    year, number = month.split("-")
    return _("{year}-{month}", year=int(year), month=int(number))


def document(picture: ReportPicture) -> Document:
    """The report as a document."""
    return Document(
        title=title(picture),
        author=picture.station_name,
        subject=_("Month report {number}", number=picture.number),
        made_on=picture.prepared_on,
        blocks=tuple(_blocks(picture)),
        attachments=(Attachment(picture.data_name, picture.data_json, description=_("Figures of the month report")),),
    )


def _field(place: Place) -> FieldPlace:
    """The rectangle in whole points, within the drawn one."""
    return FieldPlace(place.page, (ceil(place.left), ceil(place.bottom), floor(place.right), floor(place.top)))


def _blocks(picture: ReportPicture) -> list[Block]:
    blocks: list[Block] = [Title(title(picture), (_("No. {number}", number=picture.number),))]
    parts: list[tuple[str, list[Block]]] = [
        (_("Overview of the month"), _texts(picture.summary, _("Nothing was entered."))),
        (_("Data tables"), _data(picture)),
        (_("Key work and cases"), _texts(picture.key_work, _("None this month."))),
        (_("Problems and suggestions"), _texts(_numbered(picture.problems), _("None this month."))),
        (_("Plans for next month"), _texts(_numbered(picture.plans), _("Nothing was entered."))),
    ]
    for number, (heading, content) in enumerate(parts):
        blocks += [Heading(1, f"{_NUMERALS[number]}、{heading}"), *content]
    return blocks + _ending(picture)


def _texts(texts: tuple[str, ...], otherwise: str) -> list[Block]:
    return [Paragraph(text) for text in texts] or [Paragraph(otherwise)]


def _numbered(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Several points are numbered 1., 2., …; a single one is not."""
    return tuple(f"{number}. {text}" for number, text in enumerate(texts, 1)) if len(texts) > 1 else texts


def _data(picture: ReportPicture) -> list[Block]:
    blocks: list[Block] = [_figures(picture)]
    notes = [note for section in picture.sections for note in section.notes]
    blocks.append(Note(_("Note: “—” means that no figure exists; it is not zero.") + "".join(notes)))
    blocks += picture.charts
    subsections: list[tuple[str, list[Block]]] = []
    if picture.late_lines:
        subsections.append((_("Late additions to signed months"), [_late(picture)]))
    if picture.differences:
        subsections.append((_("What this correction changes"), [_changes(picture)]))
    if picture.checks:
        subsections.append((_("Cross-checks"), [_checks(picture)]))
    for number, (heading, content) in enumerate(subsections):
        blocks += [Heading(2, f"（{_NUMERALS[number]}）{heading}"), *content]
    return blocks


def _shown(value: str | None) -> str:
    return NO_FIGURE if value is None else value


def _figures(picture: ReportPicture) -> Table:
    rows: list[Row | Band] = []
    for section in picture.sections:
        rows.append(Band(f"{section.letter}　{section.title}"))
        for line in section.lines:
            figures = (_shown(line.this_month), _shown(line.year_to_date), _shown(line.last_year))
            rows.append(Row((line.key, line.title, line.unit, *figures)))
    header = (
        _("Indicator code"),
        _("Indicator"),
        _("Unit of measure"),
        _("This month"),
        _("Year to date"),
        _("Same month last year"),
    )
    right = Align.RIGHT
    return Table(
        header, tuple(rows), (10, 37, 10, 15, 16, 16), (Align.CENTRE, Align.LEFT, Align.CENTRE, right, right, right)
    )


def _late(picture: ReportPicture) -> Table:
    rows = tuple(
        Row(
            (
                month_text(line.month),
                line.key,
                line.title,
                line.unit,
                _shown(line.reported),
                _shown(line.now),
                line.difference,
            )
        )
        for line in picture.late_lines
    )
    header = (
        _("Reported month"),
        _("Indicator code"),
        _("Indicator"),
        _("Unit of measure"),
        _("As reported then"),
        _("Figure now"),
        _("Late addition"),
    )
    right = Align.RIGHT
    return Table(
        header,
        rows,
        (17, 9, 30, 11, 14, 14, 13),
        (Align.CENTRE, Align.CENTRE, Align.LEFT, Align.CENTRE, right, right, right),
    )


def _changes(picture: ReportPicture) -> Table:
    rows = tuple(
        Row((line.key, line.title, line.unit, _shown(line.before), _shown(line.after), line.reason))
        for line in picture.differences
    )
    header = (
        _("Indicator code"),
        _("Indicator"),
        _("Unit of measure"),
        _("Before correction"),
        _("After correction"),
        _("Reason for correction"),
    )
    right = Align.RIGHT
    return Table(
        header, rows, (9, 28, 11, 14, 14, 28), (Align.CENTRE, Align.LEFT, Align.CENTRE, right, right, Align.LEFT)
    )


def _checks(picture: ReportPicture) -> Table:
    rows = tuple(
        Row((check.name, _("agrees (cross-check)") if check.holds else _("does not agree (cross-check)")))
        for check in picture.checks
    )
    return Table((_("Cross-check"), _("Outcome of check")), rows, (80, 20), (Align.LEFT, Align.CENTRE))


def _ending(picture: ReportPicture) -> list[Block]:
    """附件, issuer, seal and signatures. The list of annexes goes with them, so that no seal stands on an empty page."""
    names = [_("Figures of this report ({file}, inside this PDF)", file=picture.data_name), *picture.annexes]
    lead = _("Annexes: ")
    indent = 2.0
    listed: list[Block] = []
    for number, name in enumerate(names, 1):
        mark = (lead if number == 1 else "") + (f"{number}. " if len(names) > 1 else "")
        hang = indent + text_width(mark, Face.BODY, 1.0)
        listed.append(Paragraph(mark + name, indent=indent, hang=hang, keep_with_next=True))
        if number == 1:  # further names stand under the first, not under the word before it
            indent += text_width(lead, Face.BODY, 1.0)
    dated = picture.prepared_on
    return [
        *listed,
        SignatureBlock(
            issuer=picture.station_name,
            seal=_("(place of the seal)"),
            dated=_("{year}-{month}-{day}", year=dated.year, month=dated.month, day=dated.day),
            lines=(_("Signature of the station head: "),),
            places=(
                SignaturePlace("head", _("Electronic signature of the station head")),
                SignaturePlace("centre", _("Electronic signature of the guidance centre")),
            ),
        ),
    ]
