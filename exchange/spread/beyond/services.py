"""Writes to offers: each goes out once as an e-mail, and what a network answers is kept with who stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template
from sqlalchemy import select

from exchange import clock, events, outbox
from exchange.accounts.models import Person
from exchange.addresses import address
from exchange.audience import Audience
from exchange.errors import Conflict, WrongStage
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.spread.beyond import links, queries, rules
from exchange.spread.beyond.models import Answer, Offer
from exchange.spread.models import Programme
from exchange.spread.services import lock_programme, mark_changed
from exchange.wording import counted, day, joined


@dataclass(frozen=True)
class Said:
    """What a network answers. `text` is what they ask, or why not now."""

    answer: Answer
    text: str = ""
    organisations: Sequence[str] = ()
    since: date | None = None


def check_offered(programme: Programme) -> None:
    """Raises WrongStage when it cannot be offered as it stands."""
    if programme.status not in rules.OFFERED:
        raise WrongStage(rules.NOT_OFFERED[programme.status], heading="This programme cannot be offered now")


def check_answered_by_link(offer: Offer) -> None:
    """Raises Conflict when everyone reads already that they use it: then the link changes nothing any more."""
    if offer.is_public:
        raise Conflict(rules.ALREADY_PUBLIC, heading="Your answer is published")


def offer_programme(
    programme: Programme, person: Person, contacts: Mapping[str, str], message: str
) -> list[Offer]:
    """Offers it to each network, by an e-mail to the address given.

    Raises WrongStage when it cannot be offered any more, and Conflict when somebody offered it to one of them meanwhile.
    """
    lock_programme(programme)
    check_offered(programme)
    query = select(Offer.network).where(
        Offer.programme_id == programme.id, Offer.network.in_(sorted(contacts))
    )
    if offered := sorted(db.session.scalars(query)):
        raise Conflict(f"Somebody offered it to {joined(offered)} meanwhile. Nothing was sent by you.")
    return [_offer(programme, person, network, contact, message) for network, contact in contacts.items()]


def send_again(offer: Offer, person: Person, contact: str, message: str) -> Event:
    """The same offer once more. Links that went out before answer nothing any more.

    Raises Conflict when it need not or may not go out again, saying why.
    """
    _lock(offer)
    check_offered(offer.programme)
    if why := _why_not_sent_again(offer, contact):
        raise Conflict(f"{why} Nothing was sent.", heading="This was not sent again")
    offer.contact, offer.message = contact, message
    offer.sent_at, offer.times_sent = clock.now(), offer.times_sent + 1
    _send(offer, person)
    return _record(offer, person, "send_offer_again", {"offer": Text(message, Audience.TEAM)})


def answer_offer(offer: Offer, said: Said, *, expected: str) -> Event | None:
    """What the network itself answers, by its link: nothing of it is public before one of the staff checked it. None when they
    have said the same before.

    Raises Conflict when another answer was kept since the page that was sent, which `expected` marks, and when everyone reads
    already that they use it, or they sent too many answers today.
    """
    _lock(offer)
    check_answered_by_link(offer)
    if queries.answers_since(offer, clock.now() - timedelta(days=1)) >= rules.MOST_ANSWERS_A_DAY:
        raise Conflict(
            f"You sent {counted(rules.MOST_ANSWERS_A_DAY, 'answer')} since yesterday. Change it tomorrow."
        )
    return _keep(offer, said, None, expected)


def record_answer(offer: Offer, person: Person, said: Said, *, expected: str) -> Event | None:
    """What one of the staff records, or checks of what the network answered. From now on everyone reads where it was taken up.
    None when nothing changes.

    Raises Conflict as `answer_offer` does.
    """
    _lock(offer)
    return _keep(offer, said, person, expected)


def _offer(programme: Programme, person: Person, network: str, contact: str, message: str) -> Offer:
    moment = clock.now()
    offer = Offer(
        programme=programme,
        network=network,
        contact=contact,
        message=message,
        offered_at=moment,
        offered_by=person,
        sent_at=moment,
        times_sent=1,
        organisations=[],
    )
    db.session.add(offer)
    db.session.flush()
    _send(offer, person)
    _record(offer, person, "offer_programme", {"offer": Text(message, Audience.TEAM)})
    return offer


def _why_not_sent_again(offer: Offer, contact: str) -> str:
    """Why it cannot go out once more, to the same address or another one; empty when it can."""
    if offer.answer is not None:
        return "They have answered, so there is no need to send it again."
    if offer.times_sent >= rules.MOST_SENT:
        return f"It was sent {rules.MOST_SENT} times. Ask them by telephone, and record what they say."
    until = offer.sent_at + rules.BETWEEN
    is_same = contact.casefold() == offer.contact.casefold()
    if is_same and clock.now() < until and not queries.undelivered([offer]):
        return (
            f"It went to this address on {day(offer.sent_at)}. "
            f"Give them until {day(until)}, or enter another address."
        )
    return ""


def _send(offer: Offer, person: Person) -> None:
    programme = offer.programme
    written = render_template(
        "email/offer.txt",
        offer=offer,
        proposal=programme.proposal,
        sender=person,
        page=address("spread.programme", slug=programme.slug),
        entry=address("api.programme", slug=programme.slug),
        answer=address("beyond.answer", answering=links.token_of(offer)),
        until=offer.sent_at + links.GOOD_FOR,
    )
    subject, _, text = written.strip().partition("\n")
    outbox.queue(
        "offer",
        offer.contact,
        subject,
        text.strip() + "\n",
        message_id=offer.message_id,
        secret=True,  # whoever has the link answers for the network
    )


def _keep(offer: Offer, said: Said, person: Person | None, expected: str) -> Event | None:
    before = (offer.answer, offer.said, list(offer.organisations), offer.since)
    after = (said.answer, said.text, list(said.organisations), said.since)
    if before == after and (person is None or offer.is_checked):
        return None
    if offer.mark != expected:
        raise Conflict("Another answer was recorded meanwhile.", heading="Another answer was recorded")
    was_public = offer.is_public
    offer.answer, offer.said, offer.organisations, offer.since = after
    offer.answered_at, offer.recorded_by = clock.now(), person
    db.session.flush()  # says who stands behind it
    if was_public or offer.is_public:
        mark_changed(offer.programme)
    if was_public and not offer.is_public:
        # All that everyone is told: what the network says instead is for the team.
        events.record(person, "unlist_use", offer.programme.proposal, Audience.PUBLIC, offer=offer.id)
    audience = Audience.PUBLIC if offer.is_public else Audience.TEAM
    texts = {
        "organisations": Text("\n".join(said.organisations), audience),
        "said": Text(said.text, Audience.TEAM),
    }
    kind = "answer_offer" if person is None else "record_answer"
    is_new = offer.is_public and not was_public
    return _record(offer, person, kind, texts, audience, answer=said.answer.value, newly_public=is_new)


def _record(
    offer: Offer,
    person: Person | None,
    kind: str,
    texts: Mapping[str, Text],
    audience: Audience = Audience.TEAM,
    **facts: str | bool,
) -> Event:
    """On the proposal, as what happens to its programme; the address stands in the offer alone."""
    named = {"network": Text(offer.network, audience), **texts}
    return events.record(person, kind, offer.programme.proposal, audience, named, offer=offer.id, **facts)


def _lock(offer: Offer) -> None:
    """The programme first, as whoever offers it does; then the offer as it is now."""
    lock_programme(offer.programme)
    db.session.refresh(offer)
