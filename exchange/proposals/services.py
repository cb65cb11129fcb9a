"""Writes to proposals. `advance` is the only code that changes a stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, select

from exchange import clock, events, search, storage, transaction
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import NotAllowed, NotFound, UnmetNeeds, WrongStage
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.locking import locked
from exchange.proposals import indexing, lifecycle, queries, record
from exchange.proposals.documents import Document
from exchange.proposals.lifecycle import ACTIONS, Refusal, Stage
from exchange.proposals.models import Attachment, Proposal, Reader, ReferenceCounter, Version, Visibility
from exchange.proposals.record import Question, Section
from exchange.region import queries as region
from exchange.region.models import Priority, StrategicAim

LONGEST_TITLE = 200  # of the column that lists show; the answers keep a draft's longer one
KEPT_UNMENTIONED = timedelta(days=1)


def lock(proposal: Proposal) -> Proposal:
    """Holds the proposal's row until the transaction ends, and reads it afresh. Every service that edits
    one calls this first. Raises NotFound when it was deleted meanwhile."""
    held = db.session.get(Proposal, proposal.id, with_for_update={"of": Proposal}, populate_existing=True)
    if held is None:
        raise NotFound
    return held


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
    proposal.stage, proposal.stage_since = action.to, clock.now()
    moved = {"from_stage": before.value, "to_stage": action.to.value, "version": proposal.version_number}
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


def create(champion: Person, title: str, lead_theme: str, *, form_token: str = "") -> Proposal:
    """A new draft, with its reference, like AB-2026-0042. A form sent twice gives the draft that it made."""
    moment = clock.now()
    year = moment.astimezone(clock.LONDON).year
    counter = locked(ReferenceCounter, {"year": year}, last=0)  # the second of two forms waits here
    mark = f"{champion.id}.{form_token}" if form_token else None
    if mark:
        made = db.session.scalar(select(Proposal).where(Proposal.form_token == mark))
        if made is not None:
            return made
    counter.last += 1
    proposal = Proposal(
        reference=f"{region.current().reference_prefix}-{counter.year}-{counter.last:04d}",
        form_token=mark,
        stage=Stage.DRAFT,
        stage_since=moment,
        champion=champion,
        created_at=moment,
        edited_at=moment,
        answers={"title": title, "lead_theme": lead_theme},
        schema_version=record.SCHEMA_VERSION,
    )
    db.session.add(proposal)
    _copy_columns(proposal, proposal.answers)
    events.record(champion, "create", proposal, Audience.TEAM)
    indexing.index_draft(proposal)
    return proposal


class StaleSection(Exception):
    """Someone changed the same answers after the form was opened. `theirs` holds those, as they are now;
    `kept` the answers that only they changed, which stay as they are now too."""

    def __init__(self, theirs: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
        super().__init__("the section changed")
        self.theirs = theirs
        self.kept = kept


def section_state(proposal: Proposal, section: Section) -> str:
    """Marks of this section's answers, which its form carries, so that a stale one is noticed."""
    return ".".join(_mark(proposal.answers, question) for question in record.typed_in(section))


def save_section(
    proposal: Proposal, section: Section, answers: Mapping[str, Any], actor: Person, *, opened_at_state: str
) -> None:
    """Merges a section's answers into the working record; what only others changed meanwhile stays theirs.

    Raises StaleSection when both changed the same answer, and WrongStage when it may no longer be edited.
    """
    proposal = lock(proposal)
    _refuse_unless_editable(
        proposal, "its answers can no longer be changed. Copy what you typed before you leave"
    )
    merged, kept, theirs = dict(proposal.answers), {}, {}
    asked = record.typed_in(section)
    marks = opened_at_state.split(".")
    for question, opened in zip(asked, marks if len(marks) == len(asked) else [""] * len(asked), strict=True):
        now, mine = _mark(proposal.answers, question), _mark(answers, question)
        if question.id not in answers or mine == now:
            continue
        if now == opened:
            merged[question.id] = answers[question.id]
        elif mine == opened:
            kept[question.id] = proposal.answers.get(question.id)
        else:
            theirs[question.id] = proposal.answers.get(question.id)
    if theirs:
        raise StaleSection(theirs, kept)
    if record.changed(proposal.answers, merged):
        _set_answers(proposal, merged)
        events.record(actor, "save_section", proposal, Audience.TEAM, section=section.id)


