"""The ledgers people keep: what their columns mean, the rules across their cells and rows, the records they make."""

from functools import lru_cache

from station_app.exchange.ledgers import elder, farm_plot, volunteer_hours
from station_app.exchange.ledgers.table import Ledger


@lru_cache(maxsize=1)
def ledgers() -> dict[str, Ledger]:
    """The ledgers with rules of their own, by the kind they are imported as."""
    return {ledger.kind: ledger for ledger in (elder.LEDGER, volunteer_hours.LEDGER, farm_plot.LEDGER)}


def ledger_of(kind: str) -> Ledger | None:
    """The ledger of a kind; None where the kind's own declaration says everything."""
    return ledgers().get(kind)
