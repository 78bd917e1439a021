"""From a month's numbers to what is drawn: sections by letter, the summary in sentences, two charts, the attached figures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from station_app.messages import N_, _
from station_app.paper.document import BarChart, LineChart, Series
from station_app.report.checks import cross_checks
from station_app.report.drawing_model import Check, Difference, LateLine, Line, ReportPicture, Section
from station_app.report.facts import Reading
from station_app.report.indicators import lines
from station_app.report.month import MonthNumbers, month_before, scope_of
from station_app.report.supplement import Difference as Differing
from station_app.report.supplement import Supplement

#: The parts of the table of figures (DOMAIN §2), by the letter of their lines.
SECTIONS: Mapping[str, str] = {
    "A": N_("Team"),
    "B": N_("People served"),
    "C": N_("Visits"),
    "D": N_("Cases, groups and activities"),
    "E": N_("Services for elders"),
    "F": N_("Volunteering"),
    "G": N_("Public-benefit farm"),
}
#: Months shown in the chart of visits, the reported one last.
CHART_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Written:
    """The parts people write: key work, problems, plans; a paragraph for each line."""

    key_work: str = ""
    problems: str = ""
    plans: str = ""


@dataclass(frozen=True, slots=True)
class Titles:
    """How the station is named on paper."""

    name: str
    station: str
    township: str


def picture(
    facts: Reading, titles: Titles, numbers: MonthNumbers, on: date, *, written: Written | None = None,
    correction: int = 0, differing: Sequence[Differing] = (), late: Supplement | None = None,
    position: Mapping[str, int] | None = None,
) -> ReportPicture:  # fmt: skip
    """Everything on the pages of a report."""
    written = written or Written()
    figures = json.loads(numbers.as_json())
    data = {
        "station": titles.station, "month": numbers.month, "number": correction, "figures": figures,
        "position": dict(position or {}),
    }  # fmt: skip
    return ReportPicture(
        station_name=titles.name,
        station=titles.station,
        township=titles.township,
        month=numbers.month,
        prepared_on=on,
        sections=_sections(numbers),
        summary=summary(titles, numbers),
        key_work=_paragraphs(written.key_work),
        problems=_paragraphs(written.problems),
        plans=_paragraphs(written.plans),
        charts=(_visits_chart(facts, numbers), _services_chart(numbers)),
        data_json=json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(),
        checks=tuple(Check(c.sentence, c.ok) for c in cross_checks(numbers)),
        late_lines=tuple(
            LateLine(one.month, one.key, one.title, one.unit, one.reported, one.now, one.difference)
            for one in (late.lines if late else ())
        ),
        differences=tuple(
            Difference(one.key, one.title, one.unit, one.before, one.after, _(_COLUMN_TITLES[one.column]))
            for one in differing
        ),
        number_of_correction=correction,
    )


_COLUMN_TITLES = {
    "month": N_("This month"),
    "year": N_("This year so far"),
    "last_year": N_("The same month last year"),
}


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _sections(numbers: MonthNumbers) -> tuple[Section, ...]:
    found: list[Section] = []
    for letter, group in groupby(numbers, key=lambda f: f.key[0]):
        rows: list[Line] = []
        shown: set[str] = set()
        for figure in group:
            code = figure.key.partition(".")[0]  # of E03.meal, E03.bath … only the first shows E03
            rows.append(
                Line("" if code in shown else code, figure.title, figure.unit, figure.month, figure.year, figure.last_year)
            )
            shown.add(code)
        found.append(Section(letter, _(SECTIONS[letter]), tuple(rows)))
    return tuple(found)


def summary(titles: Titles, numbers: MonthNumbers) -> tuple[str, ...]:
    """一、基本情况: the month in sentences, from the figures alone; no client is named."""
    month = _("{month}/{year}", year=int(numbers.month[:4]), month=int(numbers.month[5:]))

    def said(key: str) -> str:
        return numbers[key].month or _("no figure")

    return (
        _(
            "In {month} {station} had {workers} social workers on duty and {volunteers} registered volunteers, and served "
            "{people} registered people, {elders} of them elders.",
            month=month, station=titles.name, workers=said("A01"), volunteers=said("A03"), people=said("B01"), elders=said("B03"),
        ),
        _(
            "Visits: {visits} visits were made, {home} of them at home; of {due} people due for a visit {visited} were visited. "
            "Services for elders were given {services} times.",
            visits=said("C02"), home=said("C03"), due=said("C04"), visited=said("C05"), services=said("E01"),
        ),
        _(
            "Volunteering: {times} events, {people} volunteers, {hours} hours. Public-benefit farm: {plots} plots, {area} mu, "
            "{households} households.",
            times=said("F01"), people=said("F03"), hours=said("F04"), plots=said("G01"), area=said("G02"), households=said("G03"),
        ),
    )  # fmt: skip


def _visits_chart(facts: Reading, numbers: MonthNumbers) -> LineChart:
    """Visits and volunteers' hours over the last months, each recounted from its records."""
    months = [month_before(numbers.month, n) for n in range(CHART_MONTHS - 1, -1, -1)]
    values: dict[str, list[float]] = {"C02": [], "C03": []}
    for month in months:
        scope = scope_of(facts.connection, numbers.station, month, month)
        for key, found in values.items():
            found.append(float(sum(amount for _record, amount in facts.listed(lines()[key], scope))))
    labels = tuple(_("{month}/{year}", year=int(m[:4]), month=int(m[5:])) for m in months)
    series = tuple(Series(numbers[key].title, tuple(found)) for key, found in values.items())
    return LineChart(_("Visits in the last six months"), _("visits"), labels, series)


def _services_chart(numbers: MonthNumbers) -> BarChart:
    """Services by kind; where there were none, the month's main counts."""
    kinds = [f for f in numbers if f.key.startswith("E03") and f.month not in (None, "0")]
    if kinds:
        labels = tuple(f.title.removeprefix("其中：") for f in kinds)
        values = tuple(float(Decimal(f.month or "0")) for f in kinds)
        return BarChart(_("Services for elders by kind"), _("times"), labels, (Series(_("This month"), values),))
    counts = [numbers[key] for key in ("C02", "E01", "F02", "G05")]
    return BarChart(
        _("Services of the month"), _("times"), tuple(f.title for f in counts),
        (Series(_("This month"), tuple(float(Decimal(f.month or "0")) for f in counts)),),
    )  # fmt: skip
