"""Two proposals of one idea, made inside `with committed():` by the real services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.merging import services
from exchange.merging.models import Merge
from exchange.proposals.models import Proposal
from tests.factories import make_person
from tests.proposals.arrange import make_champion, make_manager, make_submitted

REASON = "Both are a huddle at the board."


@dataclass
class Twins:
    """`source` is Bob's, `target` is Amina's; they work elsewhere."""

    source: Proposal
    target: Proposal
    bob: Person
    amina: Person
    manager: Person


def make_twins(**answers: Any) -> Twins:
    """`answers` are of the source."""
    amina = make_champion()
    bob = make_person(name="Bob Marsh", organisation="river-trust")
    target = make_submitted(amina)
    source = make_submitted(bob, **{"title": "Huddles for falls", **answers})
    return Twins(source, target, bob, amina, make_manager())


def merge(source: Proposal, target: Proposal) -> Merge:
    """Proposed by the one champion, agreed by the other."""
    proposed = services.propose_merge(source, target, source.champion, reason=REASON)
    if proposed.outcome is None:
        services.agree_to_merge(proposed, target.champion)
    db.session.flush()
    return proposed


def fresh(proposal: Proposal) -> Proposal:
    return db.session.get_one(Proposal, proposal.id, populate_existing=True)
