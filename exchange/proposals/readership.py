"""Who may read a proposal at this stage, in sentences for its team."""

from __future__ import annotations

from exchange.proposals import record
from exchange.proposals.lifecycle import Stage
from exchange.proposals.record import AnswerAudience

TEAM_ONLY = "Only your team can read it."
AUDIENCES = {
    AnswerAudience.PUBLIC: "Members, if you share it with them, and everyone once it is approved",
    AnswerAudience.MEMBERS: "Members, if you share it with them",
    AnswerAudience.ASSESSORS: "Only the people who assess it",
}


def who_reads(stage: Stage, visibility: str | None, theme: str) -> list[str]:
    """What the team is told; `visibility` is of the last submitted version, `theme` the lead theme's name."""
    staff = f"the programme manager and the director of {theme}" if theme else "the theme's staff"
    is_shared = visibility == "members"
    match stage:
        case Stage.DRAFT:
            return [TEAM_ONLY]
        case Stage.SPREAD:
            return [
                "Everyone can read the public answers."
                if is_shared
                else "Everyone can read its name, summary, priorities and lead theme, and nothing more.",
                *(["Members of the network can read the members’ answers too."] if is_shared else []),
                f"Your team, {staff} and its reviewers can read everything.",
            ]
        case Stage.NOT_TAKEN_FORWARD | Stage.WITHDRAWN:
            return [f"Your team, {staff} can read it. Nobody else can."]
        case Stage.MERGED:
            return [
                f"Your team, {staff} can read it. Whoever else opens it is led to the proposal in which it continues."
            ]
    told = [f"Your team, {staff}, and the reviewers once they have declared no interest can read everything."]
    told.append(
        "Members of the network can read the public answers and the members’ answers."
        if is_shared
        else "Nobody else can read any of it."
    )
    if stage is Stage.CHANGES_REQUESTED:
        told.append("What you change now, only your team can read until you submit it again.")
    return told


def by_audience() -> list[tuple[str, list[str]]]:
    """Which answers whom: the labels of the questions, for the champion who chooses."""
    return [
        (told, [question.label for question in record.questions() if question.audience is audience])
        for audience, told in AUDIENCES.items()
    ]
