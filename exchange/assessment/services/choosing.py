"""Filling many panels in one go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.assessment.queries import Vacancy
from exchange.assessment.services.panels import add_chosen, lock_round
from exchange.assessment.services.rounds import start_with
from exchange.extensions import db
from exchange.locking import take_turns
from exchange.proposals.models import Proposal


def hold(references: Collection[str]) -> None:
    """Holds these proposals until the transaction ends, and whoever else fills many panels: what is read from now on stays so."""
    take_turns("choose_reviewers")
    rows = select(Proposal.id).where(Proposal.reference.in_(sorted(references))).order_by(Proposal.id)
    db.session.execute(rows.with_for_update())


def choose_reviewers(
    actor: Person, wanted: Iterable[tuple[Vacancy, Sequence[int]]], *, reason: str
) -> tuple[int, int]:
    """Starts the assessments that wait, and adds to the panels of those that have begun: all of them, or none when one is
    refused. The vacancies were read while held, so that nobody is looked for again. Returns how many of either."""
    started = added = 0
    for vacancy, people in sorted(wanted, key=lambda each: each[0].proposal.id):
        chosen = [each for each in vacancy.candidates if each.person.id in people and not each.conflict]
        if vacancy.round is not None and vacancy.is_open:
            add_chosen(lock_round(vacancy.round, actor), actor, chosen, reason=reason)
            added += 1
        else:
            start_with(vacancy.proposal, actor, chosen)
            started += 1
    return started, added
