"""Roles, and who may do what to whose records: one table.

Whatever the table does not name is not allowed. An account has one role, so that what two roles must do takes two
people.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

from callcenter.locale import english


class Role(StrEnum):
    """What an account is in the department."""

    AGENT = "agent"
    GROUP_LEADER = "group_leader"
    SUPERVISOR = "supervisor"
    TRAINING_SPECIALIST = "training_specialist"
    QA = "qa"
    MANAGER = "manager"
    GENERAL_MANAGER = "general_manager"
    ACCOUNTING = "accounting"
    HR = "hr"
    ADMIN = "admin"

    @property
    def called(self) -> str:
        """Say whom a refusal speaks of."""
        return _CALLED[self]


_CALLED = {
    Role.AGENT: english("an agent"),
    Role.GROUP_LEADER: english("a group leader"),
    Role.SUPERVISOR: english("a supervisor"),
    Role.TRAINING_SPECIALIST: english("a training specialist"),
    Role.QA: english("a quality inspector"),
    Role.MANAGER: english("a manager"),
    Role.GENERAL_MANAGER: english("the general manager"),
    Role.ACCOUNTING: english("somebody of accounting"),
    Role.HR: english("somebody of HR"),
    Role.ADMIN: english("an administrator"),
}


class Right(StrEnum):
    """A thing that a role may do."""

    SEE = "see"
    PROPOSE = "propose"
    NOTIFY = "notify"
    EXPLAIN = "explain"
    APPEAL = "appeal"
    DECIDE = "decide"
    DECIDE_APPEAL = "decide_appeal"
    WITHDRAW = "withdraw"
    CHECK = "check"
    SEE_SHADOW = "see_shadow"
    REVIEW_SHADOW = "review_shadow"
    SEE_AGREEMENT = "see_agreement"
    PROPOSE_CHANGE = "propose_change"
    APPROVE_CHANGE = "approve_change"
    SEE_ACCOUNTS = "see_accounts"
    CHANGE_ACCOUNTS = "change_accounts"
    CONFIRM_ROLE = "confirm_role"
    READ_AUDIT = "read_audit"
    SEE_SCORES = "see_scores"
    ASSESS = "assess"
    ASSESS_SPECIALIST = "assess_specialist"
    GIVE_BONUS = "give_bonus"
    ADJUST = "adjust"
    USE_DESK = "use_desk"
    SEE_COLLEAGUES = "see_colleagues"
    ACT_ON_AGENTS = "act_on_agents"
    LISTEN_IN = "listen_in"
    SPEAK_IN = "speak_in"
    SEE_FLOOR = "see_floor"
    RECORD_CALL = "record_call"
    SEE_CALLS = "see_calls"
    SEE_CUSTOMERS = "see_customers"
    SEARCH_CUSTOMERS = "search_customers"
    EDIT_CUSTOMERS = "edit_customers"
    MERGE_CUSTOMERS = "merge_customers"
    CLASSIFY_CUSTOMERS = "classify_customers"
    DELETE_CUSTOMERS = "delete_customers"
    EXPORT_CUSTOMERS = "export_customers"
    IMPORT_CUSTOMERS = "import_customers"
    READ_LOOKS = "read_looks"
    REVIEW_ACCESS = "review_access"
    SEE_SURVEYS = "see_surveys"
    SEE_LOST_CALLS = "see_lost_calls"
    CLAIM_LOST_CALLS = "claim_lost_calls"
    CLOSE_LOST_CALLS = "close_lost_calls"
    SEE_CASES = "see_cases"
    SEE_REMEDIES = "see_remedies"
    SEE_CASE_REVIEWS = "see_case_reviews"
    WORK_ON_CASES = "work_on_cases"
    OPEN_CASES = "open_cases"
    EXPORT_CASES = "export_cases"
    SET_DEPUTIES = "set_deputies"
    CHANGE_DEPARTMENTS = "change_departments"
    RECORD_ENQUIRIES = "record_enquiries"
    CHANGE_CLASSES = "change_classes"
    KEEP_CONTACT_SYSTEMS = "keep_contact_systems"
    KEEP_WALLS = "keep_walls"
    SEE_CASE_FIGURES = "see_case_figures"
    FOLLOW_UP_CASES = "follow_up_cases"
    TRACK_MEASURES = "track_measures"
    REVIEW_CASES = "review_cases"
    NOTE_DISCIPLINE = "note_discipline"
    LIST_REMEDIES = "list_remedies"
    SEE_REGISTERS = "see_registers"
    PLAN_CARE = "plan_care"
    APPROVE_CARE = "approve_care"
    KEEP_SERVICE = "keep_service"


class Reach(IntEnum):
    """Whose records a role may do it to; each takes in the one before."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


