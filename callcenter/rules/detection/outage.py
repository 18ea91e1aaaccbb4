"""Whether a phone was taken off, or went with others: phones lost together are an outage, nobody's act."""

from __future__ import annotations

from callcenter.domain.frame import Micros
from callcenter.rules.detection.law import Law
from callcenter.rules.detection.memory import Favour, Loss, Memory
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import Figures


def weigh_loss(memory: Memory, law: Law, loss: Loss, figures: Figures) -> Favour | None:
    """Tell what the other phones say about a lost one, None where they speak against its agent."""
    doubt = memory.uncertainty(figures)
    count = _together(memory, law, loss, figures, figures.together - doubt)
    if count:
        within = f"{figures.together / 1_000_000:g}"
        return Favour(Verdict.EXCUSED, Reason("outage", {"count": str(count), "within": within}))
    if _together(memory, law, loss, figures, figures.together + doubt):
        return Favour(Verdict.UNDETERMINED, Reason("near_outage"))
    gone = {one.interface for one in memory.losses if abs(one.at - loss.at) <= figures.together + doubt}
    if not any(person != loss.person and phone not in gone for phone, person in loss.up.items()):
        return Favour(Verdict.UNDETERMINED, Reason("alone"))
    return None


def _together(memory: Memory, law: Law, loss: Loss, figures: Figures, within: Micros) -> int:
    """Count the phones of agents on duty that were lost with this one, 0 where they are too few for an outage."""
    largest = 0
    for first in memory.losses:
        if not first.at <= loss.at <= first.at + within:
            continue
        gone = {
            one.interface
            for one in memory.losses
            if first.at <= one.at <= first.at + within and _on_duty(law, one.person, one.interface, one.at)
        }
        up = {phone for phone, person in first.up.items() if _on_duty(law, person, phone, first.at)}
        up.add(first.interface)
        if len(gone) >= figures.together_phones and len(gone) >= figures.together_share * len(up):
            largest = max(largest, len(gone))
    return largest


def _on_duty(law: Law, person: str, interface: str, at: Micros) -> bool:
    return law.on_duty(law.agent(person, interface, at), at)
