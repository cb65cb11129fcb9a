"""Writes to adoption. What happens stands in the programme's own chain of events, from which every figure can be told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.adoption.models import Adoption, AdoptionStep
from exchange.adoption.pasted import Planned
from exchange.adoption.steps import Step
from exchange.audience import Audience
from exchange.errors import Conflict, InvalidInput
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.region import queries as region
from exchange.region.models import OrganisationType
from exchange.sheets import Preview
from exchange.spread.models import Programme
from exchange.spread.planning import share_of
from exchange.spread.services import lock_programme, mark_changed
from exchange.wording import day, in_words

# The types of organisation that work in a setting, which the record names.
WORKS_IN = {
    "acute": {OrganisationType.ACUTE, OrganisationType.SPECIALIST},
    "mental-health": {OrganisationType.MENTAL_HEALTH},
    "community": {OrganisationType.COMMUNITY},
    "ambulance": {OrganisationType.AMBULANCE},
    "primary-care": {OrganisationType.PRIMARY_CARE},
    "social-care": {OrganisationType.LOCAL_AUTHORITY, OrganisationType.VOLUNTARY},
    "home": {OrganisationType.COMMUNITY},
}


def set_eligible(
    programme: Programme,
    actor: Person | None,
    organisations: Collection[str],
    *,
    expected: Collection[str] | None = None,
) -> Event | None:
    """Says for which organisations the programme is. What others have recorded stays, and counts no more. None when nothing
    changes. `expected` are those of the page that was sent.

    Raises Conflict when somebody chose others meanwhile.
    """
    lock_programme(programme)
    known = {
        each.organisation_id: each
        for each in db.session.scalars(select(Adoption).where(Adoption.programme_id == programme.id))
    }
    before = {id_ for id_, each in known.items() if each.is_eligible}
    after = set(organisations)
    if expected is not None and set(expected) != before:
        raise Conflict("Somebody chose other organisations meanwhile. Open the page again and choose anew.")
    if before == after:
        return None
    if programme.target_percent is not None:
        programme.adoption_target = share_of(programme.target_percent, len(after))
    for id_ in sorted(before ^ after):
        if id_ in known:
            known[id_].is_eligible = id_ in after
        else:
            db.session.add(Adoption(programme_id=programme.id, organisation_id=id_, is_eligible=True))
    mark_changed(programme)
    return events.record(
        actor,
        "set_eligible",
        programme,
        Audience.PUBLIC,
        organisations=sorted(after),
        adoption_target=programme.adoption_target,
        proposal=programme.proposal_id,
    )


def set_eligible_by_record(programme: Programme, actor: Person | None) -> None:
    """At first: the organisations of the kinds that work in the settings that the record names, or where it names none, all."""
    version = proposals.latest_version(programme.proposal)
    settings = (version.answers.get("settings") if version else None) or []
    types = {type_ for setting in settings for type_ in WORKS_IN.get(setting, ())}
    there = region.organisations_but_the_host()
    fitting = [each.id for each in there if each.type in types]
    set_eligible(programme, actor, fitting or [each.id for each in there])


def record_step(
    adoption: Adoption, actor: Person, *, step: Step, on: date, reason: str, expected: Step | None
) -> Event:
    """Records where the organisation stands now. `expected` is where it stood on the page that was sent.

    Raises Conflict when somebody recorded another step meanwhile, or the day is before that of the last one.
    """
    key = {"programme_id": adoption.programme_id, "organisation_id": adoption.organisation_id}
    lock_programme(adoption.programme)  # first, or two tables in different orders would wait for each other
    held = db.session.get_one(Adoption, key, populate_existing=True)
    if not held.is_eligible:
        raise Conflict("The programme is no longer for this organisation, so nothing was saved.")
    if held.step is not expected:
        raise Conflict(_recorded_meanwhile(held), heading="Somebody recorded a step meanwhile")
    if held.since is not None and on < held.since:
        raise Conflict(f"The last step was on {day(held.since)}. Give that day or a later one.")
    before, held.step, held.since = held.step, step, on
    mark_changed(held.programme)
    db.session.add(
        AdoptionStep(**key, step=step, on=on, reason=reason, recorded_at=clock.now(), recorded_by_id=actor.id)
    )
    return events.record(
        actor,
        "record_adoption",
        held.programme,
        Audience.PUBLIC,
        {"reason": Text(reason, Audience.MEMBERS)},
        organisation=held.organisation_id,
        from_step=before and before.value,
        step=step.value,
        on=on.isoformat(),
    )


def record_many(programme: Programme, actor: Person, preview: Preview[Planned]) -> None:
    """Records every row, or none.

    Raises Conflict when somebody recorded a step of one of them meanwhile.
    """
    if preview.mistakes:
        raise InvalidInput("A row is to mend first.")
    for row in preview.changing:
        assert row.to is not None
        assert row.to.step is not None
        assert row.to.since is not None
        adoption = db.session.get_one(Adoption, (programme.id, row.to.id))
        record_step(adoption, actor, step=row.to.step, on=row.to.since, reason=row.reason, expected=row.was)


def _recorded_meanwhile(adoption: Adoption) -> str:
    last = adoption.steps[-1] if adoption.steps else None
    if last is None:
        return "Nothing of yours was saved. Open the page again to see where it stands."
    return (
        f"{last.recorded_by.name} recorded “{in_words(last.step)}” from {day(last.on)}. "
        "Nothing of yours was saved: look at it, and record yours again if it is still right."
    )
