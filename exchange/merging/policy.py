"""Who may merge which proposals, and undo it until when, as plain rules. A refusal is a sentence; an empty text means that
nothing stands against it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from exchange import clock
from exchange.proposals.lifecycle import MERGEABLE, Part, Stage
from exchange.proposals.policy import can_see

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.merging.queries import SeenMerge
    from exchange.proposals.models import Proposal
    from exchange.proposals.policy import Seen, Standing

UNDONE_WITHIN = timedelta(days=30)

ONLY_PROPOSERS = "Only the champion and the programme manager can propose to merge it."
ONLY_CHAMPIONS = "Only the two champions answer."
ONLY_WHO_PROPOSED = "Only who proposed it can take it back."
KEPT = (
    "It is kept to assessors, so those who would be told of a merge may not know of it. "
    "Only proposals that members read can be merged."
)


def can_propose(person: Person, seen: Seen) -> bool:
    return bool(seen.standing.parts & {Part.CHAMPION, Part.MANAGER})


def reads_waiting(person: Person, found: SeenMerge) -> bool:
    return takes_part(found.source.standing, found.target.standing)


def takes_part(*both: Standing) -> bool:
    """On the team of one of the two, or acting on one without an interest in either."""
    if any(each.is_on_team for each in both):
        return True
    return any(each.is_staff for each in both) and not any(each.conflict for each in both)


def can_answer(person: Person, found: SeenMerge) -> bool:
    return person.id in {found.merge.source.champion_id, found.merge.target.champion_id}


def proposed_it(person: Person, found: SeenMerge) -> bool:
    return found.merge.proposed_by_id == person.id


def last_day_to_undo(merged_at: datetime) -> date:
    """For the champions; from the day after it is for the manager."""
    return clock.day_of(merged_at + UNDONE_WITHIN)


def why_not_merge(source: Proposal, target: Proposal) -> str:
    """Of two proposals that who reads this may see both."""
    if source is target:
        return "That is this proposal. Enter the reference of the other one"
    if target.stage not in MERGEABLE:
        return (
            f"{target.reference} is at “{target.stage.label}”. A proposal can continue in one that is "
            f"{' or '.join(f'at “{stage.label}”' for stage in Stage if stage in MERGEABLE)}"
        )
    for each in (source, target):
        if each.visibility != "members":
            return f"{each.reference} is kept to assessors. Only proposals that members read can be merged"
        if not each.champion.active:
            return f"The champion of {each.reference} has left. Its programme manager has to appoint another first"
    return ""


def why_not_agree(champion: Person, standing: Standing, other: Proposal) -> str:
    """Whether a champion can answer for their proposal: `standing` is in the other one."""
    if not can_see(standing, other):
        return f"{champion.name} may not read {other.reference}, so they cannot agree to it"
    if standing.is_staff or standing.is_reviewer or standing.is_undeclared_reviewer:
        return f"{champion.name} assesses or acts on {other.reference}, so they cannot merge a proposal of theirs with it"
    return ""
