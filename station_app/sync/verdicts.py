"""What the centre found of a report, said to people: agrees, differs in which lines, or what is still missing."""

from station_app.messages import N_, _
from station_app.sync.receipts import Verdict
from station_app.trust.refusals import SENTENCES as TRUST_SENTENCES
from station_app.trust.refusals import ReportRefusal

_COLUMNS = {"month": N_("this month"), "year": N_("this year so far"), "last_year": N_("same month last year")}
_PROBLEMS = {
    "no_position": N_("The report does not say up to which entries it counts."),
    "no_figures_record": N_("The report's record holds no figures."),
    "no_figures_pdf": N_("The signed PDF has no figures attached."),
    "pdf_other_station": N_("The signed PDF is another station's."),
    "pdf_other_month": N_("The signed PDF is another month's."),
    "pdf_other_position": N_("The signed PDF was counted up to other entries than its record says."),
}
#: Lines and records said in full; more are only counted.
_SAID = 10


def sentences(verdict: Verdict) -> list[str]:
    """One sentence for each thing to know, the most important first."""
    if verdict.agrees:
        agreed = [_("The centre counted the same: everything agrees.")]
        return [_erased(verdict)] if verdict.erased else agreed
    found = [_missing(one) for one in verdict.missing]
    found += [_problem(code) for code in verdict.problems]
    for one in verdict.differs[:_SAID]:
        found.append(
            _(
                "{key} {title}, {column}: the report says {theirs}, the centre counts {ours} (from {count} records).",
                key=one.get("key", ""),
                title=one.get("title", ""),
                column=_(_COLUMNS.get(str(one.get("column")), _COLUMNS["month"])),
                theirs=one.get("theirs") if one.get("theirs") is not None else "—",
                ours=one.get("ours") if one.get("ours") is not None else "—",
                count=one.get("count", len(one.get("records", ()))),
            )
        )
    if len(verdict.differs) > _SAID:
        found.append(_("{n} more lines differ.", n=len(verdict.differs) - _SAID))
    return found


def _erased(verdict: Verdict) -> str:
    number, unproven = verdict.erased[0].get("erased", 0), sum(1 for one in verdict.erased if not one.get("proven"))
    if unproven:
        return _(
            "The centre found nothing wrong. {n} records were erased by law since the signing, so {lines} sums of a year cannot be"
            " counted again.",
            n=number, lines=unproven,
        )  # fmt: skip
    return _(
        "The centre agrees. {n} records were erased by law since the signing; the figures stay as signed.", n=number
    )


def _missing(what: str) -> str:
    device, _colon, numbers = what.partition(":")
    if not numbers:
        return _("The signed PDF has not reached the centre yet. Please hand in once more.")
    return _(
        "Entries {numbers} of computer {device} have not reached the centre yet. Please hand in from that computer.",
        numbers=numbers,
        device=device.replace("-", "")[:12],
    )


def _problem(code: str) -> str:
    if code in _PROBLEMS:
        return _(_PROBLEMS[code])
    try:
        sentence = TRUST_SENTENCES[ReportRefusal(code)]
    except (ValueError, KeyError):
        return code
    return _(sentence, field=_("of the station head"))
