"""Reads of kits, which everyone may read. `public_kit` is the whole of one as plain data, for papers and feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.adoption import policy as adoption_policy
from exchange.adoption.models import Adoption
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.kits import content, policy
from exchange.kits.content import Section, Step
from exchange.kits.models import Barrier, Kit, KitContact, KitFile
from exchange.paging import page_of
from exchange.proposals import queries as proposals
from exchange.region.models import Organisation, OrganisationType
from exchange.spread import queries as spread
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme

MOST_IN_FULL = 200  # barriers of one kit on paper and in feeds, the newest
SHOWN = 20  # barriers on one page
MOST_OFFERED = 50


@dataclass(frozen=True)
class PublicContact:
    """`id` is that of its address, below the kit's; `person_id` is None for a role."""

    id: int
    person_id: int | None
    who: str
    organisation: str
    topic: str


@dataclass(frozen=True)
class PublicDocument:
    """`id` is that of its address, below the kit's."""

    id: int
    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class PublicBarrier:
    """`passed` is empty while it stands in the way."""

    organisation: str
    met_on: date
    met: str
    passed: str


@dataclass(frozen=True)
class PublicKit:
    """What everyone may read of a kit. Money is in whole pounds, None where nobody says. `barriers` are the newest first."""

    about: str
    steps: list[Step]
    setup_cost: int | None
    yearly_cost: int | None
    staff_time: str
    costs_note: str
    lessons: str
    edited_at: datetime | None
    contacts: list[PublicContact]
    documents: list[PublicDocument]
    barriers: list[PublicBarrier]

    @property
    def has_costs(self) -> bool:
        is_priced = self.setup_cost is not None or self.yearly_cost is not None
        return is_priced or bool(self.staff_time or self.costs_note)


def public_kit(programme: Programme, *, most_barriers: int = MOST_IN_FULL) -> PublicKit:
    """In four queries, whatever it holds."""
    kit = kit_of(programme)
    said = values_of(kit)
    del said["steps"]
    return PublicKit(
        **said,
        steps=content.steps_of(kit.steps if kit else ""),
        edited_at=kit.edited_at if kit else None,
        contacts=[
            PublicContact(each.id, each.person_id, *each.shown, each.topic)
            for each in contacts_of(programme)
            if not each.has_left
        ],
        documents=[PublicDocument(each.id, each.name, each.kind, each.size) for each in files_of(programme)],
        barriers=[
            PublicBarrier(each.organisation.name, each.met_on, each.met, each.passed)
            for each in _barriers(programme, Barrier.hidden_at.is_(None), most_barriers)
        ],
    )


def kit_of(programme: Programme) -> Kit | None:
    return db.session.get(Kit, programme.id)


def values_of(kit: Kit | None) -> dict[str, Any]:
    """What it says, by field; empty for a kit that nobody has written yet."""
    if kit is None:
        empty = Kit(about="", steps="", staff_time="", costs_note="", lessons="")
        return {field: getattr(empty, field) for field in content.FIELDS}
    return {field: getattr(kit, field) for field in content.FIELDS}


def contacts_of(programme: Programme) -> list[KitContact]:
    query = select(KitContact).where(KitContact.programme_id == programme.id).order_by(KitContact.id)
    return list(db.session.scalars(query))


def files_of(programme: Programme) -> list[KitFile]:
    return list(
        db.session.scalars(select(KitFile).where(KitFile.programme_id == programme.id).order_by(KitFile.id))
    )


@dataclass(frozen=True)
class BarrierPage:
    """The newest first; `older` is the id to go on from, where there are more."""

    rows: list[Barrier]
    older: int | None


def barriers_read(found: SeenProgramme, person: Person | None, before: int | None = None) -> BarrierPage:
    """One page of those that this person reads."""
    seen: ColumnElement[bool] = Barrier.hidden_at.is_(None)
    if person is not None:
        seen = or_(seen, Barrier.added_by_id == person.id)
    if policy.edits(found.standing):
        seen = Barrier.id > 0
    if before is not None:
        seen = seen & (Barrier.id < before)
    rows = _barriers(found.programme, seen, SHOWN + 1)
    return BarrierPage(*page_of(rows, SHOWN))


