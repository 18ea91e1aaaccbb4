"""A phone that rang for longer than the regulations allow before it was answered."""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import OfferOutcome
from callcenter.rules.detection.acts import Favour
from callcenter.rules.detection.detectors.detector import Memoryless, QuietDetector, RuleInput
from callcenter.rules.detection.detectors.offers import NOT_SEEN, offer_act
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict

_RULE = "V-LATE-ANSWER"


class LateAnswerDetector(QuietDetector[Memoryless]):
    """V-LATE-ANSWER."""

    codes = frozenset({_RULE})
    reads = (fx.OfferEnded,)

    def see(self, said: RuleInput) -> None:
        """Report an offer that was answered late."""
        if isinstance(said, fx.OfferEnded) and said.offer.outcome is OfferOutcome.ANSWERED:
            self._answered(said)

    def _answered(self, fact: fx.OfferEnded) -> None:
        offer, figures = fact.offer, self._context.figures(fact.offer.ended_at)
        ringing = offer.ringing
        if ringing is None or figures is None or ringing < figures.ring - self._context.uncertainty(figures):
            return
        act = offer_act(self._context, _RULE, "late_answer", fact)
        act.measured, act.limit = ringing, figures.ring
        if not offer.available and offer.refuted not in {NOT_SEEN, None}:
            excuse = Favour(Verdict.EXCUSED, Reason("not_available", {"what": offer.refuted}))
            act.favours = (excuse, *act.favours)
        self._context.report(act)
