"""Keeping one's register. A new line binds at once: whoever is on a panel that it binds leaves it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from exchange import clock, events
from exchange.accounts.models import Person, RegisteredInterest
from exchange.assessment.services import leave_panels
from exchange.audience import Audience
from exchange.errors import Conflict
from exchange.events import Text
from exchange.extensions import db
from exchange.region.models import Organisation


def register(
    person: Person,
    *,
    organisation: Organisation | None = None,
    email: str | None = None,
    reason: str,
    until: date,
) -> RegisteredInterest:
    """Adds a line about an organisation, or a person, or with neither about something else."""
    interest = RegisteredInterest(
        organisation=organisation, email=email, reason=reason, registered_at=clock.now(), until=until
    )
    person.interests.append(interest)
    person.interests_checked_at = clock.now()
    db.session.flush()
    texts = {"reason": Text(reason, Audience.ADMINISTRATORS)}
    facts = {"interest": interest.id, "organisation": interest.organisation_id, "until": until.isoformat()}
    events.record(person, "register_interest", person, Audience.ADMINISTRATORS, texts, **facts)
    leave_panels(person)
    return interest


def end(interest: RegisteredInterest) -> None:
    """It no longer binds. Panels that it took them off stay as they are."""
    # The row alone: PostgreSQL locks nothing that is joined outwards.
    db.session.execute(
        select(RegisteredInterest.id).where(RegisteredInterest.id == interest.id).with_for_update()
    )
    db.session.refresh(interest)
    if interest.ended_at is not None:
        raise Conflict("You have ended this interest already.")
    person = interest.person
    interest.ended_at = person.interests_checked_at = clock.now()
    events.record(person, "end_interest", person, Audience.ADMINISTRATORS, interest=interest.id)


def check(person: Person) -> None:
    """They say that their register is complete as it is."""
    person.interests_checked_at = clock.now()
    events.record(person, "check_interests", person, Audience.ADMINISTRATORS)
