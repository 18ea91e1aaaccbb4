"""What the care of customers looks like over the API."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from callcenter.cases.aftercare.care import CareContactState, ChurnSign, ContactKind, CreditRating, PlanState
from callcenter.web.api.fields import Cursor, Day, Limit, Name, RequestBody, ResponseBody, Words

Number = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Said = Annotated[Words, StringConstraints(strip_whitespace=True), Field(min_length=1)]


class CarePlanTold(RequestBody):
    """How a customer is to be cared for in a year."""

    customer: Number
    year: Annotated[int, Field(ge=2000, le=2199)]
    method: Said
    owner: Name = Field(description="The account that answers for it.")
    cost: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$")] = Field(description="In yuan.")


class CareReason(RequestBody):
    """Why something is refused or dropped."""

    reason: Said


class PlansAsked(RequestBody):
    """Which plans."""

    customer: Number | None = None
    state: PlanState | None = None
    limit: Limit = 50
    cursor: Cursor = None


class CarePlanShown(ResponseBody):
    """A care plan as it stands."""

    id: str
    customer: str
    year: int
    method: str
    owner: str
    cost: str
    state: PlanState
    filed_by: str
    filed_at: datetime | None
    endorsed_by: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class CarePlanPage(ResponseBody):
    """Plans, the newest first."""

    items: list[CarePlanShown]
    next: str | None


class CareContactTold(RequestBody):
    """A house call or call-back that is planned."""

    customer: Number
    kind: ContactKind
    day: Day
    owner: Name = Field(description="The account that makes it.")
    purpose: Said


class CareEvaluation(RequestBody):
    """The evaluation form of a house call or call-back."""

    satisfaction: Annotated[int, Field(ge=1, le=3)] | None = Field(
        default=None, description="1 very satisfied, 2 satisfied, 3 not; left out where nobody asked."
    )
    result: Said
    needs: Words = ""
    problems: Words = ""
    next_step: Words = ""


class ContactsAsked(RequestBody):
    """Which house calls and call-backs."""

    customer: Number | None = None
    state: CareContactState | None = None
    limit: Limit = 50
    cursor: Cursor = None


class CareContactShown(ResponseBody):
    """A house call or call-back as it stands."""

    id: str
    customer: str
    kind: ContactKind
    day: date
    owner: str
    purpose: str
    state: CareContactState
    planned_by: str
    planned_at: datetime | None
    approved_by: str | None
    done_by: str | None
    done_at: datetime | None
    evaluation: CareEvaluation | None
    reason: str | None


class CareContactPage(ResponseBody):
    """House calls and call-backs, the newest plan first."""

    items: list[CareContactShown]
    next: str | None


class RatingTold(RequestBody):
    """What somebody found of a customer."""

    credit: CreditRating
    words: Said = Field(description="Quality, dealings, what to look out for.")


class RatingShown(ResponseBody):
    """The same, kept."""

    id: str
    customer: str
    credit: CreditRating
    words: str
    by: str
    at: datetime | None


class RatingList(ResponseBody):
    """A customer's ratings, the newest first."""

    items: list[RatingShown]


class WatchedCustomer(ResponseBody):
    """A customer who may need care."""

    customer: str
    key_account: bool
    owner: str | None
    heard_at: datetime | None = Field(description="By a call, a complaint or a contact; null: never.")
    signs: list[ChurnSign]
    due: datetime | None = Field(description="When a key account is to be heard next; null for others.")
    overdue: bool


class CareList(ResponseBody):
    """Customers with a sign of churn, and key accounts who are to be heard; those that wait longest first."""

    items: list[WatchedCustomer]


class CareCounts(ResponseBody):
    """A year's figures; every share is null where it is a share of nothing."""

    year: int
    key_accounts: int
    planned: int = Field(description="Key accounts whose plan was filed within `aftercare.care_plan_days`.")
    late: int
    plans_in_time: float | None = Field(description="`planned` of `key_accounts`.")
    contacts: int = Field(description="House calls and call-backs of the year, dropped ones left out.")
    done: int
    contacts_made: float | None = Field(description="`done` of `contacts`.")
    cards: int
    completeness: float | None = Field(description="Mean of the cards, as they are now.")
    cost: Decimal = Field(description="Of approved plans, in yuan.")
