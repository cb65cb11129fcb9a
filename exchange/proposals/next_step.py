"""What happens next with a proposal and who has to act, in one sentence for the person who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exchange.proposals.lifecycle import OPEN_TO_MEMBERS, Part, Stage
from exchange.proposals.policy import Standing
from exchange.wording import day


@dataclass(frozen=True)
class Facts:
    """What the sentence names. `theme` is empty where the reader is not told it."""

    champion: str
    theme: str
    changes_due: date | None
    today: date
    panel_waits: bool = False  # to go on with what is submitted now


def next_step(stage: Stage, standing: Standing, facts: Facts) -> str:
    sentence = _of_stage(stage, standing, facts)
    is_bound = bool(standing.conflict) and not standing.is_on_team and stage in OPEN_TO_MEMBERS
    return f"{sentence} You have an interest in it, so you take no part." if is_bound else sentence


def _of_stage(stage: Stage, standing: Standing, facts: Facts) -> str:
    match stage:
        case Stage.DRAFT:
            return _draft(standing, facts)
        case Stage.SUBMITTED:
            return _submitted(standing, facts)
        case Stage.CHANGES_REQUESTED:
            return _changes_requested(standing, facts)
        case Stage.IN_ASSESSMENT:
            return _in_assessment(standing, facts)
        case Stage.ASSESSED:
            return _assessed(standing, facts)
        case Stage.SPREAD:
            return "It is approved and spreading across the region. Its programme page shows how far it is."
        case Stage.NOT_TAKEN_FORWARD:
            return "It is not taken forward. Its letter says why, and what would change that."
        case Stage.WITHDRAWN:
            return "The champion withdrew it, so nothing more happens."
        case Stage.MERGED:
            return "It continues in another proposal, so nothing more happens with this one."


def _draft(standing: Standing, facts: Facts) -> str:
    if standing.is_champion:
        return "Answer the questions, then submit it. Until you do, only your team can read it."
    return f"Answer the questions together. {facts.champion} submits it when it is ready."


def _submitted(standing: Standing, facts: Facts) -> str:
    if Part.MANAGER in standing.parts:
        assess = "let its panel go on with the assessment" if facts.panel_waits else "start an assessment"
        return f"Read it, then {assess} or request changes."
    assesses = "lets its panel go on with the assessment" if facts.panel_waits else "starts an assessment"
    next_ = f"{_the_manager(facts)} reads it, then {assesses} or asks for changes."
    return f"{next_} You need do nothing now." if standing.is_on_team else next_


def _changes_requested(standing: Standing, facts: Facts) -> str:
    due, is_over = facts.changes_due, facts.changes_due is not None and facts.today > facts.changes_due
    if standing.is_champion:
        if due is None:
            return "Make the changes, then submit it again."
        if is_over:
            return f"The changes were due on {day(due)}. Make them and submit it again as soon as you can."
        return f"Make the changes, then submit it again by {day(due)}."
    if Part.MANAGER in standing.parts and is_over and due is not None:
        return (
            f"The changes were due on {day(due)}. {facts.champion} can still submit it, or you can close it."
        )
    by = f" by {day(due)}" if due else ""
    verb = "was to make changes and submit" if is_over else "makes the changes and submits"
    return f"{facts.champion or 'The champion'} {verb} it again{by}."


def _in_assessment(standing: Standing, facts: Facts) -> str:
    if standing.is_undeclared_reviewer:
        return "Declare whether you have an interest in it. If you have none, you then read and review it."
    if standing.is_reviewer:
        return (
            "You are one of its reviewers. The programme manager closes the assessment when reviews are in."
        )
    if Part.MANAGER in standing.parts:
        return "Reviewers are assessing it. You close the assessment when enough reviews are in."
    next_ = "Reviewers are assessing it."
    if standing.is_on_team:
        return f"{next_} You hear from us when they have a question, and when they have finished."
    return f"{next_} Then {_the_director(facts)} decides whether to spread it."


def _assessed(standing: Standing, facts: Facts) -> str:
    if Part.DIRECTOR in standing.parts:
        return "It is ready for your decision."
    return f"The assessment is closed. {_start(_the_director(facts))} decides whether to spread it."


def _the_manager(facts: Facts) -> str:
    return f"The programme manager of {facts.theme}" if facts.theme else "The programme manager"


def _the_director(facts: Facts) -> str:
    return f"the director of {facts.theme}" if facts.theme else "the theme director"


def _start(words: str) -> str:
    return words[0].upper() + words[1:]
