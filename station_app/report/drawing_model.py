"""What the drawing of a month report is given: strings ready to print, and nothing that names a client."""

from dataclasses import dataclass
from datetime import date

from station_app.paper.document import BarChart, LineChart


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator: its code (A01), title, unit, and figures as they are printed; None is printed as a dash."""

    key: str
    title: str
    unit: str
    this_month: str | None
    year_to_date: str | None
    last_year: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """A group of indicators under its letter, with notes printed below the table."""

    letter: str
    title: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LateLine:
    """补报: what late rows add to an indicator of a month that is signed already."""

    month: str  # "2024-02"
    key: str
    title: str
    unit: str
    reported: str | None
    now: str | None
    difference: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a correction changes against the report it replaces."""

    key: str
    title: str
    unit: str
    before: str | None
    after: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A cross-check between indicators and whether it holds."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class ReportPicture:
    """Everything on the pages of a month report (or of its n-th correction)."""

    station_name: str
    station: str  # 11 digits
    township: str
    month: str  # "2024-03"
    prepared_on: date
    sections: tuple[Section, ...]
    summary: tuple[str, ...]  # 一、基本情况
    key_work: tuple[str, ...]  # 三、重点工作与案例
    problems: tuple[str, ...]  # 四、问题与建议
    plans: tuple[str, ...]  # 五、下月计划
    charts: tuple[BarChart | LineChart, ...]
    data_json: bytes
    checks: tuple[Check, ...] = ()
    late_lines: tuple[LateLine, ...] = ()
    differences: tuple[Difference, ...] = ()
    number_of_correction: int = 0
    annexes: tuple[str, ...] = ()  # names of papers handed in beside the report

    @property
    def number(self) -> str:
        """The number of the report: station, month, and the correction's number."""
        tail = f"-{self.number_of_correction}" if self.number_of_correction else ""
        return f"{self.station}-{self.month}{tail}"

    @property
    def data_name(self) -> str:
        """The name of the file with the figures inside the PDF."""
        tail = f"-{self.number_of_correction}" if self.number_of_correction else ""
        return f"{self.month}{tail}.json"


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """Where a signature field goes: the page counted from 0, the rectangle (left, bottom, right, top) in whole points."""

    page: int
    rect: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawn report, unsigned, and the places of its two signature fields."""

    pdf: bytes
    pages: int
    head_field: FieldPlace
    centre_field: FieldPlace
