"""What changed since an earlier version, in one sentence with the way to read it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from exchange.accounts.models import Person
from exchange.events import Event
from exchange.proposals import lifecycle, policy, queries
from exchange.proposals.comparison import Change, Difference, Edition, compare
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, Version
from exchange.proposals.policy import Seen
from exchange.wording import counted, day

# How the address of a comparison names what only the team reads.
WORKING = "working"
STILL_TO_DECIDE = frozenset({Stage.SUBMITTED, Stage.IN_ASSESSMENT, Stage.ASSESSED})


@dataclass(frozen=True)
class ChangedSince:
    sentence: str
    link: str
    url: str


def since_before(seen: Seen, person: Person | None) -> ChangedSince | None:
    """For those who read every answer, of a proposal that was submitted more than once. The theme's staff are
    told what changed since changes were asked for, while it is theirs to act on."""
    proposal = seen.proposal
    if proposal.version_number < 2 or not policy.reads_all_answers(person, seen):
        return None
    if seen.standing.is_staff and proposal.stage in STILL_TO_DECIDE:
        asked = queries.last_event(proposal, *queries.ASKING_FOR_CHANGES)
        if asked is not None and asked.facts["version"] < proposal.version_number:
            return _since_asked(proposal, asked)
    earlier, later = proposal.version_number - 1, proposal.version_number
    link, url = f"Compare it with version {earlier}", compare_url(proposal, earlier, later)
    return ChangedSince(f"This is version {later}.", link, url)


def _since_asked(proposal: Proposal, asked: Event) -> ChangedSince:
    earlier, later = int(asked.facts["version"]), proposal.version_number
    changed = answers_changed(_between(proposal, earlier, later))
    return ChangedSince(
        f"{changed} since changes were requested on {day(asked.at)}.",
        f"Compare version {earlier} with version {later}",
        compare_url(proposal, earlier, later),
    )


def since_reviewed(proposal: Proposal, reviewed: int, at_hand: int) -> ChangedSince:
    """For a reviewer: what the version that they review now changed of the one that they reviewed before."""
    changed = answers_changed(_between(proposal, reviewed, at_hand))
    return ChangedSince(
        f"{changed} since version {reviewed}, which you reviewed.",
        "See what changed",
        compare_url(proposal, reviewed, at_hand),
    )


def since_submitted(seen: Seen) -> ChangedSince | None:
    """For the team, while they write again: what they changed so far."""
    version = queries.latest_version(seen.proposal)
    if version is None or not writes_again(seen):
        return None
    changed = answers_changed(compare(edition_of(version), working_edition(seen.proposal)))
    return ChangedSince(
        f"{changed} since version {version.number} was submitted.",
        "See what you changed so far",
        compare_url(seen.proposal, version.number, WORKING),
    )


def writes_again(seen: Seen) -> bool:
    """Whether they are on the team, and at work on what was submitted before."""
    is_open = seen.proposal.stage in lifecycle.EDITABLE and seen.proposal.version_number > 0
    return is_open and seen.standing.is_on_team


def compare_url(proposal: Proposal, earlier: int, later: int | str) -> str:
    return url_for("proposals.compare", ref=proposal.reference, earlier=earlier, later=later)


def answers_changed(differences: list[Difference]) -> str:
    """ "No answers changed", "4 answers changed"."""
    number = sum(each.change is not Change.UNCHANGED for each in differences)
    return f"{counted(number, 'answer') if number else 'No answers'} changed"


def edition_of(version: Version) -> Edition:
    return Edition(version.answers, frozenset(version.shared_files))


def working_edition(proposal: Proposal) -> Edition:
    """The record as its team works on it."""
    documents = queries.attachments_worked_on(proposal)
    return Edition(proposal.answers, frozenset(each.id for each in documents if each.shareable))


def _between(proposal: Proposal, earlier: int, later: int) -> list[Difference]:
    versions = [queries.version(proposal, number) for number in (earlier, later)]
    return compare(*(edition_of(version) for version in versions))