class TooManyFiles(Exception):
    """More documents than a proposal may have. `room` is how many more it takes."""

    def __init__(self, room: int) -> None:
        super().__init__("too many files")
        self.room = room


def attach_all(proposal: Proposal, actor: Person, documents: Sequence[Document]) -> None:
    """Stores documents and adds them to the working record, but for those it has. Raises TooManyFiles."""
    proposal = lock(proposal)
    there = {(each.sha256, each.name) for each in queries.attachments_worked_on(proposal)}
    new = {(each.sha256, each.name): each for each in documents if (each.sha256, each.name) not in there}
    if len(there) + len(new) > record.FILES_LIMIT:
        raise TooManyFiles(max(record.FILES_LIMIT - len(there), 0))
    for document in new.values():
        stored_as = storage.save(document.content)
        transaction.after_settling(partial(_sweep_one, stored_as))
        attach(
            proposal,
            actor,
            name=document.name,
            type=document.type,
            size=document.size,
            sha256=document.sha256,
            stored_as=stored_as,
        )


def attach(
    proposal: Proposal, actor: Person, *, name: str, type: str, size: int, sha256: str, stored_as: str
) -> Attachment:
    """Adds a stored document to the working record."""
    proposal = lock(proposal)
    _refuse_unless_editable(proposal, "documents can no longer be added")
    attachment = Attachment(
        proposal_id=proposal.id,
        name=name,
        type=type,
        size=size,
        sha256=sha256,
        stored_as=stored_as,
        added_at=clock.now(),
        added_by_id=actor.id,
    )
    db.session.add(attachment)
    db.session.flush()
    _set_answers(proposal, {**proposal.answers, "evidence_files": [*_files(proposal.answers), attachment.id]})
    events.record(actor, "attach", proposal, Audience.TEAM, attachment=attachment.id)
    return attachment


def share_attachment(attachment: Attachment, actor: Person, *, shareable: bool) -> None:
    """Ticks or unticks a document as one that everyone who reads the proposal may read, from the next
    submission on; without the tick nobody else reads it from now."""
    proposal = lock(attachment.proposal)
    _refuse_unless_editable(proposal, "documents can no longer be shared or kept back")
    if attachment.shareable != shareable:
        attachment.shareable = shareable
        events.record(
            actor, "share_attachment", proposal, Audience.TEAM, attachment=attachment.id, shareable=shareable
        )


def remove_attachment(attachment: Attachment, actor: Person) -> None:
    """Takes a document out of the working record. Its bytes go too, unless a submitted version holds it."""
    proposal = lock(attachment.proposal)
    _refuse_unless_editable(proposal, "documents can no longer be removed")
    if attachment.id not in _files(proposal.answers):
        return
    left = [each for each in _files(proposal.answers) if each != attachment.id]
    _set_answers(proposal, {**proposal.answers, "evidence_files": left})
    events.record(actor, "remove_attachment", proposal, Audience.TEAM, attachment=attachment.id)
    if not any(attachment.id in _files(version.answers) for version in proposal.versions):
        _delete_file(attachment)


def delete_draft(proposal: Proposal, actor: Person) -> None:
    """Deletes a draft that was never submitted, with its files. Its events stay."""
    proposal = lock(proposal)
    if proposal.stage is not Stage.DRAFT or proposal.version_number:
        raise WrongStage("It has been submitted, so it can be withdrawn but not deleted.")
    events.record(actor, "delete_draft", proposal, Audience.TEAM)
    for attachment in proposal.attachments:
        _delete_file(attachment)
    search.remove(proposal.id)
    db.session.flush()
    db.session.expire(proposal, ["attachments"])
    db.session.delete(proposal)
    db.session.flush()


