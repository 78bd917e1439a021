"""Rules about people that every ledger shares: name, identity number, birth, sex, the same number twice, majority names."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from station_app.exchange.headers import squeeze
from station_app.exchange.ledgers.table import Known, Line, Table
from station_app.exchange.ledgers.words import says_deceased
from station_app.exchange.sheets import Cell
from station_app.values.dates import Precision, SaidDate, read_date
from station_app.values.id_numbers import IdNumber, age_on, read_id_number
from station_app.values.names import PersonName, read_name
from station_app.values.phones import Phones, read_phones
from station_app.values.reading import Read, refused
from station_app.values.sexes import Sex, read_sex
from station_app.values.text import fold_search, is_empty

_CUT = re.compile(r"\d{15}000")


def read_person(table: Table, today: date, *, id_needed: bool) -> None:
    """Name and identity number; without ``id_needed`` an empty number is left for the ledger to judge."""
    table.read("name", read_name, refuses=True, every=True)
    if not table.has("name"):
        for line in table.standing():
            table.refuse(line, "NAME_MISSING")
    on = table.when.on(today)

    def number(cell: Cell) -> Read[IdNumber]:
        found = read_id_number(cell, on)
        if found.reason == "ID_CHECKSUM" and isinstance(cell, str) and _CUT.fullmatch(squeeze(cell)):
            return refused("ID_PRECISION_LOST")  # a spreadsheet's number, shown in full: its last three digits are lost
        return Read(None) if found.reason == "ID_EMPTY" and not id_needed else found

    table.read("id_no", number, refuses=True, every=True)
    for line in table.standing():
        name: PersonName = line.values["name"]
        if name.deceased:
            line.values["deceased"] = True
        remark = line["remark"]
        if remark and not name.deceased and says_deceased(remark):
            line.values["deceased"] = True
            table.warn(line, "DECEASED_NOTE", "remark")


def read_phone_columns(table: Table, name: str = "phones") -> None:
    """All columns of telephones of one person as one list; an unreadable one warns."""
    columns = table.mapping.columns.get(name, [])
    for column in columns:
        memory: dict[Cell, Read[Phones]] = {}
        for line in table.standing():
            cell = table.sheet.at(line.number, column)
            if cell is None:
                continue
            found = memory.get(cell)
            if found is None:
                found = memory[cell] = read_phones(cell)
            if found.value is not None:
                have: list[str] = line.values.setdefault(name, [])
                have.extend(number for number in found.value.numbers if number not in have)
            for code in (*found.warnings, *((found.reason,) if found.reason else ())):
                table.warn(line, code, name)


def same_name(one: str, other: str) -> bool:
    """Names that differ only in width, dots, spaces or traditional characters are one."""
    return one == other or _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return fold_search(name).replace("·", "").replace(" ", "")


def majority_names(lines: Iterable[Line]) -> dict[str, str]:
    """For each identity number the name most lines give; of equally many the first."""
    names: dict[str, Counter[str]] = {}
    for line in lines:
        number, name = line["id_no"], line["name"]
        if number is not None and name is not None:
            names.setdefault(number.text, Counter())[_folded(name.text)] += 1
    return {number: max(found, key=lambda n: (found[n],)) for number, found in names.items()}


def check_majority(tables: list[Table], known: Known) -> None:
    """A name that is not the one its number mostly has (or has in the store) is another person's row."""
    usual = majority_names(line for table in tables for line in table.lines)
    for table in tables:
        for line in table.standing():
            number: IdNumber | None = line["id_no"]
            if number is None:
                continue
            registered = known.name_of(number.text)
            expected = _folded(registered) if registered is not None else usual[number.text]
            if _folded(line["name"].text) != expected:
                table.refuse(line, "ID_NAME_MISMATCH", "name")


def read_birth(table: Table, today: date) -> None:
    """Birth and sex: the number's own win over what is written beside it, and a difference warns."""
    on = table.when.on(today)
    table.read("sex_said", _sex, unread="SEX_UNREADABLE")
    reader: Callable[[Cell], Read[SaidDate]] = partial(
        read_date, today=on, month_enough=True, date1904=table.sheet.date1904
    )
    column = table.mapping.column("birth_date")
    for line in table.standing():
        number: IdNumber | None = line["id_no"]
        cell = table.cell(line, "birth_date") if column is not None else None
        said: Read[SaidDate] = Read(None) if cell is None else reader(cell)
        if number is None:
            if said.value is not None and said.value.precision is not Precision.YEAR:
                line.values["birth_date"] = said.value
                for code in said.warnings:
                    table.warn(line, code, "birth_date")
            continue
        line.values["birth_date"] = SaidDate(number.birth)
        line.values["sex"] = number.sex
        if said.reason is not None or (said.value is None and cell is not None and not is_empty(cell)):
            table.warn(line, "BIRTH_TEXT_IGNORED", "birth_date")
        elif said.value is not None:
            _compare_birth(table, line, said, number.birth)


def _compare_birth(table: Table, line: Line, said: Read[SaidDate], birth: date) -> None:
    value = said.value
    assert value is not None
    if value.lunar is not None:
        # Many numbers carry the lunar day as if it were a solar one; both readings of what was said agree then.
        lunar = value.lunar
        if value.value != birth and (lunar.year, abs(lunar.month), lunar.day) != (birth.year, birth.month, birth.day):
            table.warn(line, "BIRTH_CONFLICT", "birth_date")
        line.values["birth_said"] = value
        return
    for code in said.warnings:
        if code != "MONTH_MISSING":
            table.warn(line, code, "birth_date")
    own = birth.isoformat()[: len(value.iso)]
    if value.iso != own and not ("TWO_DIGIT_YEAR" in said.warnings and value.iso[2:] == own[2:]):
        table.warn(line, "BIRTH_CONFLICT", "birth_date")


def _sex(cell: Cell) -> Read[Sex]:
    found = read_sex(cell)
    return Read(None) if found.value in (Sex.UNKNOWN, Sex.NOT_SAID) else found


def check_sex(table: Table) -> None:
    """The seventeenth digit says the sex; without a number the cell does."""
    for line in table.standing():
        said: Sex | None = line["sex_said"]
        own: Sex | None = line["sex"]
        if own is None and said is not None:
            line.values["sex"] = said
        elif own is not None and said is not None and own is not said:
            table.warn(line, "SEX_CONFLICT", "sex_said")


def age_of(line: Line, on: date) -> int | None:
    """Completed years at the ledger's date; from a month alone, those certainly completed by its end."""
    birth: SaidDate | None = line["birth_date"]
    return None if birth is None else age_on(birth.value, on)
