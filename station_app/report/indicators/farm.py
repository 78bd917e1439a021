"""G01–G03: plots of the farm on the last day, their area, their owners."""

from collections.abc import Iterable

from sqlalchemy import Subquery, func, or_, select

from station_app.kinds.farm_plot import FarmPlot
from station_app.kinds.lines import ONE, Line, Listing, Scope
from station_app.kinds.plot_application import Decision, PlotApplication
from station_app.messages import N_


def _joined(scope: Scope) -> Subquery:
    """Plots in the farm: by the day they joined, else by that of their first application the owner and station agreed to."""
    agreed = (
        select(PlotApplication.plot.label("plot"), func.min(PlotApplication.applied_on).label("day"))
        .where(
            scope.of(PlotApplication),
            or_(PlotApplication.consent == "given", PlotApplication.decision == Decision.AGREED.value),
            or_(PlotApplication.consent.is_(None), PlotApplication.consent == "given"),
            or_(PlotApplication.decision.is_(None), PlotApplication.decision == Decision.AGREED.value),
        )
        .group_by(PlotApplication.plot)
        .subquery()
    )
    return (
        select(FarmPlot.id, FarmPlot.area, FarmPlot.owner)
        .join(agreed, agreed.c.plot == FarmPlot.id, isouter=True)
        .where(
            scope.of(FarmPlot),
            scope.not_ended(FarmPlot.left_on),
            func.coalesce(FarmPlot.joined_on, agreed.c.day) <= scope.last_day,
        )
        .subquery()
    )


def _plots(scope: Scope) -> Listing:
    plots = _joined(scope)
    return select(plots.c.id, ONE.label("amount"))


def _area(scope: Scope) -> Listing:
    plots = _joined(scope)
    return select(plots.c.id, plots.c.area.label("amount")).where(plots.c.area > 0)


def _owners(scope: Scope) -> Listing:
    plots = _joined(scope)
    return select(plots.c.owner.label("id"), ONE.label("amount")).where(plots.c.owner.is_not(None)).distinct()


def report_lines() -> Iterable[Line]:
    """The lines of part G that need plots and applications together."""
    plot, people = N_("plots"), N_("households of owners")
    yield Line(key="G01", title=N_("Plots of the farm"), unit=plot, kind="farm_plot", select=_plots, state=True)
    yield Line(
        key="G02",
        title=N_("Area of the plots"),
        unit=N_("mu"),
        kind="farm_plot",
        select=_area,
        scale=2000,
        decimals=2,
        state=True,
    )
    yield Line(key="G03", title=N_("Owners of plots"), unit=people, kind="resident", select=_owners, state=True)
