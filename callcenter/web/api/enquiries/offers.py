"""The next steps of an enquiry, and what each asks of whoever takes it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.cases.classes import tree
from callcenter.cases.complaints.vocabulary import SERVICE_ROLES
from callcenter.cases.enquiries import EnquiryStep
from callcenter.cases.enquiry_forms import EnquiryChoices, next_steps, step_form
from callcenter.store.complaints.people import people
from callcenter.store.enquiries.classes import classes_in_force
from callcenter.store.enquiries.enquiries import Enquiry
from callcenter.web.api.complaints.offers import FormField, form_shown
from callcenter.web.api.fields import ResponseBody


class StepOffered(ResponseBody):
    """A step that an enquiry can take as it stands, and its form."""

    step: EnquiryStep
    form: list[FormField]


async def choices_now(connection: AsyncConnection) -> EnquiryChoices:
    """Read among what people choose: classes that are given now, each before its reasons, and who owns enquiries."""
    found = tree((await classes_in_force(connection)).values())
    owners = {one.account for one in await people(connection) if one.role in SERVICE_ROLES}
    classes = tuple(filed.told.code for _, filed in found if not filed.told.closed)
    return EnquiryChoices(classes=classes, owners=tuple(sorted(owners)))


def steps_offered(enquiry: Enquiry, among: EnquiryChoices) -> list[StepOffered]:
    """Offer what can be done with an enquiry."""
    planned = enquiry.follow_up_at is not None
    return [
        StepOffered(step=one, form=form_shown(step_form(one, among, planned=planned)))
        for one in next_steps(enquiry.state, classified=enquiry.case_class is not None, planned=planned)
    ]


def receiving_offered(among: EnquiryChoices) -> StepOffered:
    """Offer to record a contact."""
    return StepOffered(step=EnquiryStep.RECEIVE, form=form_shown(step_form(EnquiryStep.RECEIVE, among, planned=False)))
