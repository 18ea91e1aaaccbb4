"""Whose something is: a customer by name, class and key account, once the log of looks has it; and all of its ids."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, may
from callcenter.store.conflicts import Missing
from callcenter.store.customers.cards import family_of, get
from callcenter.usecases.customers.show_customers import shown_card
from callcenter.web.api.fields import ResponseBody
from callcenter.web.service import Service


class CustomerNamed(ResponseBody):
    """Whose a case or an enquiry is, as far as one may read it."""

    id: str
    name: str
    customer_class: str | None
    key_account: bool


async def customer_named(number: str | None, person: Principal, service: Service) -> CustomerNamed | None:
    """Name a customer to somebody; None where there is none, or they read no customers."""
    if number is None or not may(person, Right.SEE_CUSTOMERS):
        return None
    async with service.decisions.writing() as unit:
        try:
            found = await get(unit.connection, number)
        except Missing:
            return None
        card = (await shown_card(unit, found, service.viewer(person))).filed.card
    return CustomerNamed(id=found.id, name=card.name, customer_class=card.customer_class, key_account=card.key_account)


async def family_named(connection: AsyncConnection, customer: str) -> tuple[str, ...]:
    """Return the ids of a customer and of its aliases; none where there is no such customer."""
    try:
        return tuple(await family_of(connection, (await get(connection, customer)).id))
    except Missing:
        return ()
