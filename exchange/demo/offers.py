"""What became of the demo's programmes beyond the region: to whom they were offered, and what was answered."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.spread.beyond import services
from exchange.spread.beyond.models import Answer, Offer
from exchange.spread.models import Programme

FILE = Path(__file__).parent / "offers.toml"
Step = Mapping[str, Any]


def offering() -> dict[str, list[Step]]:
    """Offers and answers, by the story whose programme they are about."""
    found: dict[str, list[Step]] = {}
    for told in tomllib.loads(FILE.read_text())["steps"]:
        found.setdefault(told["story"], []).append({"at": "11:20", **told})
    return found


def _offer(programme: Programme, manager: Person, step: Step) -> None:
    services.offer_programme(programme, manager, step["to"], step["message"].strip())


def _answer(programme: Programme, _: Person, step: Step) -> None:
    """What the network answers by its link."""
    held = _offer_to(programme, step["network"])
    services.answer_offer(held, _said(step), expected=held.mark)


def _record_answer(programme: Programme, manager: Person, step: Step) -> None:
    held = _offer_to(programme, step["network"])
    services.record_answer(held, manager, _said(step), expected=held.mark)


def _offer_to(programme: Programme, network: str) -> Offer:
    mine = Offer.programme_id == programme.id, Offer.network == network
    return db.session.scalars(select(Offer).where(*mine)).one()


def _said(step: Step) -> services.Said:
    since = clock.today() - timedelta(days=step["used_for_days"]) if "used_for_days" in step else None
    return services.Said(
        Answer(step["answer"]), step.get("said", "").strip(), step.get("organisations", ()), since
    )


DOING: Mapping[str, Callable[[Programme, Person, Step], None]] = {
    "offer": _offer,
    "answer-offer": _answer,
    "record-answer": _record_answer,
}
