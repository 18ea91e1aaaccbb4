"""The whole matrix: what each role may do to whose records, and sees of them, written a second time by hand."""

from __future__ import annotations

import pytest

from callcenter.staff.rights import RIGHTS, Reach, Right, Role
from callcenter.staff.roles import FIELDS, Field, Principal, Sight, approves_money, may, may_see, sight

RIGHTS_BY_HAND = """
                   agent group_leader supervisor training_specialist qa   manager general_manager accounting hr   admin
see                own   team         all        all                 all  all     all             -          all  all
propose            -     team         all        all                 all  all     -               -          -    -
notify             -     team         all        -                   -    all     -               -          -    -
explain            own   own          own        -                   -    -       -               -          -    -
appeal             own   own          own        -                   -    -       -               -          -    -
decide             -     -            all        -                   -    all     -               -          -    -
decide_appeal      -     -            -          -                   -    all     -               -          all  -
withdraw           -     team         all        all                 all  all     -               -          -    -
check              -     -            all        -                   all  all     -               -          all  -
see_shadow         -     -            -          -                   -    -       -               -          -    all
review_shadow      -     -            -          -                   -    -       -               -          -    all
see_agreement      -     -            -          -                   -    all     all             -          all  all
propose_change     -     -            all        -                   -    all     -               -          -    -
approve_change     -     -            -          -                   -    all     -               -          all  -
see_accounts       -     -            -          -                   -    all     -               -          all  all
change_accounts    -     -            -          -                   -    -       -               -          -    all
confirm_role       -     -            -          -                   -    all     -               -          all  all
read_audit         -     -            -          -                   -    -       -               -          all  all
see_scores         own   team         all        all                 -    all     all             -          all  -
assess             -     -            -          all                 -    -       -               -          -    -
assess_specialist  -     -            all        -                   -    -       -               -          -    -
give_bonus         -     -            -          -                   -    all     -               -          -    -
adjust             -     -            -          all                 -    -       -               -          -    -
use_desk           own   own          own        -                   -    -       -               -          -    -
see_colleagues     all   all          all        -                   -    -       -               -          -    -
act_on_agents      -     team         all        -                   -    all     -               -          -    -
listen_in          -     team         all        -                   all  all     -               -          -    -
speak_in           -     team         all        -                   -    all     -               -          -    -
see_floor          -     team         all        all                 all  all     all             -          -    -
see_calls          own   team         all        all                 all  all     all             -          all  all
record_call        own   team         all        -                   -    -       -               -          -    -
see_customers      all   all          all        -                   all  all     -               -          -    -
search_customers   -     all          all        -                   -    all     -               -          -    -
edit_customers     all   all          all        -                   -    all     -               -          -    -
merge_customers    -     -            all        -                   -    all     -               -          -    -
classify_customers -     -            all        -                   -    all     -               -          -    -
delete_customers   -     -            all        -                   -    all     -               -          -    -
export_customers   -     -            all        -                   -    all     -               -          -    -
import_customers   -     -            all        -                   -    all     -               -          -    -
read_looks         -     -            all        -                   all  all     -               -          -    -
review_access      -     -            all        -                   all  all     -               -          -    -
see_surveys        own   team         all        all                 all  all     all             -          all  -
see_lost_calls     all   all          all        all                 all  all     all             -          -    -
claim_lost_calls   all   all          all        -                   -    all     -               -          -    -
close_lost_calls   -     all          all        -                   -    all     -               -          -    -
see_cases          own   team         all        -                   -    all     -               -          -    -
see_remedies       -     -            -          -                   -    -       -               all        -    -
see_case_reviews   -     -            -          -                   -    -       all             -          -    -
work_on_cases      own   team         all        -                   -    all     all             all        -    -
open_cases         own   team         all        -                   -    all     -               -          -    -
export_cases       -     -            all        -                   -    all     -               -          -    -
set_deputies       own   team         all        -                   -    all     own             own        -    -
change_departments -     -            all        -                   -    all     -               -          -    -
record_enquiries   own   team         all        -                   -    all     -               -          -    -
change_classes     -     -            all        -                   -    all     -               -          -    -
keep_contact_systems -   -            -          -                   -    all     -               -          -    all
keep_walls         -     -            all        -                   -    all     -               -          -    all
see_case_figures   own   team         all        all                 all  all     all             -          -    -
follow_up_cases    -     all          all        all                 all  all     -               -          -    -
track_measures     -     all          all        -                   -    all     all             -          -    -
review_cases       -     -            all        -                   -    all     all             -          -    -
note_discipline    -     -            -          -                   -    -       -               -          all  -
list_remedies      -     -            all        -                   -    all     all             all        -    -
see_registers      own   team         all        -                   -    all     -               -          -    -
plan_care          -     all          all        -                   -    all     -               -          -    -
approve_care       -     -            all        -                   -    all     -               -          -    -
keep_service       -     -            -          -                   -    -       -               -          -    all
"""
FIELDS_BY_HAND = """
          agent  group_leader supervisor training_specialist qa     manager general_manager accounting hr     admin
caller    masked masked       full       masked              full   full    masked          hidden     masked hidden
card      masked masked       full       hidden              full   full    hidden          hidden     hidden hidden
evidence  masked masked       full       full                full   full    masked          hidden     masked full
money     full   hidden       full       hidden              hidden full    full            hidden     full   hidden
names     masked full         full       full                full   full    full            hidden     full   masked
"""


