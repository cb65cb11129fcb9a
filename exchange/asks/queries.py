"""Reads of asks, which only those who take part may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange.accounts import queries as accounts
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.adoption.models import Adoption
from exchange.adoption.policy import leads
from exchange.asks import policy
from exchange.asks.models import Ask, AskMember, AskMessage
from exchange.asks.policy import Side
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.paging import page_of
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.proposals.policy import Seen
from exchange.region.models import Organisation
from exchange.spread import queries as spread
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme

SHOWN = 20  # asks on one page
MESSAGES_SHOWN = 50
MOST_TASKS = 50
MOST_OWN = 20


@dataclass(frozen=True)
class Asking:
    """A programme, the organisation for which this person can ask, None where they cannot, and the ask of it that waits."""

    found: SeenProgramme
    organisation: Organisation | None
    waiting: Ask | None
    takes_part: bool


def asking(person: Person | None, slug: str) -> Asking:
    """Raises NotFound."""
    found = spread.programme_seen(person, slug)
    own = person.organisation if person is not None and person.is_member else None
    if own is None or not own.can_adopt:
        return Asking(found, None, None, takes_part=False)
    ask = waiting_ask(found.programme, own.id)
    return Asking(found, own, ask, ask is not None and _seen(person, ask).side is not None)


def waiting_ask(programme: Programme, organisation_id: str) -> Ask | None:
    query = select(Ask).where(
        Ask.programme_id == programme.id, Ask.organisation_id == organisation_id, Ask.ended_at.is_(None)
    )
    return db.session.scalar(query)


@dataclass(frozen=True)
class SeenAsk:
    """An ask, its programme, and as what this person takes part; None for a colleague who has yet to join."""

    ask: Ask
    found: SeenProgramme
    side: Side | None


def ask_seen(person: Person | None, ask_id: int) -> SeenAsk:
    """For those who take part. Raises NotFound."""
    seen = ask_known(person, ask_id)
    if seen.side is None:
        raise NotFound
    return seen


def ask_known(person: Person | None, ask_id: int) -> SeenAsk:
    """For those too who could join: who is of the same organisation knows that there is an ask. Raises NotFound."""
    ask = db.session.get(Ask, ask_id)
    if person is None or ask is None:
        raise NotFound
    seen = _seen(person, ask)
    is_colleague = person.is_member and person.organisation_id == ask.organisation_id and ask.is_waiting
    if seen.side is None and not is_colleague:
        raise NotFound
    return seen


def _seen(person: Person | None, ask: Ask) -> SeenAsk:
    proposal = ask.programme.proposal
    standing = proposals.standing_in(person, proposal)
    found = SeenProgramme(ask.programme, Seen(proposal, standing))
    if person is None:
        return SeenAsk(ask, found, None)
    has_joined = db.session.get(AskMember, (ask.id, person.id)) is not None
    return SeenAsk(ask, found, policy.side_of(person, ask, standing, has_joined=has_joined))


def standing_of(ask: Ask) -> Adoption | None:
    """Where the organisation stands with the programme."""
    return db.session.get(Adoption, (ask.programme_id, ask.organisation_id))


def colleagues_in(ask: Ask) -> list[Person]:
    """Who takes part for the organisation, by name: who asked and who joined, while they are there, and its leads."""
    members = db.session.scalars(select(AskMember).where(AskMember.ask_id == ask.id)).all()
    there = [
        each.person
        for each in members
        if each.person.active and each.person.is_member and each.person.organisation_id == ask.organisation_id
    ]
    leading = [
        each
        for each in accounts.people_with(Role.ORGANISATION_LEAD, organisation_id=ask.organisation_id)
        if leads(each, ask.organisation_id)
    ]
    return sorted(dict.fromkeys([*there, *leading]), key=lambda each: (each.name.lower(), each.id))


def answering(ask: Ask) -> list[Person]:
    """The champion, while they are there, and the lead theme's managers."""
    proposal = ask.programme.proposal
    champion = [proposal.champion] if proposal.champion.active else []
    return list(dict.fromkeys([*champion, *proposals.acting(Role.PROGRAMME_MANAGER, proposal)]))


