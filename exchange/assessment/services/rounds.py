"""A round from its start to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import update

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment import feedback as released
from exchange.assessment import queries, rubric
from exchange.assessment.models import Assignment, Review, Round, Rubric, Score
from exchange.assessment.queries import Candidate
from exchange.assessment.services.drafts import set_aside
from exchange.assessment.services.panels import assign, choose, forget_reader, record_added, take_off
from exchange.audience import Audience
from exchange.errors import Conflict, UnmetNeeds
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.models import Proposal, Reader
from exchange.proposals.services import advance, check, lock
from exchange.region import queries as region
from exchange.working_days import add_working_days, working_days_between


def start_assessment(proposal: Proposal, actor: Person, people: Sequence[int]) -> Round:
    """Opens a round on the submitted version, with these people as its panel, by the region's rules of today; or goes on with
    the one that rests, on the new version, these people added to its panel.

    Raises what `advance` does, Conflict for someone who cannot review it, and UnmetNeeds when they are
    fewer than the quorum."""
    proposal = lock(proposal)
    check(proposal, "start_assessment", actor)
    return start_with(proposal, actor, choose(proposal, actor, people))


def start_with(proposal: Proposal, actor: Person, chosen: Sequence[Candidate]) -> Round:
    """The same for who holds the proposal and has chosen among its candidates as they are now."""
    rules, latest = region.current().rules, rubric.latest()
    resting = queries.resting_round(proposal)
    if resting is not None:
        return _go_on(resting, actor, chosen)
    if latest is None or len(chosen) < rules["quorum"]:
        raise UnmetNeeds([f"An assessment needs a rubric and {rules['quorum']} reviewers."])
    round_ = _new_round(proposal, actor, latest, rules["working_days"])
    advance(proposal, "start_assessment", actor, round=round_.number, due=round_.due.isoformat())
    record_added(round_, actor, assign(round_, actor, chosen))
    return round_


def request_changes(
    proposal: Proposal, actor: Person, *, sections: Sequence[str], message: str, due: date
) -> None:
    """Sends it back to the champion. A round that is open rests meanwhile, with the days that it had left."""
    proposal = lock(proposal)
    round_ = queries.open_round(proposal)
    proposals.request_changes(proposal, actor, sections=sections, message=message, due=due)
    if round_ is None:
        return
    round_.suspended_at = clock.now()
    round_.days_left = max(working_days_between(clock.today(), round_.due), 0)
    _let_readers_go_on(round_, True)


def open_again(proposal: Proposal, director: Person, *, questions: str) -> Round:
    """Refers an assessed proposal back: a new round of the same panel and rubric on the same version, in which every review
    is a draft again, until its author has answered the questions and submits it."""
    proposal = lock(proposal)
    before = queries.current_round(proposal)
    if before is None:
        raise Conflict
    round_ = _new_round(proposal, director, before.rubric, region.current().rules["refer_back_working_days"])
    round_.questions = questions
    texts = {"questions": Text(questions, Audience.ASSESSORS)}
    advance(proposal, "refer_back", director, texts=texts, round=round_.number, due=round_.due.isoformat())
    for assignment, reason in _panel(before):
        if reason:  # what they submitted still counts in the round that was closed
            forget_reader(assignment)
        else:
            _carry_over(assignment, round_)
    db.session.flush()
    return round_


def end_round(proposal: Proposal) -> Round | None:
    """Ends the round that is open or rests, if there is one, without a result."""
    round_ = queries.live_round(proposal)
    if round_ is not None:
        round_.ended_at = clock.now()
        _let_readers_go_on(round_, False)
    return round_


def close_assessment(
    proposal: Proposal,
    actor: Person,
    *,
    panel_summary: str,
    feedback: str,
    feedback_by_criterion: Mapping[str, str] | None = None,
) -> None:
    """Ends the open round and hands it to the director. The feedback reaches the team with the released
    decision alone."""
    proposal = lock(proposal)
    check(proposal, "close_assessment", actor)
    round_ = queries.open_round(proposal)
    if round_ is None:
        raise Conflict
    round_.panel_summary, round_.feedback = panel_summary, feedback
    round_.feedback_by_criterion = dict(feedback_by_criterion or {})
    texts = {
        # Not for the panel's timeline: who has yet to submit reads it nowhere.
        "panel_summary": Text(panel_summary, Audience.DIRECTOR),
        "feedback": Text(released.of_round(round_), Audience.DIRECTOR),
    }
    counted = queries.tally(round_).counted
    advance(proposal, "close_assessment", actor, texts=texts, round=round_.number, reviews=counted)
    round_.closed_at = round_.ended_at = clock.now()
    round_.closed_by_id = actor.id


def withdraw(proposal: Proposal, actor: Person, *, reason: str) -> None:
    """Takes the proposal back for good, which ends an open round."""
    proposal = lock(proposal)
    check(proposal, "withdraw", actor)
    round_ = end_round(proposal)
    ended = {} if round_ is None else {"round": round_.number}
    advance(
        proposal,
        "withdraw",
        actor,
        audience=Audience.TEAM,
        texts={"reason": Text(reason, Audience.TEAM)},
        **ended,
    )


def _new_round(proposal: Proposal, actor: Person, of_rubric: Rubric, working_days: int) -> Round:
    rules, before = region.current().rules, queries.current_round(proposal)
    round_ = Round(
        proposal=proposal,
        number=1 if before is None else before.number + 1,
        version_number=proposal.version_number,
        rubric=of_rubric,
        quorum=rules["quorum"],
        minimum_at_due_date=rules["minimum_at_due_date"],
        started_at=clock.now(),
        started_by_id=actor.id,
        due=add_working_days(clock.today(), working_days),
    )
    db.session.add(round_)
    db.session.flush()
    return round_


def _go_on(round_: Round, actor: Person, chosen: Sequence[Candidate]) -> Round:
    """Each review is a draft again: it counts once its author has confirmed or amended it for the new version."""
    staying = _keep_on(round_)
    if len(staying) + len(chosen) < round_.quorum:
        raise UnmetNeeds([f"An assessment needs {round_.quorum} reviewers."])
    proposal, due = round_.proposal, queries.due_if_started(round_)
    advance(proposal, "start_assessment", actor, round=round_.number, due=due.isoformat(), resumed=True)
    round_.version_number, round_.suspended_at = proposal.version_number, None
    round_.due, round_.days_left = due, None
    _let_readers_go_on(round_, False)
    for assignment in staying:
        if assignment.review is not None:
            set_aside(assignment.review)
    if chosen:
        record_added(round_, actor, assign(round_, actor, chosen))
    return round_


def _keep_on(round_: Round) -> list[Assignment]:
    """Those of its panel who go on; who left meanwhile is off it from now."""
    panel = _panel(round_)
    for assignment, reason in panel:
        if reason:
            take_off(assignment, reason)
    return [assignment for assignment, reason in panel if not reason]


def _panel(round_: Round) -> list[tuple[Assignment, str]]:
    """Everyone on it whom nothing binds, each with why they may not review all the same; empty when they may."""
    return [
        (place.assignment, queries.why_off_panel(place.assignment.person, round_.proposal))
        for place in queries.places(round_)
        if place.is_on_panel
    ]


def _carry_over(assignment: Assignment, round_: Round) -> None:
    """A reviewer's place in the next round, with their letter and declaration, and their review as a draft."""
    review = assignment.review
    carried = Assignment(
        round_id=round_.id,
        person_id=assignment.person_id,
        letter=assignment.letter,
        assigned_at=round_.started_at,
        assigned_by_id=round_.started_by_id,
        interest=assignment.interest,
        declared_at=assignment.declared_at,
    )
    if review is not None:
        carried.review = Review(
            recommendation=review.recommendation,
            comment=review.comment,
            note=review.note,
            version_number=review.version_number,
            saved_at=round_.started_at,
            scores=[
                Score(criterion_id=each.criterion_id, given=each.given, rationale=each.rationale)
                for each in review.scores
            ],
        )
    db.session.add(carried)


def _let_readers_go_on(round_: Round, go_on: bool) -> None:
    readers = update(Reader).where(Reader.proposal_id == round_.proposal_id)
    db.session.execute(readers.values(reads_next_version=go_on))
