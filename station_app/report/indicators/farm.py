"""G01–G03: plots of the farm on the last day, their area, their owners."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select

from station_app.kinds.farm_plot import FarmPlot
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, live, not_ended
from station_app.kinds.plot_application import Decision, PlotApplication
from station_app.messages import N_

PLOTS = Source(
    "plots",
    lambda station: select(FarmPlot.id, FarmPlot.joined_on, FarmPlot.left_on, FarmPlot.area, FarmPlot.owner).where(
        live(FarmPlot, station)
    ),
)
AGREEMENTS = Source(
    "agreements",
    lambda station: select(
        PlotApplication.id,
        PlotApplication.applied_on,
        PlotApplication.plot,
        PlotApplication.consent,
        PlotApplication.decision,
    ).where(live(PlotApplication, station)),
)


def _agreed(row: Any) -> bool:
    """The owner consented, and the station did not decline; or the station agreed, and the owner did not refuse."""
    return (row.consent == "given" and row.decision in (None, Decision.AGREED.value)) or (
        row.consent is None and row.decision == Decision.AGREED.value
    )


def _joined(facts: Facts, scope: Scope) -> list[Any]:
    """Plots in the farm on the last day: by the day they joined, else by that of their first application that was agreed."""
    agreed: dict[str, str] = {}
    for row in facts.rows(AGREEMENTS, scope):
        if row.plot is not None and row.applied_on is not None and _agreed(row):
            agreed[row.plot] = min(agreed.get(row.plot, row.applied_on), row.applied_on)
    return [
        plot
        for plot in facts.rows(PLOTS, scope)
        if (day := plot.joined_on or agreed.get(plot.id)) is not None
        and day <= scope.last_day
        and not_ended(plot.left_on, scope)
    ]


def _owners(facts: Facts, scope: Scope) -> Listed:
    return [(owner, 1) for owner in {plot.owner for plot in _joined(facts, scope)} if owner is not None]


def report_lines() -> Iterable[Line]:
    """The lines of part G that need plots and applications together."""

    def line(
        key: str, title: str, unit: str, kind: str, listed: Callable[[Facts, Scope], Listed], *, scale: int = 1
    ) -> Line:
        return Line(
            key=key,
            title=title,
            unit=unit,
            kind=kind,
            sources=(PLOTS, AGREEMENTS),
            listed=listed,
            scale=scale,
            decimals=2 if scale > 1 else 0,
            state=True,
        )

    yield line(
        "G01", N_("Plots of the farm"), N_("plots"), "farm_plot", lambda f, s: [(p.id, 1) for p in _joined(f, s)]
    )
    yield line(
        "G02",
        N_("Area of the plots"),
        N_("mu"),
        "farm_plot",
        lambda f, s: [(p.id, p.area) for p in _joined(f, s) if p.area],
        scale=2000,
    )
    yield line("G03", N_("Owners of plots"), N_("households of owners"), "resident", _owners)