@dataclass(frozen=True)
class Conversation:
    """The newest messages, the oldest of them first; `earlier` is the id to go back from, where there are more."""

    messages: list[AskMessage]
    earlier: int | None


def conversation(ask: Ask, before: int | None = None) -> Conversation:
    query = select(AskMessage).where(AskMessage.ask_id == ask.id)
    if before is not None:
        query = query.where(AskMessage.id < before)
    found = list(db.session.scalars(query.order_by(AskMessage.id.desc()).limit(MESSAGES_SHOWN + 1)))
    shown, earlier = page_of(found, MESSAGES_SHOWN)
    return Conversation(shown[::-1], earlier)


def visible_to(person: Person) -> ColumnElement[bool]:
    """The condition that keeps a query of Ask, joined to its programme and proposal, to those in which this person takes part:
    `policy.side_of` in SQL."""
    grounds = [Proposal.champion_id == person.id, proposals.seen_as_staff(person, Role.PROGRAMME_MANAGER)]
    if person.is_member:
        own = Ask.organisation_id == person.organisation_id
        grounds.append(own & Ask.id.in_(_joined_by(person)))
        led = [each.organisation_id for each in person.grants if each.role is Role.ORGANISATION_LEAD]
        grounds.append(Ask.organisation_id.in_(led))
    return or_(*grounds)


@dataclass(frozen=True)
class AskPage:
    """The newest first; `older` is the id to go on from, where there are more."""

    rows: list[Ask]
    older: int | None


def asks_of(person: Person, *, before: int | None = None) -> AskPage:
    query = _asks().where(visible_to(person)).order_by(Ask.id.desc()).limit(SHOWN + 1)
    if before is not None:
        query = query.where(Ask.id < before)
    rows = list(db.session.scalars(query))
    return AskPage(*page_of(rows, SHOWN))


def waiting_for_manager(person: Person) -> list[Ask]:
    """Those on which this person says what comes of them, the longest waiting first."""
    query = (
        _asks()
        .where(
            Ask.ended_at.is_(None),
            proposals.seen_as_staff(person, Role.PROGRAMME_MANAGER),
            Ask.id.not_in(_joined_by(person)),
        )
        .order_by(Ask.asked_at, Ask.id)
    )
    return list(db.session.scalars(query.limit(MOST_TASKS)))


def own_asks(person: Person) -> list[Ask]:
    """The newest of those in which the person takes part for the organisation they belong to."""
    if not person.is_member:
        return []
    query = _asks().where(Ask.organisation_id == person.organisation_id, Ask.id.in_(_joined_by(person)))
    return list(db.session.scalars(query.order_by(Ask.id.desc()).limit(MOST_OWN)))


def _joined_by(person: Person) -> Select[int]:
    return select(AskMember.ask_id).where(AskMember.person_id == person.id)


def _asks() -> Select[Ask]:
    return (
        select(Ask)
        .join(Ask.programme)
        .join(Programme.proposal)
        .options(
            contains_eager(Ask.programme).contains_eager(Programme.proposal).defer(Proposal.answers),
            joinedload(Ask.organisation),
            joinedload(Ask.asked_by),
        )
    )


def asked_since(person: Person, moment: datetime) -> int:
    query = select(func.count(Ask.id)).where(Ask.asked_by_id == person.id, Ask.asked_at > moment)
    return db.session.scalar(query) or 0


def written_since(person: Person, moment: datetime) -> int:
    query = select(func.count(AskMessage.id)).where(AskMessage.author_id == person.id, AskMessage.at > moment)
    return db.session.scalar(query) or 0


def messages_in(ask: Ask) -> int:
    return db.session.scalar(select(func.count(AskMessage.id)).where(AskMessage.ask_id == ask.id)) or 0
