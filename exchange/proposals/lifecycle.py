"""The life of a proposal: one table of actions. Nothing else decides what may follow what.

`proposals.services.advance` is the only code that changes a stage, and it asks here. Buttons, routes and
help are drawn from the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange.proposals.models import Proposal


class Stage(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes-requested"
    IN_ASSESSMENT = "in-assessment"
    ASSESSED = "assessed"
    SPREAD = "spread-at-scale"
    NOT_TAKEN_FORWARD = "not-taken-forward"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"

    @property
    def label(self) -> str:
        return self.value.replace("-", " ").capitalize()


class Part(StrEnum):
    """What a person is to one proposal. A conflict of interest takes REVIEWER, MANAGER and DIRECTOR away. OTHER_CHAMPION is the
    champion of the proposal in which it continues."""

    CHAMPION = "champion"
    OTHER_CHAMPION = "champion of the other proposal"
    CO_AUTHOR = "co-author"
    REVIEWER = "reviewer"
    MANAGER = "programme manager"
    DIRECTOR = "theme director"


@dataclass(frozen=True)
class Action:
    """One row of the table. `by` says who may do it, any of them, from each stage that it can start from; `to` is where it leads,
    which for one proposal and another may differ."""

    name: str
    label: str
    to: Stage | Callable[[Proposal], Stage]
    by: Mapping[Stage, tuple[Part, ...]]

    def leads_to(self, proposal: Proposal) -> Stage:
        return self.to if isinstance(self.to, Stage) else self.to(proposal)

    @property
    def slug(self) -> str:
        return self.name.replace("_", "-")


def before_submission(proposal: Proposal) -> Stage:
    """Where it stood when it was last submitted."""
    return proposal.submitted_from or Stage.DRAFT


def before_merging(proposal: Proposal) -> Stage:
    """Where it stood when it was merged into another."""
    return proposal.merged_from or Stage.SUBMITTED


def _action(
    name: str, label: str, to: Stage | Callable[[Proposal], Stage], **by: Part | tuple[Part, ...]
) -> Action:
    parts = {
        Stage[stage.upper()]: (part if isinstance(part, tuple) else (part,)) for stage, part in by.items()
    }
    return Action(name, label, to, parts)


# Proposed by one of the first two; it is done when both champions have agreed, so the last to agree may be the other one.
MERGING = (Part.MANAGER, Part.CHAMPION, Part.OTHER_CHAMPION)


ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        _action("submit", "Submit", Stage.SUBMITTED, draft=Part.CHAMPION, changes_requested=Part.CHAMPION),
        _action("recall", "Take back", before_submission, submitted=Part.CHAMPION),
        _action(
            "request_changes",
            "Request changes",
            Stage.CHANGES_REQUESTED,
            submitted=Part.MANAGER,
            in_assessment=Part.MANAGER,
        ),
        _action("transfer", "Move to another theme", Stage.SUBMITTED, submitted=Part.MANAGER),
        _action("start_assessment", "Start assessment", Stage.IN_ASSESSMENT, submitted=Part.MANAGER),
        _action("close_assessment", "Close assessment", Stage.ASSESSED, in_assessment=Part.MANAGER),
        _action("approve_spread", "Approve spread", Stage.SPREAD, assessed=Part.DIRECTOR),
        _action("develop", "Develop further", Stage.CHANGES_REQUESTED, assessed=Part.DIRECTOR),
        _action("refer_back", "Refer back to the panel", Stage.IN_ASSESSMENT, assessed=Part.DIRECTOR),
        _action(
            "decline",
            "Do not take forward",
            Stage.NOT_TAKEN_FORWARD,
            submitted=Part.MANAGER,
            changes_requested=Part.MANAGER,
            assessed=Part.DIRECTOR,
        ),
        _action("merge", "Merge into another", Stage.MERGED, submitted=MERGING, changes_requested=MERGING),
        _action(
            "undo_merge",
            "Undo the merge",
            before_merging,
            merged=(Part.CHAMPION, Part.OTHER_CHAMPION, Part.MANAGER),
        ),
        _action(
            "withdraw",
            "Withdraw",
            Stage.WITHDRAWN,
            submitted=Part.CHAMPION,
            changes_requested=Part.CHAMPION,
            in_assessment=Part.CHAMPION,
            assessed=Part.CHAMPION,
        ),
        _action(
            "reopen",
            "Reopen",
            Stage.CHANGES_REQUESTED,
            not_taken_forward=Part.MANAGER,
            withdrawn=Part.MANAGER,
        ),
    )
}

# Where members may read a proposal that its champion shares with them.
OPEN_TO_MEMBERS = frozenset({Stage.SUBMITTED, Stage.CHANGES_REQUESTED, Stage.IN_ASSESSMENT, Stage.ASSESSED})
# Where an assigned reviewer may read it.
OPEN_TO_REVIEWERS = OPEN_TO_MEMBERS | {Stage.SPREAD}
# Where its champion and co-authors may change the answers.
EDITABLE = frozenset({Stage.DRAFT, Stage.CHANGES_REQUESTED})
ENDED = frozenset({Stage.SPREAD, Stage.NOT_TAKEN_FORWARD, Stage.WITHDRAWN, Stage.MERGED})
# Where two proposals can become one: both have to be in one of these.
MERGEABLE = frozenset(ACTIONS["merge"].by)


class Refusal(StrEnum):
    """Why the table says no: WRONG_STAGE before NOT_YOURS, as the stage is the plainer news."""

    WRONG_STAGE = "wrong-stage"
    NOT_YOURS = "not-yours"


def refusal(action: Action, stage: Stage, parts: frozenset[Part]) -> Refusal | None:
    """Why a person with these parts may not do this now; None when they may."""
    if stage not in action.by:
        return Refusal.WRONG_STAGE
    return None if parts.intersection(action.by[stage]) else Refusal.NOT_YOURS


def open_to(stage: Stage, parts: frozenset[Part]) -> list[Action]:
    """The actions that the table gives these parts at this stage, in its order."""
    return [action for action in ACTIONS.values() if refusal(action, stage, parts) is None]


def why_refused(action: Action, stage: Stage, parts: frozenset[Part]) -> str:
    """The refusal as a sentence for the person who asked."""
    if refusal(action, stage, parts) is Refusal.WRONG_STAGE:
        starts = " or ".join(f"“{source.label}”" for source in action.by)
        return f"The proposal is now at “{stage.label}”. “{action.label}” starts from {starts}."
    return f"Only the {' or the '.join(action.by[stage])} can do this."
