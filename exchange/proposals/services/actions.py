"""What moves a proposal through its life. `advance` is the only code that changes a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import Conflict, NotAllowed, UnmetNeeds, WrongStage
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.proposals import campaigns, indexing, lifecycle, queries, record
from exchange.proposals.lifecycle import ACTIONS, Refusal
from exchange.proposals.models import Proposal, Reader, Version
from exchange.proposals.services.stand_ins import end_stand_ins
from exchange.proposals.services.working import copy_columns, lock
from exchange.region.models import Theme


def advance(
    proposal: Proposal,
    action_name: str,
    actor: Person,
    *,
    audience: Audience = Audience.MEMBERS,
    texts: Mapping[str, Text] | None = None,
    **facts: Any,
) -> Event:
    """Does one action of the table: checks stage, person and needs, sets the stage, records the event.

    Raises WrongStage, NotAllowed or UnmetNeeds, each with a sentence for the person.
    """
    db.session.flush()
    proposal = lock(proposal)
    check(proposal, action_name, actor)
    action, before = ACTIONS[action_name], proposal.stage
    proposal.stage, proposal.stage_since = action.leads_to(proposal), clock.now()
    moved = {"from_stage": before.value, "to_stage": proposal.stage.value, "version": proposal.version_number}
    return events.record(actor, action.name, proposal, audience, texts, **moved, **facts)


def check(proposal: Proposal, action_name: str, actor: Person) -> None:
    """Raises what `advance` would, and changes nothing: for the page that asks what an action needs."""
    action = ACTIONS[action_name]
    parts = queries.standing_in(actor, proposal).parts
    match lifecycle.refusal(action, proposal.stage, parts):
        case Refusal.WRONG_STAGE:
            raise WrongStage(lifecycle.why_refused(action, proposal.stage, parts))
        case Refusal.NOT_YOURS:
            raise NotAllowed(lifecycle.why_refused(action, proposal.stage, parts))
    if unmet := queries.unmet_needs(action_name, proposal, actor):
        raise UnmetNeeds(unmet)


def submit(proposal: Proposal, actor: Person) -> Event:
    """Freezes the working record as the next version and hands it to the theme. The form has taken the
    declaration."""
    proposal = lock(proposal)
    campaigns.hold(proposal.answers.get("campaign"))
    check(proposal, "submit", actor)
    proposal.submitted_at, proposal.submitted_from = clock.now(), proposal.stage
    # Who assessed an earlier version reads this one only when chosen for it.
    left = Reader.proposal_id == proposal.id, ~Reader.reads_next_version
    db.session.execute(delete(Reader).where(*left))
    proposal.changes_due, proposal.changes_sections = None, []
    _freeze(proposal, actor, [each.id for each in queries.attachments_worked_on(proposal) if each.shareable])
    return advance(proposal, "submit", actor, declared=True, theme=proposal.lead_theme_id)


def recall(proposal: Proposal, actor: Person) -> Event:
    """Takes back what nobody has acted on: the version goes, and others read again the one before it, if there is one."""
    proposal = lock(proposal)
    check(proposal, "recall", actor)
    recalled = queries.latest_version(proposal)
    assert recalled is not None
    event = advance(proposal, "recall", actor, audience=Audience.TEAM)
    proposal.version_number -= 1
    db.session.delete(recalled)
    db.session.flush()
    before = queries.latest_version(proposal)
    proposal.submitted_from = None
    if before is None:
        proposal.submitted_at = None
        copy_columns(proposal, proposal.answers)
        indexing.index_draft(proposal)
        return event
    proposal.submitted_at = before.submitted_at
    copy_columns(proposal, before.answers)
    indexing.index(proposal, before)
    asked = queries.last_event(proposal, *queries.ASKING_FOR_CHANGES)
    if asked is not None:
        proposal.changes_due = date.fromisoformat(asked.facts["due"])
        proposal.changes_sections = asked.facts.get("sections", [])
    return event


class NobodyToManage(Conflict):
    """The theme has no programme manager who is free to act on the proposal."""


def transfer(proposal: Proposal, actor: Person, theme: Theme, *, reason: str) -> Event:
    """Hands it to another theme as its next version, which differs in the lead theme alone. Raises NobodyToManage."""
    proposal = lock(proposal)
    check(proposal, "transfer", actor)
    before, version = proposal.lead_theme_id, queries.latest_version(proposal)
    assert version is not None
    if not queries.managers_of(proposal, theme.id):
        raise NobodyToManage(f"{theme.name} has no programme manager who is free to act on this proposal")
    texts = {"reason": Text(reason, Audience.TEAM)}
    event = advance(proposal, "transfer", actor, texts=texts, theme=theme.id, theme_before=before)
    end_stand_ins(proposal, actor)
    proposal.answers = {
        **proposal.answers,
        "lead_theme": theme.id,
        "supporting_themes": [
            each for each in proposal.answers.get("supporting_themes") or [] if each != theme.id
        ],
    }
    _freeze(proposal, actor, version.shared_files)
    return event


def ask_for_changes(
    proposal: Proposal,
    action: str,
    actor: Person,
    *,
    due: date,
    texts: Mapping[str, Text],
    sections: Sequence[str] = (),
    audience: Audience = Audience.MEMBERS,
    **facts: Any,
) -> Event:
    """Does an action after which the champion changes the proposal by a date; `sections` are marked for them."""
    check(proposal, action, actor)
    proposal.changes_due, proposal.changes_sections = due, list(sections)
    asked = {"due": due.isoformat(), "sections": list(sections), **facts}
    return advance(proposal, action, actor, audience=audience, texts=texts, **asked)


def request_changes(
    proposal: Proposal, actor: Person, *, sections: Sequence[str], message: str, due: date
) -> Event:
    """Sends it back to the champion, with the sections concerned, what to change and by when."""
    proposal = lock(proposal)
    texts = {"message": Text(message, Audience.TEAM)}
    return ask_for_changes(proposal, "request_changes", actor, due=due, texts=texts, sections=sections)


def reopen(proposal: Proposal, actor: Person, *, reason: str, due: date) -> Event:
    """Brings back what was not taken forward, or withdrawn, for its champion to change and submit again."""
    proposal = lock(proposal)
    texts = {"reason": Text(reason, Audience.TEAM)}
    return ask_for_changes(proposal, "reopen", actor, due=due, texts=texts)


def _freeze(proposal: Proposal, actor: Person, shared_files: list[int]) -> None:
    """The working record becomes the next version, which is what others read."""
    assert proposal.submitted_at is not None
    proposal.version_number += 1
    version = Version(
        proposal_id=proposal.id,
        number=proposal.version_number,
        answers=proposal.answers,
        schema_version=record.SCHEMA_VERSION,
        shared_files=shared_files,
        submitted_at=clock.now(),
        submitted_by_id=actor.id,
    )
    db.session.add(version)
    copy_columns(proposal, version.answers)
    indexing.index(proposal, version)