RIGHTS: dict[Role, dict[Right, Reach]] = {
    Role.AGENT: {
        Right.RECORD_ENQUIRIES: Reach.OWN,
        Right.SEE_REGISTERS: Reach.OWN,
        Right.SEE_CASE_FIGURES: Reach.OWN,
        Right.SEE_SURVEYS: Reach.OWN,
        Right.SEE: Reach.OWN,
        Right.SEE_CALLS: Reach.OWN,
        Right.EXPLAIN: Reach.OWN,
        Right.APPEAL: Reach.OWN,
        Right.SEE_SCORES: Reach.OWN,
        Right.USE_DESK: Reach.OWN,
        Right.SEE_COLLEAGUES: Reach.ALL,
        Right.RECORD_CALL: Reach.OWN,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.EDIT_CUSTOMERS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.CLAIM_LOST_CALLS: Reach.ALL,
        Right.SEE_CASES: Reach.OWN,
        Right.WORK_ON_CASES: Reach.OWN,
        Right.OPEN_CASES: Reach.OWN,
        Right.SET_DEPUTIES: Reach.OWN,
    },
    Role.GROUP_LEADER: {
        Right.ACT_ON_AGENTS: Reach.TEAM,
        Right.LISTEN_IN: Reach.TEAM,
        Right.SPEAK_IN: Reach.TEAM,
        Right.RECORD_ENQUIRIES: Reach.TEAM,
        Right.PLAN_CARE: Reach.ALL,
        Right.SEE_REGISTERS: Reach.TEAM,
        Right.TRACK_MEASURES: Reach.ALL,
        Right.FOLLOW_UP_CASES: Reach.ALL,
        Right.SEE_CASE_FIGURES: Reach.TEAM,
        Right.SEE_SURVEYS: Reach.TEAM,
        Right.SEE: Reach.TEAM,
        Right.SEE_CALLS: Reach.TEAM,
        Right.SEE_FLOOR: Reach.TEAM,
        Right.PROPOSE: Reach.TEAM,
        Right.NOTIFY: Reach.TEAM,
        Right.EXPLAIN: Reach.OWN,
        Right.APPEAL: Reach.OWN,
        Right.WITHDRAW: Reach.TEAM,
        Right.SEE_SCORES: Reach.TEAM,
        Right.USE_DESK: Reach.OWN,
        Right.SEE_COLLEAGUES: Reach.ALL,
        Right.RECORD_CALL: Reach.TEAM,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.SEARCH_CUSTOMERS: Reach.ALL,
        Right.EDIT_CUSTOMERS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.CLAIM_LOST_CALLS: Reach.ALL,
        Right.CLOSE_LOST_CALLS: Reach.ALL,
        Right.SEE_CASES: Reach.TEAM,
        Right.WORK_ON_CASES: Reach.TEAM,
        Right.OPEN_CASES: Reach.TEAM,
        Right.SET_DEPUTIES: Reach.TEAM,
    },
    Role.SUPERVISOR: {
        Right.KEEP_WALLS: Reach.ALL,
        Right.ACT_ON_AGENTS: Reach.ALL,
        Right.LISTEN_IN: Reach.ALL,
        Right.SPEAK_IN: Reach.ALL,
        Right.RECORD_ENQUIRIES: Reach.ALL,
        Right.CHANGE_CLASSES: Reach.ALL,
        Right.PLAN_CARE: Reach.ALL,
        Right.APPROVE_CARE: Reach.ALL,
        Right.SEE_REGISTERS: Reach.ALL,
        Right.LIST_REMEDIES: Reach.ALL,
        Right.REVIEW_CASES: Reach.ALL,
        Right.TRACK_MEASURES: Reach.ALL,
        Right.FOLLOW_UP_CASES: Reach.ALL,
        Right.SEE_CASE_FIGURES: Reach.ALL,
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.SEE_CALLS: Reach.ALL,
        Right.SEE_FLOOR: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
        Right.NOTIFY: Reach.ALL,
        Right.EXPLAIN: Reach.OWN,
        Right.APPEAL: Reach.OWN,
        Right.DECIDE: Reach.ALL,
        Right.WITHDRAW: Reach.ALL,
        Right.CHECK: Reach.ALL,
        Right.PROPOSE_CHANGE: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
        Right.ASSESS_SPECIALIST: Reach.ALL,
        Right.USE_DESK: Reach.OWN,
        Right.SEE_COLLEAGUES: Reach.ALL,
        Right.RECORD_CALL: Reach.ALL,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.SEARCH_CUSTOMERS: Reach.ALL,
        Right.EDIT_CUSTOMERS: Reach.ALL,
        Right.MERGE_CUSTOMERS: Reach.ALL,
        Right.CLASSIFY_CUSTOMERS: Reach.ALL,
        Right.DELETE_CUSTOMERS: Reach.ALL,
        Right.EXPORT_CUSTOMERS: Reach.ALL,
        Right.IMPORT_CUSTOMERS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.CLAIM_LOST_CALLS: Reach.ALL,
        Right.CLOSE_LOST_CALLS: Reach.ALL,
        Right.READ_LOOKS: Reach.ALL,
        Right.REVIEW_ACCESS: Reach.ALL,
        Right.SEE_CASES: Reach.ALL,
        Right.WORK_ON_CASES: Reach.ALL,
        Right.OPEN_CASES: Reach.ALL,
        Right.EXPORT_CASES: Reach.ALL,
        Right.SET_DEPUTIES: Reach.ALL,
        Right.CHANGE_DEPARTMENTS: Reach.ALL,
    },
    Role.TRAINING_SPECIALIST: {
        Right.FOLLOW_UP_CASES: Reach.ALL,
        Right.SEE_CASE_FIGURES: Reach.ALL,
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.SEE_CALLS: Reach.ALL,
        Right.SEE_FLOOR: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
        Right.WITHDRAW: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
        Right.ASSESS: Reach.ALL,
        Right.ADJUST: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
    },
    Role.QA: {
        Right.LISTEN_IN: Reach.ALL,
        Right.FOLLOW_UP_CASES: Reach.ALL,
        Right.SEE_CASE_FIGURES: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.SEE_CALLS: Reach.ALL,
        Right.SEE_FLOOR: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
        Right.WITHDRAW: Reach.ALL,
        Right.CHECK: Reach.ALL,
        Right.READ_LOOKS: Reach.ALL,
        Right.REVIEW_ACCESS: Reach.ALL,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
    },
    Role.MANAGER: {
        Right.ACT_ON_AGENTS: Reach.ALL,
        Right.LISTEN_IN: Reach.ALL,
        Right.SPEAK_IN: Reach.ALL,
        Right.RECORD_ENQUIRIES: Reach.ALL,
        Right.CHANGE_CLASSES: Reach.ALL,
        Right.KEEP_CONTACT_SYSTEMS: Reach.ALL,
        Right.KEEP_WALLS: Reach.ALL,
        Right.PLAN_CARE: Reach.ALL,
        Right.APPROVE_CARE: Reach.ALL,
        Right.SEE_REGISTERS: Reach.ALL,
        Right.LIST_REMEDIES: Reach.ALL,
        Right.REVIEW_CASES: Reach.ALL,
        Right.TRACK_MEASURES: Reach.ALL,
        Right.FOLLOW_UP_CASES: Reach.ALL,
        Right.SEE_CASE_FIGURES: Reach.ALL,
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.SEE_CALLS: Reach.ALL,
        Right.SEE_FLOOR: Reach.ALL,
        Right.PROPOSE: Reach.ALL,
        Right.NOTIFY: Reach.ALL,
        Right.DECIDE: Reach.ALL,
        Right.DECIDE_APPEAL: Reach.ALL,
        Right.WITHDRAW: Reach.ALL,
        Right.CHECK: Reach.ALL,
        Right.PROPOSE_CHANGE: Reach.ALL,
        Right.APPROVE_CHANGE: Reach.ALL,
        Right.SEE_ACCOUNTS: Reach.ALL,
        Right.CONFIRM_ROLE: Reach.ALL,
        Right.SEE_AGREEMENT: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
        Right.GIVE_BONUS: Reach.ALL,
        Right.SEE_CUSTOMERS: Reach.ALL,
        Right.SEARCH_CUSTOMERS: Reach.ALL,
        Right.EDIT_CUSTOMERS: Reach.ALL,
        Right.MERGE_CUSTOMERS: Reach.ALL,
        Right.CLASSIFY_CUSTOMERS: Reach.ALL,
        Right.DELETE_CUSTOMERS: Reach.ALL,
        Right.EXPORT_CUSTOMERS: Reach.ALL,
        Right.IMPORT_CUSTOMERS: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.CLAIM_LOST_CALLS: Reach.ALL,
        Right.CLOSE_LOST_CALLS: Reach.ALL,
        Right.READ_LOOKS: Reach.ALL,
        Right.REVIEW_ACCESS: Reach.ALL,
        Right.SEE_CASES: Reach.ALL,
        Right.WORK_ON_CASES: Reach.ALL,
        Right.OPEN_CASES: Reach.ALL,
        Right.EXPORT_CASES: Reach.ALL,
        Right.SET_DEPUTIES: Reach.ALL,
        Right.CHANGE_DEPARTMENTS: Reach.ALL,
    },
    Role.GENERAL_MANAGER: {
        Right.LIST_REMEDIES: Reach.ALL,
        Right.REVIEW_CASES: Reach.ALL,
        Right.TRACK_MEASURES: Reach.ALL,
        Right.SEE_CASE_FIGURES: Reach.ALL,
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.SEE_CALLS: Reach.ALL,
        Right.SEE_FLOOR: Reach.ALL,
        Right.SEE_AGREEMENT: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
        Right.SEE_LOST_CALLS: Reach.ALL,
        Right.SEE_CASE_REVIEWS: Reach.ALL,
        Right.WORK_ON_CASES: Reach.ALL,
        Right.SET_DEPUTIES: Reach.OWN,
    },
    Role.ACCOUNTING: {
        Right.LIST_REMEDIES: Reach.ALL,
        Right.SEE_REMEDIES: Reach.ALL,
        Right.WORK_ON_CASES: Reach.ALL,
        Right.SET_DEPUTIES: Reach.OWN,
    },
    Role.HR: {
        Right.NOTE_DISCIPLINE: Reach.ALL,
        Right.SEE_SURVEYS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.SEE_CALLS: Reach.ALL,
        Right.DECIDE_APPEAL: Reach.ALL,
        Right.CHECK: Reach.ALL,
        Right.APPROVE_CHANGE: Reach.ALL,
        Right.SEE_ACCOUNTS: Reach.ALL,
        Right.CONFIRM_ROLE: Reach.ALL,
        Right.READ_AUDIT: Reach.ALL,
        Right.SEE_AGREEMENT: Reach.ALL,
        Right.SEE_SCORES: Reach.ALL,
    },
    Role.ADMIN: {
        Right.KEEP_SERVICE: Reach.ALL,
        Right.KEEP_CONTACT_SYSTEMS: Reach.ALL,
        Right.KEEP_WALLS: Reach.ALL,
        Right.SEE: Reach.ALL,
        Right.SEE_CALLS: Reach.ALL,
        Right.SEE_SHADOW: Reach.ALL,
        Right.REVIEW_SHADOW: Reach.ALL,
        Right.SEE_AGREEMENT: Reach.ALL,
        Right.SEE_ACCOUNTS: Reach.ALL,
        Right.CONFIRM_ROLE: Reach.ALL,
        Right.CHANGE_ACCOUNTS: Reach.ALL,
        Right.READ_AUDIT: Reach.ALL,
    },
}
"""Who may do what, to whose records."""
