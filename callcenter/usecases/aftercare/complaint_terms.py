"""By what complaints are measured now: the rulebook's promises, and the department's own figures."""

from __future__ import annotations

from callcenter.cases.aftercare.figures import ComplaintTerms
from callcenter.cases.complaints.effects import hours
from callcenter.domain.frame import Micros
from callcenter.rules.regulations.edition import Rulebook
from callcenter.usecases.aftercare.settings import AftercareSettings

_REPORT_HOURS = 72
"""Where no rulebook says otherwise (S4)."""


def complaint_terms(settings: AftercareSettings, rulebook: Rulebook, now: Micros) -> ComplaintTerms:
    """Return what holds now."""
    edition = rulebook.at(now)
    promise = None if edition is None else edition.promises.get("P-REPORT")
    limit = None if promise is None else promise.limit
    return ComplaintTerms(
        now=now,
        accept_within=settings.accept_within,
        report_within=hours(_REPORT_HOURS) if limit is None else limit,
        repeat_within=settings.repeat_within,
    )
