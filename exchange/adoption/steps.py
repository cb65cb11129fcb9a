"""The steps of one organisation with one programme, and which may follow which. Pure."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    INTERESTED = "interested"
    CONSIDERING = "considering"
    PLANNING = "planning"
    PILOTING = "piloting"
    ADOPTED = "adopted"
    EMBEDDED = "embedded"
    STOPPED = "stopped"
    NOT_PROCEEDING = "not-proceeding"


PATH = (
    Step.INTERESTED,
    Step.CONSIDERING,
    Step.PLANNING,
    Step.PILOTING,
    Step.ADOPTED,
    Step.EMBEDDED,
)
COVERED = frozenset({Step.ADOPTED, Step.EMBEDDED})
IN_USE = COVERED | {Step.PILOTING}
MEANING = {
    Step.INTERESTED: "Has said that it wants to know more.",
    Step.CONSIDERING: "Is deciding whether to adopt it.",
    Step.PLANNING: "Has decided to, and is getting ready.",
    Step.PILOTING: "Tries it out in one place.",
    Step.ADOPTED: "Uses it as its usual way.",
    Step.EMBEDDED: "Has used it so for a year or more, whoever comes and goes.",
    Step.STOPPED: "Used it, and no longer does.",
    Step.NOT_PROCEEDING: "Has decided not to adopt it.",
}


def next_steps(now: Step | None) -> tuple[Step, ...]:
    """What can be recorded of an organisation that is at this step, or has none yet. Steps can be left out: an organisation
    that piloted long ago may say so at once."""
    end = Step.STOPPED if now in IN_USE else Step.NOT_PROCEEDING
    ends = () if now in {Step.STOPPED, Step.NOT_PROCEEDING} else (end,)
    return tuple(step for step in (*PATH, *ends) if step is not now)


def needs_reason(now: Step | None, then: Step) -> bool:
    """Going back, ending, and taking it up again need one."""
    if then not in PATH:
        return True
    if now is None:
        return False
    return now not in PATH or PATH.index(then) < PATH.index(now)
