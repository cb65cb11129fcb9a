"""Writes of merging: proposing it, answering, and undoing it. Both proposals are held all the while, always in the same order, so
that of two merges that cross one wins."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.assessment.queries import live_round
from exchange.audience import Audience
from exchange.errors import Conflict, NotAllowed, WrongStage
from exchange.events import Text
from exchange.extensions import db
from exchange.merging import ledger, policy, queries
from exchange.merging.models import Merge, MergeOutcome, MovedComment, MovedVoice
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import MERGEABLE, Stage
from exchange.proposals.models import Proposal
from exchange.proposals.services import advance, check, lock
from exchange.wording import day
from exchange.working_days import add_working_days, working_days_between

MOST_A_DAY = 10
DONE = {
    MergeOutcome.DONE: "It is merged",
    MergeOutcome.REFUSED: "{who} has said no",
    MergeOutcome.TAKEN_BACK: "{who} has taken it back",
    MergeOutcome.LAPSED: "One of the two was merged otherwise first",
}


class CannotMerge(Conflict):
    """Why these two cannot be merged, or not by this person."""

    heading = "These two cannot be merged now"


def propose_merge(source: Proposal, target: Proposal, actor: Person, *, reason: str) -> Merge:
    """Asks those champions who are not the actor, and does it at once where none is left. Raises what `check` does, and
    CannotMerge."""
    source, target = _lock(source, target)
    check(source, "merge", actor)
    if why := why_not_proposed(source, target, actor):
        raise CannotMerge(why)
    if queries.proposed_since_yesterday(actor) >= MOST_A_DAY:
        raise CannotMerge(f"You have proposed {MOST_A_DAY} merges within a day. Propose more tomorrow")
    before = queries.waiting_of(source)
    if before is not None:
        if not why_lapsed(before):
            raise CannotMerge(
                f"It is proposed already that it continues in {before.target.reference}. "
                "That has to be answered or taken back first"
            )
        _end(before, None, MergeOutcome.LAPSED)
        db.session.flush()
    merge = Merge(
        source=source, target=target, reason=reason, proposed_by_id=actor.id, proposed_at=clock.now()
    )
    db.session.add(merge)
    db.session.flush()
    events.record(actor, "propose_merge", source, Audience.TEAM, merge=merge.id, reference=target.reference)
    _take_agreement(merge, actor)
    return merge


def why_not_proposed(source: Proposal, target: Proposal, actor: Person) -> str:
    """Of two that the actor may see; empty when nothing stands against it."""
    if why := policy.why_not_merge(source, target):
        return why
    for champion, other in ((source.champion, target), (target.champion, source)):
        if why := policy.why_not_agree(champion, proposals.standing_in(champion, other), other):
            return why
    is_champion = actor.id in {source.champion_id, target.champion_id}
    if not is_champion and proposals.conflict_of(actor, target):
        return f"You have an interest in {target.reference}, so another programme manager or a champion has to propose it"
    return ""


def agree_to_merge(merge: Merge, champion: Person) -> bool:
    """Whether it is merged by that, or waits for the other champion. Raises Conflict when it cannot be answered any more."""
    merge = _hold(merge)
    _refuse_unless_answerable(merge, champion)
    source, target = merge.source, merge.target
    if why := why_not_proposed(source, target, champion):
        raise CannotMerge(f"{why}.")
    events.record(champion, "agree_to_merge", source, Audience.TEAM, merge=merge.id)
    return _take_agreement(merge, champion)


def refuse_merge(merge: Merge, champion: Person, *, reason: str) -> None:
    """Raises Conflict when it was answered or taken back meanwhile."""
    merge = _hold(merge)
    _refuse_unless_answerable(merge, champion)
    _end(merge, champion, MergeOutcome.REFUSED)
    texts = {"reason": Text(reason, Audience.TEAM)}
    events.record(champion, "refuse_merge", merge.source, Audience.TEAM, texts, merge=merge.id)


def take_back_merge(merge: Merge, actor: Person) -> None:
    """Raises Conflict when it was answered meanwhile."""
    merge = _hold(merge)
    refuse_unless_waiting(merge)
    if merge.proposed_by_id != actor.id:
        raise NotAllowed(policy.ONLY_WHO_PROPOSED)
    _end(merge, actor, MergeOutcome.TAKEN_BACK)
    events.record(actor, "take_back_merge", merge.source, Audience.TEAM, merge=merge.id)


def undo_merge(source: Proposal, actor: Person, *, reason: str) -> None:
    """Both are again what they were, each with what people said of it. Raises what `check` does, and Conflict when somebody undid
    it meanwhile."""
    target = source.merged_into
    if target is not None:
        source, target = _lock(source, target)
    check_undoing(source, actor)
    merge = queries.standing_of(source)
    if merge is None or target is None or merge.target_id != target.id:
        raise Conflict
    ledger.move_back(merge)
    merge.undone_at, merge.undone_by_id = clock.now(), actor.id
    if source.merged_from is Stage.CHANGES_REQUESTED and source.changes_due is not None:
        # The days that its team had left when it was merged.
        left = working_days_between(clock.day_of(source.stage_since), source.changes_due)
        source.changes_due = add_working_days(clock.today(), left) if left > 0 else source.changes_due
    texts = {"reason": Text(reason, Audience.TEAM)}
    advance(source, "undo_merge", actor, texts=texts, merge=merge.id, reference=target.reference)
    source.merged_into, source.merged_from = None, None
    events.record(
        actor, "give_back", target, Audience.MEMBERS, texts, merge=merge.id, reference=source.reference
    )


def forget_merges(proposal_id: int) -> None:
    """What was proposed of a draft that was submitted and taken back, before it is deleted."""
    involves = or_(Merge.source_id == proposal_id, Merge.target_id == proposal_id)
    ids = select(Merge.id).where(involves)
    for kept in (MovedVoice, MovedComment):
        db.session.execute(delete(kept).where(kept.merge_id.in_(ids)))
    db.session.execute(delete(Merge).where(involves))


def check_undoing(source: Proposal, actor: Person) -> None:
    """Raises what undoing it would."""
    if source.stage is not Stage.MERGED:
        last = queries.last_of(source)
        if last is not None and last.undone_at is not None and last.undone_by is not None:
            who = "You have" if last.undone_by_id == actor.id else f"{last.undone_by.name} has"
            raise Conflict(
                f"{who} undone the merge on {day(last.undone_at)}.", heading="It is undone already"
            )
    check(source, "undo_merge", actor)


def check_answerable(merge: Merge) -> None:
    """Raises Conflict when nobody can answer it any more."""
    refuse_unless_waiting(merge)
    if why := why_lapsed(merge):
        raise WrongStage(why)


def why_lapsed(merge: Merge) -> str:
    """Why nobody can answer it as the two stand now; another can be proposed instead."""
    for each in (merge.source, merge.target):
        if each.stage not in MERGEABLE:
            return f"{each.reference} is now at “{each.stage.label}”, so the two cannot be merged."
    return ""


def refuse_unless_waiting(merge: Merge) -> None:
    """Raises Conflict, which says what became of it."""
    if merge.outcome is None or merge.ended_at is None:
        return
    who = merge.ended_by.name if merge.ended_by else "Somebody"
    raise Conflict(
        f"{DONE[merge.outcome].format(who=who)}, on {day(merge.ended_at)}.", heading="It is answered already"
    )


def _take_agreement(merge: Merge, champion: Person) -> bool:
    """One who is the champion of both agrees for both."""
    if champion.id == merge.source.champion_id:
        merge.source_agreed_id = champion.id
    if champion.id == merge.target.champion_id:
        merge.target_agreed_id = champion.id
    if merge.awaited:
        return False
    _merge(merge, champion)
    return True


def _merge(merge: Merge, actor: Person) -> None:
    """A round that rests goes on resting: undoing leaves it as it was, and nobody reads the proposal meanwhile."""
    source, target = merge.source, merge.target
    moved = ledger.move(merge)
    source.merged_into, source.merged_from = target, source.stage
    round_ = live_round(source)
    rests = {} if round_ is None else {"round": round_.number}
    about: dict[str, Any] = {"merge": merge.id, "reference": target.reference, **rests}
    advance(source, "merge", actor, audience=Audience.TEAM, **about)
    _end(merge, actor, MergeOutcome.DONE)
    for other in queries.lapsing(merge):
        _end(other, None, MergeOutcome.LAPSED)
    events.record(
        actor,
        "take_in",
        target,
        Audience.MEMBERS,
        merge=merge.id,
        reference=source.reference,
        people=moved.people,
        comments=moved.comments,
    )


def _end(merge: Merge, actor: Person | None, outcome: MergeOutcome) -> None:
    merge.outcome, merge.ended_at = outcome, clock.now()
    merge.ended_by_id = None if actor is None else actor.id


def _refuse_unless_answerable(merge: Merge, champion: Person) -> None:
    check_answerable(merge)
    if champion.id not in {merge.source.champion_id, merge.target.champion_id}:
        raise NotAllowed(policy.ONLY_CHAMPIONS)


def _lock(*both: Proposal) -> list[Proposal]:
    """Held until the transaction ends and read afresh, the lower id first, whichever of the two it is."""
    for each in sorted(both, key=lambda proposal: proposal.id):
        lock(each)
    return list(both)


def _hold(merge: Merge) -> Merge:
    _lock(merge.source, merge.target)
    return db.session.get_one(Merge, merge.id, populate_existing=True)
