"""Reads of offers: those of one programme, all that a person made or could have made, and what the public reads of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange.accounts.models import Person
from exchange.errors import NotFound
from exchange.events import Event
from exchange.extensions import db
from exchange.outbox import Message
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.spread.beyond import rules
from exchange.spread.beyond.models import Answer, Offer
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme, programme_seen

SHOWN = 20


@dataclass(frozen=True)
class SeenOffer:
    """An offer, for the staff of its programme's lead theme."""

    found: SeenProgramme
    offer: Offer


@dataclass(frozen=True)
class Offers:
    """One page of offers, the newest first. `before` and `after` are ids to go on from, 0 at the ends."""

    rows: Sequence[Offer]
    before: int
    after: int


def offer_seen(person: Person | None, slug: str, offer_id: int) -> SeenOffer:
    """Raises NotFound, also for whoever does not read offers."""
    found = programme_seen(person, slug)
    offer = db.session.get(Offer, offer_id) if found.standing.is_staff else None
    if offer is None or offer.programme_id != found.programme.id:
        raise NotFound
    return SeenOffer(found, offer)


def offers_of(programme: Programme) -> list[Offer]:
    """By name of the network."""
    query = select(Offer).where(Offer.programme_id == programme.id).options(*_people())
    return list(db.session.scalars(query.order_by(func.lower(Offer.network), Offer.id)))


def used_elsewhere(programme: Programme) -> list[Offer]:
    """Where it was taken up, for everyone to read, the first first."""
    query = select(Offer).where(Offer.programme_id == programme.id, _is_public())
    return list(db.session.scalars(query.order_by(Offer.since, func.lower(Offer.network))))


def undelivered(offers: Collection[Offer]) -> set[int]:
    """The ids of those whose last e-mail could not be delivered."""
    ids = {offer.message_id: offer.id for offer in offers}
    query = select(Message.message_id).where(Message.message_id.in_(ids), Message.given_up_at.is_not(None))
    return {ids[message_id] for message_id in db.session.scalars(query)}


def answers_since(offer: Offer, moment: datetime) -> int:
    """How often it was answered by its link."""
    query = select(func.count(Event.id)).where(
        Event.kind == "answer_offer",
        Event.at > moment,
        Event.subject == offer.programme.proposal.event_subject,
        Event.facts["offer"].as_integer() == offer.id,
    )
    return db.session.scalar(query) or 0


def networks_to_offer(programme: Programme, chosen: Collection[str] = ()) -> list[str]:
    """The other networks to which it was not offered yet, by name. Those that a form chose stay, so that its sender is told."""
    current = region.current()
    offered = set(db.session.scalars(select(Offer.network).where(Offer.programme_id == programme.id)))
    others = rules.others(current.regional_networks, current.host.name)
    return [each for each in others if each not in offered or each in chosen]


def last_contacts(person: Person, networks: Collection[str]) -> dict[str, str]:
    """The address by which each network was last reached, of those that this person may know."""
    query = (
        select(Offer.network, Offer.contact)
        .join(Offer.programme)
        .join(Programme.proposal)
        .where(Offer.network.in_(sorted(networks)), proposals.seen_as_staff(person))
        .order_by(Offer.sent_at, Offer.id)
    )
    return {network: contact for network, contact in db.session.execute(query)}


def offers_by(person: Person, *, answer: str = "", after: int = 0, before: int = 0) -> Offers:
    """Of the programmes that this person manages or directs; the first page where the cursor is gone. `answer` is one of
    `Answer`, or "none" for those that wait."""
    mine = (
        select(Offer)
        .join(Offer.programme)
        .join(Programme.proposal)
        .where(proposals.seen_as_staff(person), *_with(answer))
        .options(contains_eager(Offer.programme).contains_eager(Programme.proposal).defer(Proposal.answers))
        .options(*_people())
    )
    cursor = db.session.get(Offer, after or before)
    is_backwards = cursor is not None and not after
    order = (Offer.offered_at, Offer.id)
    query = mine.order_by(*(order if is_backwards else [column.desc() for column in order])).limit(SHOWN + 1)
    if cursor is not None:
        query = query.where(_beyond(cursor, is_backwards))
    found = list(db.session.scalars(query))
    has_more, rows = len(found) > SHOWN, found[:SHOWN]
    if is_backwards:
        rows.reverse()
    has_before = has_more if is_backwards else cursor is not None
    return Offers(
        rows,
        rows[0].id if rows and has_before else 0,
        rows[-1].id if rows and (is_backwards or has_more) else 0,
    )


def _with(answer: str) -> list[ColumnElement[bool]]:
    if answer == "none":
        return [Offer.answer.is_(None)]
    return [Offer.answer == Answer(answer)] if answer in set(Answer) else []


def _is_public() -> ColumnElement[bool]:
    """As `Offer.is_public` says of one."""
    return and_(Offer.answer == Answer.TAKEN_UP, Offer.recorded_by_id.is_not(None))


def _people() -> tuple[joinedload, joinedload]:  # type: ignore[valid-type]
    return joinedload(Offer.offered_by), joinedload(Offer.recorded_by)


def _beyond(cursor: Offer, is_backwards: bool) -> ColumnElement[bool]:
    at, id_ = Offer.offered_at, Offer.id
    if is_backwards:
        return or_(at > cursor.offered_at, and_(at == cursor.offered_at, id_ > cursor.id))
    return or_(at < cursor.offered_at, and_(at == cursor.offered_at, id_ < cursor.id))
