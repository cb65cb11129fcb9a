"""What a kit says in its parts, and how its steps are written. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_STEPS = 20
LONGEST_TITLE = 120
BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class Section:
    """A part of the kit that is edited on a page of its own; `fields` are columns of Kit."""

    id: str
    title: str
    fields: tuple[str, ...]


SECTIONS: Mapping[str, Section] = {
    section.id: section
    for section in (
        Section("about", "What it is", ("about",)),
        Section("steps", "Steps to take", ("steps",)),
        Section("costs", "What it costs", ("setup_cost", "yearly_cost", "staff_time", "costs_note")),
        Section("lessons", "What others learnt", ("lessons",)),
    )
}
FIELDS = tuple(field for section in SECTIONS.values() for field in section.fields)


@dataclass(frozen=True)
class Step:
    """What to do, and how where that is said."""

    title: str
    how: str


def steps_of(text: str) -> list[Step]:
    """A blank line ends a step. Its first line says what to do, without a number or a dash that somebody typed, and the rest
    says how."""
    found = []
    for block in BLANK_LINE.split(text.strip()):
        title, _, how = block.strip().partition("\n")
        if bare := _without_number(title.strip()):
            found.append(Step(bare, how.strip()))
    return found


def why_not_steps(text: str) -> str:
    """What to mend, or nothing."""
    steps = steps_of(text)
    if len(steps) > MOST_STEPS:
        return f"Write {MOST_STEPS} steps or fewer. There are {len(steps)}"
    for number, step in enumerate(steps, 1):
        if len(step.title) > LONGEST_TITLE:
            return f"The first line of step {number} must be {LONGEST_TITLE} characters or fewer. Put the rest on a line below it"
    return ""


def state_of(values: Mapping[str, Any], section: Section) -> str:
    """Marks what the section says, so that a page that was opened before somebody's change is told."""
    said = json.dumps([values.get(field) for field in section.fields])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _without_number(title: str) -> str:
    bare = re.sub(r"^(?:\d{1,2}[.)]|[-*•])\s+", "", title)
    return bare if bare else title
