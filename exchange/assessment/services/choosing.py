"""Filling many panels in one go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.assessment.queries import Vacancy
from exchange.assessment.services.panels import add_reviewers
from exchange.assessment.services.rounds import start_assessment
from exchange.extensions import db
from exchange.locking import take_turns
from exchange.proposals.models import Proposal


def hold(references: Collection[str]) -> None:
    """Holds these proposals until the transaction ends, and whoever else chooses for many: what is read from now on stays so."""
    take_turns("choose_reviewers")
    rows = select(Proposal.id).where(Proposal.reference.in_(sorted(references))).order_by(Proposal.id)
    db.session.execute(rows.with_for_update())


def choose_reviewers(
    actor: Person, wanted: Iterable[tuple[Vacancy, Sequence[int]]], *, reason: str
) -> tuple[int, int]:
    """Starts the assessments that wait, and adds to the panels of those that have begun, each as on its own page: all of them, or
    none when one is refused. Returns how many of either."""
    ordered = sorted(wanted, key=lambda each: each[0].proposal.id)
    added = sum(vacancy.is_open for vacancy, _ in ordered)
    for vacancy, people in ordered:
        if vacancy.round is not None and vacancy.is_open:
            add_reviewers(vacancy.round, actor, people, reason=reason)
        else:
            start_assessment(vacancy.proposal, actor, people)
    return len(ordered) - added, added
