"""How proposals of the demo become one, and two again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.merging import queries, services
from exchange.merging.models import Merge
from exchange.proposals.models import Proposal

Step = Mapping[str, Any]


def _propose(proposal: Proposal, person: Person, step: Step) -> None:
    """`into` is how the title of the other one begins."""
    query = select(Proposal).where(Proposal.title.startswith(step["into"], autoescape=True))
    services.propose_merge(proposal, db.session.scalars(query).one(), person, reason=step["reason"].strip())


def _agree(proposal: Proposal, champion: Person, step: Step) -> None:
    services.agree_to_merge(_waiting(proposal), champion)


def _undo(proposal: Proposal, champion: Person, step: Step) -> None:
    services.undo_merge(proposal, champion, reason=step["reason"].strip())


def _waiting(proposal: Proposal) -> Merge:
    merge = queries.waiting_of(proposal)
    assert merge is not None
    return merge


DOING: Mapping[str, Callable[[Proposal, Person, Step], None]] = {
    "propose-merge": _propose,
    "agree-to-merge": _agree,
    "undo-merge": _undo,
}
