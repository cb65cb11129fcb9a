"""What merging and undoing it need that their forms cannot supply, as sentences."""

from __future__ import annotations

from exchange import clock
from exchange.accounts.models import Person
from exchange.merging import policy, queries
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.wording import day


def merge(proposal: Proposal, actor: Person) -> list[str]:
    return [] if proposal.visibility == "members" else [policy.KEPT]


def undo_merge(proposal: Proposal, actor: Person) -> list[str]:
    merge, target = queries.standing_of(proposal), proposal.merged_into
    if merge is None or merge.ended_at is None or target is None:
        return []
    is_champion, last = (
        actor.id in {proposal.champion_id, target.champion_id},
        policy.last_day_to_undo(merge.ended_at),
    )
    if is_champion and clock.today() > last:
        return [f"You could undo it until {day(last)}. Ask the programme manager, who still can."]
    if not is_champion and clock.today() <= last:
        return [f"Until {day(last)} its champions can undo it. From the day after, you can."]
    if not is_champion and proposals.conflict_of(actor, target):
        return ["You have an interest in the other proposal, so another programme manager has to undo it."]
    if target.stage is Stage.MERGED:
        return ["The other proposal was merged into a third one since. Undo that merge first."]
    return []


NEEDS = {"merge": merge, "undo_merge": undo_merge}
