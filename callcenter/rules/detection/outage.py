"""Whether a phone was taken off, or went with others: phones lost together are an outage, nobody's act."""

from __future__ import annotations

from callcenter.domain.frame import Micros
from callcenter.rules.detection.acts import Favour
from callcenter.rules.detection.agents import PhoneLoss
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict
from callcenter.rules.regulations.edition import RulebookFigures


def weigh_loss(context: RuleContext, loss: PhoneLoss, figures: RulebookFigures) -> Favour | None:
    """Return what the other phones say about a lost one, None where they speak against its agent."""
    doubt = context.uncertainty(figures)
    count = _together(context, loss, figures, figures.together - doubt)
    if count:
        within = f"{figures.together / 1_000_000:g}"
        return Favour(Verdict.EXCUSED, Reason("outage", {"count": str(count), "within": within}))
    if _together(context, loss, figures, figures.together + doubt):
        return Favour(Verdict.UNDETERMINED, Reason("near_outage"))
    gone = {one.interface for one in context.memory.losses if abs(one.at - loss.at) <= figures.together + doubt}
    if not any(agent != loss.agent and phone not in gone for phone, agent in loss.up.items()):
        return Favour(Verdict.UNDETERMINED, Reason("alone"))
    return None


def _together(context: RuleContext, loss: PhoneLoss, figures: RulebookFigures, within: Micros) -> int:
    """Count the phones of agents on duty that were lost with this one, 0 where they are too few for an outage."""
    largest = 0
    for first in context.memory.losses:
        if not first.at <= loss.at <= first.at + within:
            continue
        gone = {
            one.interface
            for one in context.memory.losses
            if first.at <= one.at <= first.at + within and _on_duty(context, one.agent, one.interface, one.at)
        }
        up = {phone for phone, agent in first.up.items() if _on_duty(context, agent, phone, first.at)}
        up.add(first.interface)
        if len(gone) >= figures.together_phones and len(gone) >= figures.together_share * len(up):
            largest = max(largest, len(gone))
    return largest


def _on_duty(context: RuleContext, known_as: str, interface: str, at: Micros) -> bool:
    return context.on_duty(context.agent_at(known_as, interface, at), at)
