"""What became of the demo's programmes beyond the region: to whom they were offered, and what was answered."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.proposals.models import Proposal
from exchange.spread import queries as spread
from exchange.spread.beyond import services
from exchange.spread.beyond.models import Answer, Offer

FILE = Path(__file__).parent / "offers.toml"
Step = Mapping[str, Any]


def offering() -> dict[str, list[Step]]:
    """Offers and answers, by the story whose programme they are about."""
    found: dict[str, list[Step]] = {}
    for told in tomllib.loads(FILE.read_text())["steps"]:
        found.setdefault(told["story"], []).append({"at": "11:20", **told})
    return found


def offer(proposal: Proposal, manager: Person, step: Step) -> None:
    programme = spread.programme_of(proposal)
    assert programme is not None
    services.offer_programme(programme, manager, step["to"], step["message"].strip())


def answer(proposal: Proposal, person: Person | None, step: Step) -> None:
    """What the network answers by its link, or one of the staff records."""
    query = select(Offer).join(Offer.programme).where(Offer.network == step["network"])
    held = db.session.scalars(query.where(Offer.programme.has(proposal_id=proposal.id))).one()
    since = clock.today() - timedelta(days=step["used_for_days"]) if "used_for_days" in step else None
    said = services.Said(
        Answer(step["answer"]), step.get("said", "").strip(), step.get("organisations", ()), since
    )
    if person is None:
        services.answer_offer(held, said, expected=held.mark)
    else:
        services.record_answer(held, person, said, expected=held.mark)
