"""Why a step was refused: sentences by code."""

from __future__ import annotations

from enum import StrEnum

from callcenter.errors import BadInput
from callcenter.locale import Language, Words


class Why(StrEnum):
    """Why a step on a record cannot be taken."""

    NO_STEP = "no_step"
    NOBODY = "nobody"
    NOT_PROPOSED = "not_proposed"
    SHADOW = "shadow"
    NOT_SHADOW = "not_shadow"
    OWN_PROPOSAL = "own_proposal"
    OWN_DECISION = "own_decision"
    ABOUT_SELF = "about_self"
    NOT_OWN = "not_own"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    APPEALED_ONCE = "appealed_once"
    NO_WORDS = "no_words"
    POINTS_OUT = "points_out"
    NOT_LESS = "not_less"
    NOT_WITHDRAWABLE = "not_withdrawable"
    NO_ITEM = "no_item"
    ITEM_ROLE = "item_role"
    ITEM_DONE = "item_done"
    ITEM_TWICE = "item_twice"
    SAME_ACT = "same_act"


_TEXTS = Words(
    "refusal",
    {
        Why.NO_STEP: "A record that is {state} takes no {action}.",
        Why.NOBODY: "The service only withdraws; a named person must do this.",
        Why.NOT_PROPOSED: "Only a proposed record is acted on, no {verdict} one.",
        Why.SHADOW: "The rule runs in shadow, so nobody is told of its records.",
        Why.NOT_SHADOW: "Only records of a rule in shadow are agreed with or not.",
        Why.OWN_PROPOSAL: "Who proposed a record does not decide on it.",
        Why.OWN_DECISION: "Who decided on a record does not decide its appeal.",
        Why.ABOUT_SELF: "Nobody acts for the department on a record about themselves.",
        Why.NOT_OWN: "Only the agent whom a record is about explains or appeals it.",
        Why.TOO_EARLY: "This must wait until {until}, when the agent's time is over, unless the agent speaks first.",
        Why.TOO_LATE: "The time for an appeal ended at {until}.",
        Why.APPEALED_ONCE: "A record can be appealed once.",
        Why.NO_WORDS: "This step needs a reason in words.",
        Why.POINTS_OUT: "The points must be from {least} to {most}.",
        Why.NOT_LESS: "A reduction lowers points or severity and raises neither.",
        Why.NOT_WITHDRAWABLE: "Only who proposed a record withdraws it, before notice.",
        Why.NO_ITEM: "No recommendation has a check {item!r}.",
        Why.ITEM_ROLE: "This check belongs to {role}.",
        Why.ITEM_DONE: "This check is done already.",
        Why.SAME_ACT: "One act, one record: {record} is decided on.",
        Why.ITEM_TWICE: "One person makes one check of a recommendation.",
    },
)


_VALUES = Words(
    "value in a refusal",
    {
        "proposed": "proposed",
        "notified": "notified",
        "explained": "explained",
        "appealed": "appealed",
        "confirmed": "confirmed",
        "reduced": "reduced",
        "overturned": "overturned",
        "withdrawn": "withdrawn",
        "undetermined": "undetermined",
        "excused": "excused",
        "notify": "notify",
        "explain": "explain",
        "appeal": "appeal",
        "confirm": "confirm",
        "reduce": "reduce",
        "overturn": "overturn",
        "withdraw": "withdraw",
        "check": "check",
        "agree": "agree",
        "disagree": "disagree",
        "supervisor": "supervisor",
        "training_specialist": "training specialist",
        "qa": "quality inspector",
        "manager": "manager",
        "hr": "HR",
    },
)
"""States, steps, verdicts and roles that a refusal speaks of."""


class StepRefused(BadInput):
    """A step that the workflow does not allow; the record is as it was."""

    def __init__(self, why: Why, **params: str) -> None:
        self.why = why
        self.params = params
        super().__init__(self.told("en"))

    def told(self, language: Language) -> str:
        """Say in one sentence why not."""
        words = _VALUES.table(language)
        return _TEXTS.say(self.why, language, **{name: words.get(value, value) for name, value in self.params.items()})
