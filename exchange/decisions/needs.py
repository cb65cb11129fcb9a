"""What the actions of this feature need that their forms cannot supply, as sentences."""

from __future__ import annotations

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment.queries import has_assessed
from exchange.proposals import record
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.proposals.queries import latest_version
from exchange.wording import counted, day, joined

NAMED_GAPS = 5


def approve_spread(proposal: Proposal, actor: Person) -> list[str]:
    return [*_not_assessed_by(proposal, actor), *_full_record(proposal)]


def develop(proposal: Proposal, actor: Person) -> list[str]:
    return _not_assessed_by(proposal, actor)


def decline(proposal: Proposal, actor: Person) -> list[str]:
    return [*_not_assessed_by(proposal, actor), *_time_for_changes_over(proposal)]


NEEDS = {"approve_spread": approve_spread, "develop": develop, "refer_back": develop, "decline": decline}


def _not_assessed_by(proposal: Proposal, actor: Person) -> list[str]:
    if not has_assessed(actor, proposal):
        return []
    return ["You are on the panel that reviews this proposal, so somebody else has to decide it."]


def _full_record(proposal: Proposal) -> list[str]:
    version = latest_version(proposal)
    missing = record.gaps({} if version is None else version.answers, before_approval=True)
    if not missing:
        return []
    labels = [f"“{gap.question.label}”" for gap in missing[:NAMED_GAPS]]
    if len(missing) > NAMED_GAPS:
        labels.append(f"{len(missing) - NAMED_GAPS} more")
    are = "is" if len(missing) == 1 else "are"
    return [
        f"{counted(len(missing), 'answer')} {are} needed before it can be approved: {joined(labels)}. "
        "To ask the champion for them, choose “Develop further”."
    ]


def _time_for_changes_over(proposal: Proposal) -> list[str]:
    if proposal.stage is not Stage.CHANGES_REQUESTED or proposal.changes_due is None:
        return []
    if clock.today() > proposal.changes_due:
        return []
    return [
        f"The champion has until {day(proposal.changes_due)} to make changes. "
        "You can close it from the day after."
    ]
