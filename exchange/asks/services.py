"""Writes to asks. What happens stands in the programme's own chain of events; what was said stays in the conversation."""

from __future__ import annotations

from datetime import timedelta

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.adoption import services as adoption
from exchange.adoption.models import Adoption
from exchange.adoption.queries import eligible
from exchange.adoption.steps import Step, needs_reason
from exchange.asks import queries, rules
from exchange.asks.models import Ask, AskMember, AskMessage, Outcome
from exchange.asks.policy import Side
from exchange.audience import Audience
from exchange.errors import Conflict, WrongStage
from exchange.events import Text
from exchange.extensions import db
from exchange.region.models import Organisation
from exchange.spread import life
from exchange.spread.models import Programme
from exchange.spread.services import lock_programme
from exchange.wording import counted, day

TAKEN_UP_AGAIN = "It asked to adopt the programme, and goes ahead."


def ask(programme: Programme, organisation: Organisation, person: Person, message: str) -> Ask:
    """Raises WrongStage while nobody can ask, Conflict when the organisation asks already or the person asked too much today."""
    lock_programme(programme)
    if reason := life.why_not_adopt(programme.status):
        raise WrongStage(reason)
    if (there := queries.waiting_ask(programme, organisation.id)) is not None:
        raise Conflict(
            f"{there.asked_by.name} asked for your organisation on {day(there.asked_at)}. Join that conversation.",
            heading="Your organisation asks already",
        )
    moment = clock.now()
    if queries.asked_since(person, moment - timedelta(days=1)) >= rules.MOST_ASKS_A_DAY:
        most = counted(rules.MOST_ASKS_A_DAY, "programme")
        raise Conflict(f"You asked to adopt {most} since yesterday. Ask for more tomorrow.")
    made = Ask(
        programme_id=programme.id,
        organisation_id=organisation.id,
        asked_at=moment,
        asked_by_id=person.id,
    )
    db.session.add(made)
    db.session.flush()
    db.session.add(AskMember(ask_id=made.id, person_id=person.id, joined_at=moment))
    _add_message(made, person, organisation.name, message)
    _record(made, person, "ask_to_adopt")
    return made


def join(ask: Ask, person: Person) -> None:
    """Somebody of the same organisation takes part. Raises Conflict once it has an outcome."""
    ask = _to_settle(ask)
    if db.session.get(AskMember, (ask.id, person.id)) is None:
        db.session.add(AskMember(ask_id=ask.id, person_id=person.id, joined_at=clock.now()))
        _record(ask, person, "join_ask", person=person.id)


def write(ask: Ask, person: Person, side: Side, text: str) -> None:
    """Adds a message. Raises Conflict when the conversation is over, full, or the person wrote too much this hour."""
    ask = _lock(ask)
    if reason := why_not_write(ask):
        raise Conflict(f"Nothing was sent. {reason}")
    if queries.messages_in(ask) >= rules.MOST_MESSAGES:
        raise Conflict("This conversation is full. Go on by telephone or e-mail.")
    if queries.written_since(person, clock.now() - timedelta(hours=1)) >= rules.MOST_MESSAGES_AN_HOUR:
        most = counted(rules.MOST_MESSAGES_AN_HOUR, "message")
        raise Conflict(f"You sent {most} within the hour. Send this one later.")
    message = _add_message(ask, person, _written_as(ask, side), text)
    _record(ask, person, "write_in_ask", message=message.id)


def why_not_write(ask: Ask) -> str:
    return rules.why_not_write(
        ask.programme.status, goes_on=ask.is_waiting or ask.outcome is Outcome.GOES_AHEAD
    )


def go_ahead(ask: Ask, manager: Person, *, step: Step | None, note: str) -> None:
    """The organisation adopts: the programme is for it from now on, and its step is recorded, unless it stays where it is.

    Raises WrongStage while nobody can adopt it, and Conflict when it has an outcome meanwhile, or another step was recorded.
    """
    ask = _to_settle(ask)
    programme = ask.programme
    if reason := life.why_not_adopt(programme.status):
        raise WrongStage(reason, heading="This cannot go ahead now")
    chosen = {each.organisation_id for each in eligible(programme)}
    adoption.set_eligible(programme, manager, chosen | {ask.organisation_id})
    if step is not None:
        held = db.session.get_one(Adoption, (ask.programme_id, ask.organisation_id), populate_existing=True)
        reason = TAKEN_UP_AGAIN if needs_reason(held.step, step) else ""
        if step not in rules.first_steps(held.step):
            raise Conflict("Somebody recorded another step meanwhile. Open the page again and choose anew.")
        adoption.record_step(held, manager, step=step, on=clock.today(), reason=reason, expected=held.step)
    _end(ask, manager, Outcome.GOES_AHEAD, note)


def put_off(ask: Ask, manager: Person, *, reason: str) -> None:
    """Not now. Raises Conflict when it has an outcome meanwhile."""
    _end(_to_settle(ask), manager, Outcome.NOT_NOW, reason)


def take_back(ask: Ask, person: Person, *, reason: str) -> None:
    """Raises Conflict when it has an outcome meanwhile."""
    _end(_to_settle(ask), person, Outcome.TAKEN_BACK, reason)


def _end(ask: Ask, actor: Person, outcome: Outcome, note: str) -> None:
    ask.outcome, ask.note = outcome, note
    ask.ended_at, ask.ended_by_id = clock.now(), actor.id
    kind = {
        Outcome.GOES_AHEAD: "go_ahead_with_ask",
        Outcome.NOT_NOW: "put_off_ask",
        Outcome.TAKEN_BACK: "take_back_ask",
    }[outcome]
    _record(ask, actor, kind, note=note)


def _to_settle(ask: Ask) -> Ask:
    lock_programme(ask.programme)  # first, as whoever asks does
    ask = _lock(ask)
    if not ask.is_waiting:
        raise Conflict(_ended_meanwhile(ask))
    return ask


def _lock(ask: Ask) -> Ask:
    return db.session.get_one(Ask, ask.id, with_for_update=True, populate_existing=True)


def _ended_meanwhile(ask: Ask) -> str:
    who = ask.ended_by.name if ask.ended_by else "Somebody"
    said = {
        Outcome.GOES_AHEAD: "recorded that it goes ahead",
        Outcome.NOT_NOW: "recorded that it does not go ahead now",
        Outcome.TAKEN_BACK: "took it back",
    }
    return f"{who} {said[ask.outcome or Outcome.TAKEN_BACK]} since you opened this page. Nothing of yours was saved."


def _written_as(ask: Ask, side: Side) -> str:
    return (
        ask.organisation.name
        if side is Side.ORGANISATION
        else {
            Side.CHAMPION: "Champion",
            Side.MANAGER: "Programme manager",
        }[side]
    )


def _add_message(ask: Ask, author: Person, written_as: str, text: str) -> AskMessage:
    message = AskMessage(ask_id=ask.id, author_id=author.id, written_as=written_as, text=text, at=clock.now())
    db.session.add(message)
    db.session.flush()
    return message


def _record(ask: Ask, actor: Person, kind: str, *, note: str = "", **facts: int) -> None:
    # Read by nobody but administrators: those who take part read the conversation itself.
    only = Audience.ADMINISTRATORS
    texts = {"note": Text(note, only)}
    events.record(
        actor, kind, ask.programme, only, texts, ask=ask.id, organisation=ask.organisation_id, **facts
    )
