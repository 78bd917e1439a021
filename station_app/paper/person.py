"""Papers about people's data: what a station holds about somebody, a destruction list, a report of a breach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from station_app.messages import _
from station_app.paper.document import (
    Align,
    Document,
    Heading,
    Note,
    Paragraph,
    Row,
    SignatureBlock,
    Table,
    Title,
)
from station_app.paper.flow import render

#: How a heading of the first level is numbered in a Chinese paper.
NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Part:
    """One heading with its rows: (title, value), or any table when ``header`` is given."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...] = ()
    widths: tuple[float, ...] = (1.0, 2.2)
    note: str = ""


def _dated(day: date) -> str:
    return _("{year}-{month}-{day}", year=day.year, month=day.month, day=day.day)


def _table(part: Part) -> Table:
    header = part.header or (_("Field"), _("What is recorded"))
    return Table(
        header, tuple(Row(row) for row in part.rows), part.widths, tuple(Align.LEFT for _column in header)
    )  # fmt: skip


def _numbered(number: int, title: str) -> str:
    sign = NUMBERS[number] if number < len(NUMBERS) else str(number + 1)
    return f"{sign}、{title}"


def person_paper(
    *, station_name: str, person: str, parts: Sequence[Part], made_on: date, why: str, marks: Sequence[str] = ()
) -> bytes:
    """Everything a station holds about one person, readable (PIPL 45)."""
    title = _("Personal data held by the station")
    blocks: list[Title | Heading | Paragraph | Table | Note | SignatureBlock] = [
        Title(title, (person,)),
        Paragraph(
            _(
                "{station} holds the following about {person}. Why: {why} You may have mistakes corrected, ask for deletion, "
                "or complain to the county's authority.",
                station=station_name, person=person, why=why,
            )
        ),
    ]  # fmt: skip
    for number, part in enumerate(parts):
        blocks.append(Heading(1, _numbered(number, part.title)))
        if part.rows:
            blocks.append(_table(part))
        if part.note:
            blocks.append(Note(part.note))
    blocks += [Note(line) for line in marks]
    blocks.append(SignatureBlock(station_name, "", _dated(made_on), (_("Received by: "),)))
    return render(Document(title=title, author=station_name, made_on=made_on, blocks=tuple(blocks)))


def destruction_paper(
    *, station_name: str, number: str, rows: Sequence[tuple[str, ...]], kept: int, made_on: date,
    signers: tuple[str, str], destroyed: str,
) -> bytes:  # fmt: skip
    """A destruction list with the lines two people signed: kinds, record numbers, days and sources; no names."""
    title = _("Destruction list of personal data")
    header = (_("No."), _("Kind of record"), _("Record (id)"), _("Kept until"), _("Source of the rule"))
    blocks = (
        Title(title, (_("{station} · list {number}", station=station_name, number=number),)),
        Paragraph(
            _(
                "These {n} records are kept long enough by the rules named. Each line was looked at; {kept} stay for now and are not on it. {state}",
                n=len(rows), kept=kept, state=destroyed,
            )
        ),
        Table(
            header, tuple(Row(row) for row in rows), (0.5, 1.3, 2.4, 1.1, 2.2), tuple(Align.LEFT for _column in header)
        ),
        SignatureBlock(
            station_name, "", _dated(made_on),
            (_("First signature (head): {name}", name=signers[0]), _("Second signature: {name}", name=signers[1])),
        ),
    )  # fmt: skip
    return render(Document(title=title, author=station_name, made_on=made_on, blocks=blocks))


@dataclass(frozen=True, slots=True)
class Breach:
    """What a report of a breach says (PIPL 57)."""

    happened: str
    kinds: str
    people: str
    cause: str
    harm: str
    taken: str
    advice: str
    contact: str


def breach_paper(*, station_name: str, station: str, breach: Breach, made_on: date) -> bytes:
    """One page for the authority and the people concerned."""
    title = _("Report of a personal data breach")
    rows = (
        (_("When and how it was noticed"), breach.happened), (_("Which kinds of data"), breach.kinds),
        (_("How many people"), breach.people), (_("Cause"), breach.cause), (_("Harm it may do"), breach.harm),
        (_("Measures taken"), breach.taken), (_("What people can do themselves"), breach.advice),
        (_("Who to ask"), breach.contact),
    )  # fmt: skip
    table = Table((_("Point"), _("Statement")), tuple(Row(row) for row in rows), (1.0, 2.6), (Align.LEFT, Align.LEFT))
    blocks = (
        Title(title, (_("{station} (number {number})", station=station_name, number=station),)),
        table,
        Note(
            _(
                "Law: PIPL Article 57. Give it to the centre and the county's authority at once; tell the people concerned unless the measures prevent harm."
            )
        ),
        SignatureBlock(station_name, "", _dated(made_on), (_("Head of the station: "),)),
    )
    return render(Document(title=title, author=station_name, made_on=made_on, official=False, blocks=blocks))


def consent_paper(*, station_name: str, title: str, version: str, text: str, made_on: date, asked: bool) -> bytes:
    """A text to read out, and below it where the person signs or puts a thumbprint; its version stands at the foot."""
    answer = _("I agree □    I do not agree □") if asked else _("I was told this □")
    lines = (_("Signature or thumbprint: "), _("Signed by (if not the person): "), _("Read out by: "))
    blocks = (
        Title(title, (station_name,)), Paragraph(text), Paragraph(answer),
        SignatureBlock(station_name, "", _dated(made_on), lines), Note(_("Version of the text: {version}", version=version)),
    )  # fmt: skip
    return render(Document(title=title, author=station_name, made_on=made_on, official=False, blocks=blocks))


def template_paper(*, station_name: str, text: str, made_on: date) -> bytes:
    """A template shipped as text, on paper: ``# `` its title, ``## `` its headings, every other line a paragraph."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    title = lines[0].removeprefix("# ")
    blocks: list[Title | Heading | Paragraph] = [Title(title, (station_name,))]
    for line in lines[1:]:
        blocks.append(Heading(1, line.removeprefix("## ")) if line.startswith("## ") else Paragraph(line))
    return render(Document(title=title, author=station_name, made_on=made_on, blocks=tuple(blocks)))
