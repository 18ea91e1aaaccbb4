"""How long each promise to a contact gives, by the rulebook in force."""

from __future__ import annotations

from callcenter.domain.frame import Micros
from callcenter.rules.regulations.edition import Rulebook

_OWN_LIMITS = ("P-GREET", "P-CHAT", "P-MAIL")
_EACH_ANSWER = "P-WAIT"


def contact_limits(rulebook: Rulebook, at: Micros) -> dict[str, Micros]:
    """Return the limits that held at a moment, by the promise's code; what was not promised is not there."""
    edition = rulebook.at(at)
    if edition is None:
        return {}
    found = {code: edition.promises[code].limit for code in _OWN_LIMITS if code in edition.promises}
    found[_EACH_ANSWER] = edition.figures.service_threshold if _EACH_ANSWER in edition.promises else None
    return {code: limit for code, limit in found.items() if limit is not None}