def cells(table: str) -> list[tuple[str, str, str]]:
    header, *lines = (line.split() for line in table.strip().splitlines())
    return [(role, line[0], cell) for line in lines for role, cell in zip(header, line[1:], strict=True)]


def whose(role: Role, right: Right) -> str:
    """Ask for a record of one's own, of one's team, of somebody else, and say how far it goes."""
    person = Principal(account="x", role=role, agent="Alice", team="hotline")
    records = {"own": ("Alice", None), "team": ("Bob", "hotline"), "all": ("Zoe", "orders")}
    allowed = [name for name, (agent, team) in records.items() if may(person, right, agent, team)]
    assert allowed == list(records)[: len(allowed)]
    return allowed[-1] if allowed else "-"


@pytest.mark.parametrize(("role", "right", "expected"), cells(RIGHTS_BY_HAND))
def test_right_reaches_as_far_as_the_table_says(role: str, right: str, expected: str) -> None:
    assert whose(Role(role), Right(right)) == expected


@pytest.mark.parametrize(("role", "field", "expected"), cells(FIELDS_BY_HAND))
def test_field_is_shown_as_the_table_says(role: str, field: str, expected: str) -> None:
    assert sight(Role(role), Field(field)) is Sight(expected)


def test_tables_name_every_role_right_and_field() -> None:
    assert {(r, d) for r, d, _ in cells(RIGHTS_BY_HAND)} == {(r.value, d.value) for r in Role for d in Right}
    assert {(r, f) for r, f, _ in cells(FIELDS_BY_HAND)} == {(r.value, f.value) for r in Role for f in Field}
    assert set(RIGHTS) == set(FIELDS) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_account_without_agent_or_team_owns_nothing(role: Role) -> None:
    nobody = Principal(account="x", role=role)
    assert [right for right in RIGHTS[role] if RIGHTS[role][right] < Reach.ALL and may(nobody, right, None, None)] == []


def test_a_refusal_names_each_role_by_words_of_its_own() -> None:
    assert len({role.called for role in Role}) == len(Role)


def test_no_role_both_proposes_and_approves_alone() -> None:
    both = {role for role in Role if {Right.PROPOSE_CHANGE, Right.APPROVE_CHANGE} <= set(RIGHTS[role])}
    assert both == {Role.MANAGER}  # who proposes a change is refused its approval by name, whatever the role


def test_money_is_approved_by_managers_and_hr() -> None:
    assert {role for role in Role if approves_money(role)} == {Role.MANAGER, Role.HR}


@pytest.mark.parametrize("role", Role)
def test_records_in_shadow_are_for_administrators(role: Role) -> None:
    person = Principal(account="x", role=role, agent="Alice", team="hotline")
    assert may_see(person, "Alice", "hotline", shadow=False, told=True) == (Right.SEE in RIGHTS[role])
    assert may_see(person, "Alice", "hotline", shadow=True, told=True) == (role is Role.ADMIN)


@pytest.mark.parametrize("role", Role)
def test_nobody_knows_of_a_record_of_theirs_before_being_told(role: Role) -> None:
    themselves, another = (Principal(account="x", role=role, agent=agent, team="hotline") for agent in ("Alice", "Bob"))
    assert not may_see(themselves, "Alice", "hotline", shadow=False, told=False)
    leads = Right.SEE in RIGHTS[role] and role is not Role.AGENT
    assert may_see(another, "Alice", "hotline", shadow=False, told=False) == leads