def _barriers(programme: Programme, seen: ColumnElement[bool], most: int) -> list[Barrier]:
    query = (
        select(Barrier)
        .where(Barrier.programme_id == programme.id, seen)
        .order_by(Barrier.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))


def barriers_since(author: Person, moment: datetime) -> int:
    """How many this person wrote down, of all programmes."""
    query = select(func.count(Barrier.id)).where(Barrier.added_by_id == author.id, Barrier.added_at > moment)
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class SeenSection:
    """A section of a kit, for who edits it."""

    found: SeenProgramme
    section: Section


def section_seen(person: Person | None, slug: str, section: str) -> SeenSection:
    """Raises NotFound."""
    if section not in content.SECTIONS:
        raise NotFound
    return SeenSection(spread.programme_seen(person, slug), content.SECTIONS[section])


@dataclass(frozen=True)
class SeenPart:
    """A document, a contact or a barrier of a kit."""

    found: SeenProgramme
    part: Any


def file_seen(person: Person | None, slug: str, document_id: int) -> SeenPart:
    """Raises NotFound."""
    return _part(person, slug, KitFile, document_id)


def contact_seen(person: Person | None, slug: str, contact_id: int) -> SeenPart:
    """Raises NotFound."""
    return _part(person, slug, KitContact, contact_id)


def barrier_seen(person: Person | None, slug: str, barrier_id: int) -> SeenPart:
    """Raises NotFound, also for a hidden one that this person does not read."""
    seen = _part(person, slug, Barrier, barrier_id)
    is_own = person is not None and seen.part.added_by_id == person.id
    if seen.part.hidden_at is not None and not (is_own or policy.edits(seen.found.standing)):
        raise NotFound
    return seen


def _part(person: Person | None, slug: str, table: Any, id_: int) -> SeenPart:
    found = spread.programme_seen(person, slug)
    part = db.session.get(table, id_)
    if part is None or part.programme_id != found.programme.id:
        raise NotFound
    return SeenPart(found, part)


@dataclass(frozen=True)
class Adding:
    """A programme, and the organisations for which this person may add to its log of barriers, by name."""

    found: SeenProgramme
    organisations: list[Organisation]


def adding(person: Person | None, slug: str) -> Adding:
    """Raises NotFound."""
    found = spread.programme_seen(person, slug)
    return Adding(found, organisations_of(found, person))


def organisations_of(found: SeenProgramme, person: Person | None) -> list[Organisation]:
    """Who looks after the kit writes for every organisation that has a step, and for their own; others for their own, once it
    has a step or when they lead it."""
    if person is None or not person.is_member:
        return []
    own = person.organisation
    edits = policy.edits(found.standing)
    query = select(Adoption).where(Adoption.programme_id == found.programme.id)
    if not edits:
        query = query.where(Adoption.organisation_id == person.organisation_id)
    rows = db.session.scalars(query.options(joinedload(Adoption.organisation))).all()
    there = {
        each.organisation
        for each in rows
        if each.step is not None or (each.is_eligible and adoption_policy.leads(person, each.organisation_id))
    }
    if edits and own is not None and own.type is not OrganisationType.HOST:
        there.add(own)
    return sorted(there, key=lambda each: (each.name.lower(), each.id))


def people_offered(found: SeenProgramme) -> list[Person]:
    """Whom the kit can name: the team, the lead theme's staff, and the leads of organisations that have a step."""
    proposal = found.programme.proposal
    people = [*proposal.team, *proposals.acting(Role.PROGRAMME_MANAGER, proposal)]
    people += proposals.acting(Role.THEME_DIRECTOR, proposal)
    adopting = select(Adoption.organisation_id).where(
        Adoption.programme_id == found.programme.id, Adoption.step.is_not(None)
    )
    leading = select(RoleGrant.person_id).where(
        RoleGrant.role == Role.ORGANISATION_LEAD, RoleGrant.organisation_id.in_(adopting)
    )
    leads = select(Person).where(Person.active, Person.id.in_(leading)).order_by(Person.name, Person.id)
    people += db.session.scalars(leads.limit(MOST_OFFERED))
    named = {each.person_id for each in contacts_of(found.programme)}
    return [each for each in dict.fromkeys(people) if each.active and each.id not in named]
