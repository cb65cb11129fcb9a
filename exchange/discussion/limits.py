"""How much one person can say in a while, counted over all workers from the events that they left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.errors import ExchangeError
from exchange.events import Event
from exchange.extensions import db
from exchange.locking import take_turns
from exchange.wording import on_day, time_of_day


class TooMuch(ExchangeError):
    """They have to wait; the message says until when."""

    code = 429
    heading = "That is a lot in a short time"


@dataclass(frozen=True)
class Limit:
    """At most so many events of these kinds within this time; `what` are they called."""

    what: str
    most: int
    within: timedelta
    kinds: tuple[str, ...]


COMMENTS = (
    Limit("comments", 10, timedelta(minutes=15), ("add_comment",)),
    Limit("comments", 60, timedelta(days=1), ("add_comment",)),
)
ENDORSEMENTS = (Limit("endorsements", 40, timedelta(hours=1), ("endorse", "take_back_endorsement")),)
REPORTS = (Limit("reports", 20, timedelta(days=1), ("report_comment",)),)


def check(person: Person, limits: tuple[Limit, ...]) -> None:
    """Before one more is done, in its transaction. Whoever sends several at once has them counted one after another. Raises
    TooMuch."""
    take_turns(f"discussion:{person.id}")
    moment = clock.now()
    for limit in limits:
        recent = select(Event.at).where(
            Event.actor_id == person.id,
            Event.kind.in_(limit.kinds),
            Event.at > moment - limit.within,
            Event.at <= moment + limit.within,  # later ones are from before the clock was put back
        )
        oldest = db.session.scalar(recent.order_by(Event.at.desc()).offset(limit.most - 1).limit(1))
        if oldest is not None:
            again = oldest + limit.within
            raise TooMuch(
                f"You have made {limit.most} {limit.what} in a short time, so this one was not kept. "
                f"Send it again {on_day(again)} after {time_of_day(again)}."
            )
