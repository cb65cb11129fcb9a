"""What is left to do before a proposal is submitted: its sections, and the changes asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for

from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.events import Event, texts_for
from exchange.proposals import policy, queries, readership, record, timeline
from exchange.proposals.changed_since import ChangedSince, since_submitted
from exchange.proposals.choices import choices
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.proposals.policy import Seen
from exchange.proposals.record import Gap, Progress, Section, Source

TOLD_TO_TEAM = frozenset({Audience.MEMBERS, Audience.TEAM})


@dataclass(frozen=True)
class Task:
    section: Section
    url: str
    status: str
    hint: str


@dataclass(frozen=True)
class Requested:
    """The changes asked for: by whom, until when, in which sections, in which words."""

    who: str
    asked_on: date
    due: date | None
    sections: list[Section]
    texts: list[tuple[str, str]]


@dataclass(frozen=True)
class TaskList:
    proposal: Proposal
    title: str
    tasks: list[Task]
    completed: int
    gaps: list[Gap]
    requested: Requested | None
    changed_since: ChangedSince | None
    readers: list[str]
    can_delete: bool

    @property
    def progress(self) -> str:
        """How far it is, in a sentence."""
        done = f"{self.completed} of {len(self.tasks)} sections have what is needed to submit."
        return (
            f"{done} You can check your answers at any time."
            if self.gaps
            else f"{done} Check your answers, then submit."
        )

    @property
    def items(self) -> list[dict[str, str]]:
        """The tasks, for the component."""
        return [
            {"title": each.section.title, "href": each.url, "status": each.status, "hint": each.hint}
            for each in self.tasks
        ]


def task_list(seen: Seen, person: Person) -> TaskList:
    proposal = seen.proposal
    theme = choices().name(Source.THEMES, proposal.lead_theme_id) if proposal.lead_theme_id else ""
    asked = requested(proposal)
    sections = record.sections(proposal.answers)
    tasks = [_task(proposal, section, asked) for section in sections]
    done = {Progress.COMPLETED, Progress.OPTIONAL}
    return TaskList(
        proposal=proposal,
        title=proposal.answers.get("title") or "Untitled",
        tasks=tasks,
        completed=sum(record.progress(section, proposal.answers) in done for section in sections),
        gaps=record.gaps(proposal.answers),
        requested=asked,
        changed_since=since_submitted(seen),
        readers=readership.who_reads(proposal.stage, proposal.visibility, theme),
        can_delete=policy.can_delete(person, seen),
    )


def requested(proposal: Proposal) -> Requested | None:
    """What the team was asked to change, while it is."""
    if proposal.stage is not Stage.CHANGES_REQUESTED:
        return None
    event = queries.last_event(proposal, *queries.ASKING_FOR_CHANGES)
    if event is None:
        return None
    return Requested(
        who=event.actor.name if event.actor else "",
        asked_on=event.at,
        due=proposal.changes_due,
        sections=[each for each in record.sections(proposal.answers) if each.id in proposal.changes_sections],
        texts=_texts(event),
    )


def _texts(event: Event) -> list[tuple[str, str]]:
    return [
        (timeline.HEADINGS.get(text.name, ""), text.content)
        for text in texts_for(event, TOLD_TO_TEAM)
        if not text.redacted_at
    ]


def _task(proposal: Proposal, section: Section, asked: Requested | None) -> Task:
    url = url_for("proposals.edit_section", ref=proposal.reference, section=section.id)
    hints = [gap.message for gap in record.mistakes(section, proposal.answers)]
    if asked and section in asked.sections:
        hints.insert(0, "You changed it" if _is_changed(proposal, section) else "Changes requested")
    hint = ". ".join(hints)
    return Task(section, url, record.progress(section, proposal.answers).value, hint)


def _is_changed(proposal: Proposal, section: Section) -> bool:
    """Whether its answers differ from those that were submitted last."""
    version = queries.latest_version(proposal)
    if version is None:
        return False
    changed = record.changed(version.answers, proposal.answers)
    return any(question in changed for question in record.asked_in(section))
