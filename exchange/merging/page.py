"""What the page of a proposal shows of merges, each to those who may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for

from exchange import clock
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.merging import policy, queries
from exchange.merging.models import Merge
from exchange.proposals import policy as reading
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import MERGEABLE, Stage
from exchange.proposals.models import Proposal
from exchange.proposals.panels import Panel
from exchange.proposals.policy import Seen

MOST_WAITING = 3


@dataclass(frozen=True)
class Waiting:
    """One that waits for answers, and what this reader can do about it."""

    merge: Merge
    is_to_answer: bool
    can_take_back: bool


@dataclass(frozen=True)
class Continues:
    """Where a merged proposal continues: None where this reader may not see that any more."""

    target: Proposal | None
    since: date
    people: int
    comments: int
    join_url: str


@dataclass(frozen=True)
class TookIn:
    """What came into this one, and where this reader can undo that."""

    reference: str
    since: date
    undo_url: str


@dataclass(frozen=True)
class Box:
    waiting: list[Waiting]
    continues: Continues | None
    took_in: list[TookIn]


def panel_of(seen: Seen, person: Person | None) -> Panel | None:
    """None for those who read nothing of what members do here, and where there is nothing to tell."""
    if person is None or Audience.MEMBERS not in reading.events_read_by(seen.standing, seen.proposal):
        return None
    merges = queries.concerning(seen.proposal)
    box = Box(
        [
            found
            for merge in [each for each in merges if each.outcome is None][:MOST_WAITING]
            if (found := _waiting(merge, seen, person)) is not None
        ],
        next((_continues(merge, person) for merge in merges if _leaves(merge, seen.proposal)), None),
        # Members could read what came in.
        [_took_in(merge, person) for merge in merges if person.is_member and _comes(merge, seen.proposal)],
    )
    return Panel("merging/_box.html", box) if box.waiting or box.continues or box.took_in else None


def waiting_box(merge: Merge, person: Person) -> Waiting:
    return Waiting(merge, person in merge.awaited, merge.proposed_by_id == person.id)


def _waiting(merge: Merge, seen: Seen, person: Person) -> Waiting | None:
    """For the teams of both and for who acts on one of them, while it can be answered and they may see both."""
    if merge.source.stage not in MERGEABLE or merge.target.stage not in MERGEABLE:
        return None
    source, target = (
        seen if each is seen.proposal else Seen(each, proposals.standing_in(person, each))
        for each in (merge.source, merge.target)
    )
    if not policy.takes_part(source.standing, target.standing):
        return None
    if not all(reading.can_see(each.standing, each.proposal) for each in (source, target)):
        return None
    return waiting_box(merge, person)


def _leaves(merge: Merge, proposal: Proposal) -> bool:
    return merge.outcome is not None and merge.source_id == proposal.id


def _comes(merge: Merge, proposal: Proposal) -> bool:
    return merge.outcome is not None and merge.target_id == proposal.id


def _continues(merge: Merge, person: Person) -> Continues:
    target = proposals.end_of(merge.target)
    standing = proposals.standing_in(person, target)
    is_seen = reading.can_see(standing, target)
    can_join = is_seen and reading.can_ask_to_join(person, Seen(target, standing))
    assert merge.ended_at is not None
    return Continues(
        target if is_seen else None,
        clock.day_of(merge.ended_at),
        *queries.counts_of(merge),
        url_for("proposals.ask_to_join", ref=target.reference) if can_join else "",
    )


def _took_in(merge: Merge, person: Person) -> TookIn:
    assert merge.ended_at is not None
    can_undo = (
        merge.target.champion_id == person.id
        and merge.target.stage is not Stage.MERGED
        and clock.today() <= policy.last_day_to_undo(merge.ended_at)
    )
    return TookIn(
        merge.source.reference,
        clock.day_of(merge.ended_at),
        url_for("merging.undo_merge", ref=merge.source.reference) if can_undo else "",
    )
