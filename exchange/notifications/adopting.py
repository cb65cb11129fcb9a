"""Who is told of asks to adopt, and of what changes in an adoption kit. The rows of the table are in `of_programmes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.addresses import path_of
from exchange.asks import queries as asks
from exchange.asks.models import Ask, AskMessage
from exchange.extensions import db
from exchange.kits.models import Barrier, KitContact
from exchange.proposals import queries as proposals
from exchange.spread.models import Programme

if TYPE_CHECKING:
    from exchange.notifications.news import News


def ask_page(news: News) -> str:
    return path_of("asks.show", ask_id=_ask(news).id)


def kit_page(news: News) -> str:
    return path_of("kits.kit", slug=_programme(news).slug)


def answering(news: News) -> list[Person]:
    """The champion and the managers, while the ask waits."""
    return asks.answering(_ask(news)) if _ask(news).is_waiting else []


def colleagues(news: News) -> list[Person]:
    """Who takes part for the organisation."""
    return asks.colleagues_in(_ask(news))


def everybody(news: News) -> list[Person]:
    ask = _ask(news)
    return list(dict.fromkeys([*asks.colleagues_in(ask), *asks.answering(ask)]))


def looking_after_kit(news: News) -> list[Person]:
    """The champion and the managers."""
    proposal = _programme(news).proposal
    return list(dict.fromkeys([proposal.champion, *proposals.acting(Role.PROGRAMME_MANAGER, proposal)]))


def barrier_author(news: News) -> list[Person]:
    """While it is hidden."""
    barrier = _barrier(news)
    return [barrier.added_by] if barrier.hidden_at is not None else []


def author(news: News) -> list[Person]:
    return [_barrier(news).added_by]


def named_contact(news: News) -> list[Person]:
    """While they are named."""
    event = news.happened
    contact = db.session.get(KitContact, event.facts["contact"])
    if contact is None or contact.added_at > event.at:  # removed, and its number given to another
        return []
    return [contact.person] if contact.person and contact.person_id == event.facts["person"] else []


def about_ask(news: News) -> Mapping[str, Any]:
    """The ask, and the message that the event is about, or its first."""
    ask, number = _ask(news), news.happened.facts.get("message")
    first = asks.conversation(ask).messages[0]
    message = db.session.get_one(AskMessage, number) if number else first
    return {"ask": ask, "message": message, "programme": ask.programme}


def about_barrier(news: News) -> Mapping[str, Any]:
    return {"barrier": _barrier(news), "programme": _programme(news)}


def about_correction(news: News) -> Mapping[str, Any]:
    """And why, which its author reads without being on the team."""
    reasons = [text.content for text in news.happened.texts if text.name == "reason"]
    return {**about_barrier(news), "reason": reasons[0] if reasons else ""}


def about_programme(news: News) -> Mapping[str, Any]:
    return {"programme": _programme(news)}


def _ask(news: News) -> Ask:
    return db.session.get_one(Ask, news.happened.facts["ask"])


def _barrier(news: News) -> Barrier:
    return db.session.get_one(Barrier, news.happened.facts["barrier"])


def _programme(news: News) -> Programme:
    return db.session.get_one(Programme, int(news.happened.subject.partition(":")[2]))
