"""The discussion among members, beside the page of a proposal. What is public stands beside its programme."""

from __future__ import annotations

from flask import url_for

from exchange.accounts.models import Person
from exchange.discussion import policy
from exchange.discussion.kinds import Forum
from exchange.discussion.queries import comment_count
from exchange.proposals.policy import Seen
from exchange.proposals.tabs import Tab


def tabs_of(seen: Seen, person: Person | None) -> list[Tab]:
    standing, proposal = seen.standing, seen.proposal
    if not policy.has_members_forum(standing, proposal) or policy.is_shut_out(standing, proposal):
        return []
    count = comment_count(proposal, Forum.MEMBERS)
    return [Tab("Comments", url_for("discussion.comments", ref=proposal.reference), count)]
