"""Columns a ledger has beyond its rules: fields its kinds declare are taken straight from their declarations."""

from collections.abc import Callable, Iterable
from datetime import date

from station_app.exchange import bymeaning
from station_app.exchange.headers import title_of
from station_app.exchange.ledgers.table import Line, Table
from station_app.exchange.mapping import Meant
from station_app.exchange.sheets import Cell
from station_app.kinds.base import KINDS
from station_app.messages import _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.store.change import misfit_of
from station_app.values.reading import Read

#: The kinds whose further fields a ledger may carry.
KINDS_OF = {
    "elder": ("elder", "resident"),
    "volunteer_hours": ("volunteer", "volunteer_hours"),
    "farm_plot": ("farm_plot", "harvest", "plot_application"),
}
#: Fields the ledgers' own rules set, and those that only a person can set.
_SET = {
    "resident": "name id_no id_type sex birth_date birth_said birth_calendar ethnic_code phone phone_2 phone_note village address groups "
    "household relation name_former alias hukou_addr guardian filed_on closed_on deceased note",
    "elder": "resident file_date alone empty_nest left_behind suspected_disabled over_80 dibao next_visit_due changed_on contact_name "
    "contact_relation contact_phone closed_on note",
    "volunteer": "name id_no sex birth_date phone service_types resident consent guardian_consent registered_on left_on note",
    "volunteer_hours": "volunteer activity service_date start end hours place content category org_unit leader recorded_on unpaid approved "
    "reverses note",
    "farm_plot": "owner name area village address crops land_right water joined_on opening_help_times opening_sold opening_price "
    "opening_sales note",
    "harvest": "plot crop sown_on harvested_on weight own donated sold loss stock note",
    "plot_application": "plot owner applied_on reason consent decision note",
}
_NEVER = frozenset({"reference", "references", "blob", "data"})


def fields_of(ledger: str) -> dict[str, Field]:
    """The further fields of a ledger, by the name their column gets (``elder.living``)."""
    found: dict[str, Field] = {}
    for kind in KINDS_OF.get(ledger, ()):
        taken = set(_SET[kind].split())
        for name, field in KINDS[kind].fields.items():
            if name not in taken and not field.computed and field.meaning.name not in _NEVER:
                found[f"{kind}.{name}"] = field
    return found


def meant_of(ledger: str, own: Iterable[Meant]) -> tuple[Meant, ...]:
    """Columns of these fields; a title that the ledger's own columns have is theirs."""
    taken = {title_of(name).base for meant in own for name in meant.names}
    further: list[Meant] = []
    for column, field in fields_of(ledger).items():
        titles = tuple(t for t in (*field.headers, _(field.title)) if title_of(t).base not in taken)
        if titles:
            further.append(Meant(column, titles))
            taken |= {title_of(t).base for t in titles}
    return tuple(further)


def read(table: Table, ledger: str, today: date) -> None:
    """Read the further columns; what cannot be read of them is left empty, with one notice for each column.

    These columns are no part of the ledger's rules: a word of theirs says nothing against a row.
    """
    for column, field in fields_of(ledger).items():
        if not table.has(column):
            continue
        unit = table.mapping.units.get(column, "")
        reader = bymeaning.reader_of(field, table.when.on(today), unit, "", table.sheet.date1904)
        unread = sum(not _take(table, line, column, field, reader) for line in table.standing())
        if unread:
            table.notices.append(f"cells_unread:{table.mapping.titles[column]} × {unread}")
        kind, _dot, name = column.partition(".")
        table.further.setdefault(kind, {})[name] = column


def _take(table: Table, line: Line, column: str, field: Field, reader: Callable[[Cell], Read[Wire]]) -> bool:
    """Read one cell; False where something stands in it that the field cannot hold."""
    cell = table.cell(line, column)
    if cell is None:
        return True
    found = reader(cell)
    if found.reason is not None or (found.value is not None and misfit_of(field, found.value) is not None):
        return False
    if found.value is not None:
        line.values[column] = found.value
    return True


def said(table: Table, line: Line, kind: str) -> dict[str, Wire]:
    """What a line says of the further fields of a kind."""
    further = table.further.get(kind)
    return {name: line[column] for name, column in further.items()} if further else {}
