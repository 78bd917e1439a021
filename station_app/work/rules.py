"""The rules across kinds that run inside every ``change`` of an open station, before its entry is made."""

from station_app.store.opened import Store
from station_app.work.consents import consent_rule
from station_app.work.requests import restricted_rule

RULES = (consent_rule, restricted_rule)


def lay_rules(store: Store) -> None:
    """From now on the store's door asks them."""
    store.door.rules[:] = RULES
