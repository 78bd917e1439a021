"""What the centre sees of each kind, read off the declarations and the policy in force, so that it is never untrue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from station_app.kinds.base import KINDS
from station_app.kinds.policy import Policy
from station_app.messages import N_, _
from station_app.store.opened import Store
from station_app.store.records import Found
from station_app.sync import opening, receipts
from station_app.sync.outbox import DISCLOSURE, disclosed_kinds

#: What open fields still give away in a small place; it stands under every list of them.
SMALL_PLACES: Final = N_(
    "In a small village the open part alone can point to one person: the only woman of 93, the only one on relief who lives alone. "
    "So village, month of birth, sex and groups go to the centre for counting only; whoever shows figures of a village outside leaves "
    "out groups of fewer than five."
)


@dataclass(frozen=True, slots=True)
class KindSeen:
    """One kind: titles of what goes to the centre, and of what stays; ``disclosed``: a signed policy lets the centre see all."""

    kind: str
    title: str
    open: tuple[str, ...]
    stays: tuple[str, ...]
    disclosed: bool


@dataclass(frozen=True, slots=True)
class CentreSees:
    """Every kind, and why a policy opens some of them ("" where none is in force)."""

    kinds: tuple[KindSeen, ...]
    purpose: str
    ground: str


def centre_sees(store: Store) -> CentreSees:
    """The answer for this station today."""
    pinned = receipts.pinned(store)
    with store.reading() as reader:
        disclosed: frozenset[str] = frozenset()
        rules: Mapping[str, object] = {}
        if pinned is not None:
            disclosed = disclosed_kinds(reader.connection, store.station, opening.centre_chain(pinned, store.station))
        if disclosed:
            rules = _rules_of(reader.all("policy", {"name": DISCLOSURE}), disclosed)
    kinds = []
    for kind in KINDS:
        fields = KINDS[kind].fields.values()
        kinds.append(
            KindSeen(
                kind, KINDS[kind].titled(),
                tuple(_(f.title) for f in fields if not f.private), tuple(_(f.title) for f in fields if f.private),
                kind in disclosed,
            )
        )  # fmt: skip
    return CentreSees(tuple(kinds), str(rules.get("purpose") or ""), str(rules.get("ground") or ""))


def _rules_of(policies: list[Found], disclosed: frozenset[str]) -> Mapping[str, object]:
    """The rules that open exactly these kinds."""
    for found in sorted(policies, key=lambda f: str(f.fields.get("effective_from") or ""), reverse=True):
        policy = KINDS["policy"](id=found.id, **dict(found.fields))
        rules = policy.rules() if isinstance(policy, Policy) else None
        if isinstance(rules, dict) and frozenset(rules.get("kinds", ())) == disclosed:
            return rules
    return {}