def submit(proposal: Proposal, actor: Person) -> Event:
    """Freezes the working record as the next version and hands it to the theme. The form has taken the
    declaration."""
    proposal = lock(proposal)
    check(proposal, "submit", actor)
    proposal.version_number += 1
    proposal.submitted_at = clock.now()
    # Who assessed an earlier version reads this one only when chosen for it.
    db.session.execute(delete(Reader).where(Reader.proposal_id == proposal.id))
    proposal.changes_due, proposal.changes_sections = None, []
    version = Version(
        proposal_id=proposal.id,
        number=proposal.version_number,
        answers=proposal.answers,
        schema_version=record.SCHEMA_VERSION,
        shared_files=[each.id for each in queries.attachments_worked_on(proposal) if each.shareable],
        submitted_at=proposal.submitted_at,
        submitted_by_id=actor.id,
    )
    db.session.add(version)
    _copy_columns(proposal, version.answers)
    indexing.index(proposal, version)
    return advance(proposal, "submit", actor, declared=True)


def request_changes(
    proposal: Proposal, actor: Person, *, sections: list[str], message: str, due: date
) -> Event:
    """Sends it back to the champion, with the sections concerned, what to change and by when."""
    proposal = lock(proposal)
    check(proposal, "request_changes", actor)
    proposal.changes_due, proposal.changes_sections = due, sections
    texts = {"message": Text(message, Audience.TEAM)}
    return advance(proposal, "request_changes", actor, texts=texts, sections=sections, due=due.isoformat())


def _set_answers(proposal: Proposal, answers: dict[str, Any]) -> None:
    """The one function that changes the working record."""
    proposal.answers = answers
    proposal.schema_version = record.SCHEMA_VERSION
    proposal.edited_at = clock.now()
    if proposal.version_number == 0:
        _copy_columns(proposal, answers)
        indexing.index_draft(proposal)


def _copy_columns(proposal: Proposal, answers: record.Answers) -> None:
    """What lists filter and sort by, from the version that others read."""
    proposal.title = (answers.get("title") or "Untitled")[:LONGEST_TITLE]
    proposal.summary = answers.get("summary") or ""
    proposal.lead_theme_id = answers.get("lead_theme")
    supplier = answers.get("supplier")
    proposal.supplier_id = (
        None if supplier in {None, record.SUPPLIER_NONE, record.SUPPLIER_OTHER} else supplier
    )
    proposal.stage_of_development = answers.get("stage_of_development")
    proposal.investment_sought = answers.get("investment_sought")
    visibility = answers.get("visibility")
    proposal.visibility = None if visibility is None else Visibility(visibility)
    priorities = select(Priority).where(Priority.id.in_(answers.get("priorities") or []))
    proposal.priorities = list(db.session.scalars(priorities))
    aims = select(StrategicAim).where(StrategicAim.id.in_(answers.get("strategic_aims") or []))
    proposal.aims = list(db.session.scalars(aims))


def _mark(answers: record.Answers, question: Question) -> str:
    given = json.dumps(record.given(answers, question), sort_keys=True)
    return hashlib.sha256(given.encode()).hexdigest()[:12]


def _refuse_unless_editable(proposal: Proposal, what: str) -> None:
    if proposal.stage not in lifecycle.EDITABLE:
        raise WrongStage(f"The proposal is now at “{proposal.stage.label}”, so {what}.")


def _files(answers: record.Answers) -> list[int]:
    return list(answers.get("evidence_files") or [])


def _delete_file(attachment: Attachment) -> None:
    stored_as = attachment.stored_as
    db.session.delete(attachment)
    transaction.after_commit(lambda: storage.delete(stored_as))


def sweep_files() -> int:
    """Deletes stored files that no row mentions and that are older than a day, and says how many: what a
    killed process or a rolled back request left."""
    before = clock.now() - KEPT_UNMENTIONED
    mentioned = set(db.session.scalars(select(Attachment.stored_as)))
    left = [name for name in storage.kept_before(before) if name not in mentioned]
    for name in left:
        storage.delete(name)
    return len(left) + storage.delete_halves(before)


def _sweep_one(stored_as: str) -> None:
    """After the request: its file goes when its row was not kept."""
    if db.session.scalar(select(Attachment.id).where(Attachment.stored_as == stored_as)) is None:
        storage.delete(stored_as)
