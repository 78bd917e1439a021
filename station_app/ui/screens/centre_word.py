"""What the centre said of a signed report in its newest receipt, as both the hand-in and the month screen show it."""

from dataclasses import dataclass

from station_app.store.opened import Store
from station_app.sync import receipts
from station_app.sync.verdicts import sentences


@dataclass(frozen=True, slots=True)
class CentreWord:
    """The centre's word on one report."""

    agrees: bool
    differs: bool  # lines differ; False with ``agrees`` False: the centre cannot say yet
    why: tuple[str, ...]  # a sentence for each thing to know, unless all agrees


def word_on(store: Store, month: str, name: str) -> CentreWord | None:
    """The word on this very report (name as in receipts); None as long as no receipt that verifies speaks of it."""
    kept = receipts.newest(store)
    if kept is None or receipts.fits_chain(store, kept.receipt) is not None:
        return None
    verdict = kept.receipt.reports.get(name)
    if verdict is None or verdict.sha256 != receipts.report_digests(store, month).get(name):
        return None  # a word on another PDF of that name is no word on this one
    return CentreWord(verdict.agrees, bool(verdict.differs), () if verdict.agrees else tuple(sentences(verdict)))
