"""Why a step was refused: sentences by code, in both languages."""

from __future__ import annotations

from enum import StrEnum

from callcenter.errors import BadInput
from callcenter.locale import Language


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


_TEXTS: dict[Why, tuple[str, str]] = {
    Why.NO_STEP: ("记录状态为“{state}”，不能执行“{action}”。", "A record that is {state} takes no {action}."),
    Why.NOBODY: ("系统只能撤回记录，须由具名人员处理。", "The service only withdraws; a named person must do this."),
    Why.NOT_PROPOSED: ("只处理拟定的记录，此为“{verdict}”。", "Only a proposed record is acted on, no {verdict} one."),
    Why.SHADOW: ("该规则处于试运行，其记录不作处理。", "The rule runs in shadow, so nobody is told of its records."),
    Why.NOT_SHADOW: ("只对试运行规则的记录表示是否同意。", "Only records of a rule in shadow are agreed with or not."),
    Why.OWN_PROPOSAL: ("提出记录的人不得裁定该记录。", "Who proposed a record does not decide on it."),
    Why.OWN_DECISION: ("作出原裁定的人不得裁定申诉。", "Who decided on a record does not decide its appeal."),
    Why.ABOUT_SELF: ("任何人不得处理关于本人的记录。", "Nobody acts for the department on a record about themselves."),
    Why.NOT_OWN: ("只能对本人的记录说明或申诉。", "Only the agent whom a record is about explains or appeals it."),
    Why.TOO_EARLY: ("须待{until}期限届满后方可进行。", "This must wait until {until}, when the agent's time is over."),
    Why.TOO_LATE: ("申诉期限已于{until}届满。", "The time for an appeal ended at {until}."),
    Why.APPEALED_ONCE: ("每条记录只能申诉一次。", "A record can be appealed once."),
    Why.NO_WORDS: ("此操作须写明理由。", "This step needs a reason in words."),
    Why.POINTS_OUT: ("扣分须在{least}至{most}之间。", "The points must be from {least} to {most}."),
    Why.NOT_LESS: ("减轻须降低扣分或等级，且均不得加重。", "A reduction lowers points or severity and raises neither."),
    Why.NOT_WITHDRAWABLE: ("只有提出人可在通知前撤回。", "Only who proposed a record withdraws it, before notice."),
    Why.NO_ITEM: ("没有建议须核对“{item}”。", "No recommendation has a check {item!r}."),
    Why.ITEM_ROLE: ("该项须由{role}核对。", "This check belongs to {role}."),
    Why.ITEM_DONE: ("该项已核对。", "This check is done already."),
    Why.SAME_ACT: ("一事一记录：同一行为已在记录{record}中裁定。", "One act, one record: {record} is decided on."),
    Why.ITEM_TWICE: ("同一人只能核对一项。", "One person makes one check of a recommendation."),
}  # fmt: skip


class StepRefused(BadInput):
    """A step that the workflow does not allow; the record is as it was."""

    def __init__(self, why: Why, **params: str) -> None:
        self.why = why
        self.params = params
        super().__init__(self.told("en"))

    def told(self, language: Language) -> str:
        """Say in one sentence why not."""
        return _TEXTS[self.why][language == "en"].format_map(self.params)
