"""A round from its start to its end."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment import queries, rubric
from exchange.assessment.models import Round
from exchange.assessment.services.panels import assign, choose, record_added
from exchange.audience import Audience
from exchange.errors import Conflict, UnmetNeeds
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals.models import Proposal, Reader
from exchange.proposals.services import advance, check, lock
from exchange.region import queries as region
from exchange.working_days import add_working_days


def start_assessment(proposal: Proposal, actor: Person, people: Sequence[int]) -> Round:
    """Opens a round on the submitted version, with these people as its panel, by the region's rules of today.

    Raises what `advance` does, Conflict for someone who cannot review it, and UnmetNeeds when they are
    fewer than the quorum."""
    proposal = lock(proposal)
    check(proposal, "start_assessment", actor)
    rules, latest = region.current().rules, rubric.latest()
    chosen = choose(proposal, people)
    if latest is None or len(chosen) < rules["quorum"]:
        raise UnmetNeeds([f"An assessment needs a rubric and {rules['quorum']} reviewers."])
    before = queries.current_round(proposal)
    round_ = Round(
        proposal=proposal,
        number=1 if before is None else before.number + 1,
        version_number=proposal.version_number,
        rubric=latest,
        quorum=rules["quorum"],
        minimum_at_due_date=rules["minimum_at_due_date"],
        started_at=clock.now(),
        started_by_id=actor.id,
        due=add_working_days(clock.today(), rules["working_days"]),
    )
    advance(proposal, "start_assessment", actor, round=round_.number, due=round_.due.isoformat())
    db.session.add(round_)
    # Who read an earlier version as its reviewer reads this one only when chosen again.
    for reader in db.session.scalars(select(Reader).where(Reader.proposal_id == proposal.id)):
        db.session.delete(reader)
    record_added(round_, actor, assign(round_, actor, chosen))
    return round_


def close_assessment(proposal: Proposal, actor: Person, *, panel_summary: str, feedback: str) -> None:
    """Ends the open round and hands it to the director. The feedback reaches the team with the released
    decision alone."""
    proposal = lock(proposal)
    check(proposal, "close_assessment", actor)
    round_ = queries.open_round(proposal)
    if round_ is None:
        raise Conflict
    texts = {
        "panel_summary": Text(panel_summary, Audience.ASSESSORS),
        "feedback": Text(feedback, Audience.DIRECTOR),
    }
    counted = queries.tally(round_).counted
    advance(proposal, "close_assessment", actor, texts=texts, round=round_.number, reviews=counted)
    round_.panel_summary, round_.feedback = panel_summary, feedback
    round_.closed_at = round_.ended_at = clock.now()
    round_.closed_by_id = actor.id


def withdraw(proposal: Proposal, actor: Person, *, reason: str) -> None:
    """Takes the proposal back for good, which ends an open round."""
    proposal = lock(proposal)
    check(proposal, "withdraw", actor)
    round_ = queries.open_round(proposal)
    ended = {} if round_ is None else {"round": round_.number}
    if round_ is not None:
        round_.ended_at = clock.now()
    advance(
        proposal,
        "withdraw",
        actor,
        audience=Audience.TEAM,
        texts={"reason": Text(reason, Audience.TEAM)},
        **ended,
    )
