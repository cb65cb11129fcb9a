"""Writing a draft: beginning it, saving its sections, deleting it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import delete

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import WrongStage
from exchange.extensions import db
from exchange.locking import locked
from exchange.proposals import campaigns, indexing, record
from exchange.proposals.campaigns import Campaign
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Invitation, JoinRequest, Proposal, ReferenceCounter, StandIn
from exchange.proposals.record import Question, Section
from exchange.proposals.services.files import delete_file
from exchange.proposals.services.working import copy_columns, lock, refuse_unless_editable, set_answers
from exchange.region import queries as region


def create(champion: Person, title: str, lead_theme: str, campaign: Campaign | None = None) -> Proposal:
    """A new draft, with its reference, like AB-2026-0042; an answer to a campaign serves the priorities of that."""
    moment = clock.now()
    year = moment.astimezone(clock.LONDON).year
    counter = locked(ReferenceCounter, {"year": year}, last=0)
    counter.last += 1
    proposal = Proposal(
        reference=f"{region.current().reference_prefix}-{counter.year}-{counter.last:04d}",
        stage=Stage.DRAFT,
        stage_since=moment,
        champion=champion,
        created_at=moment,
        edited_at=moment,
        answers={"title": title, "lead_theme": lead_theme, **_for_campaign(campaign)},
        schema_version=record.SCHEMA_VERSION,
    )
    db.session.add(proposal)
    copy_columns(proposal, proposal.answers)
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


def fixed_answers(proposal: Proposal) -> frozenset[str]:
    """The questions whose answers its team cannot change now."""
    is_back = proposal.stage is Stage.CHANGES_REQUESTED
    return record.FIXED_WHILE_CHANGES_REQUESTED if is_back else frozenset()


def save_section(
    proposal: Proposal, section: Section, answers: Mapping[str, Any], actor: Person, *, opened_at_state: str
) -> None:
    """Merges a section's answers into the working record; what only others changed meanwhile stays theirs.

    A fixed answer stays as it is. Raises StaleSection when both changed the same answer, and WrongStage when it may no
    longer be edited.
    """
    proposal = lock(proposal)
    refuse_unless_editable(
        proposal, "its answers can no longer be changed. Copy what you typed before you leave"
    )
    merged, kept, theirs = dict(proposal.answers), {}, {}
    asked = record.typed_in(section)
    marks = opened_at_state.split(".")
    for question, opened in zip(asked, marks if len(marks) == len(asked) else [""] * len(asked), strict=True):
        now, mine = _mark(proposal.answers, question), _mark(answers, question)
        if question.id not in answers or mine == now or question.id in fixed_answers(proposal):
            continue
        if now == opened:
            merged[question.id] = answers[question.id]
        elif mine == opened:
            kept[question.id] = proposal.answers.get(question.id)
        else:
            theirs[question.id] = proposal.answers.get(question.id)
    if theirs:
        raise StaleSection(theirs, kept)
    if merged.get("campaign") != proposal.answers.get("campaign"):
        merged = campaigns.with_questions(merged)
    if record.changed(proposal.answers, merged):
        set_answers(proposal, merged)
        events.record(actor, "save_section", proposal, Audience.TEAM, section=section.id)


def delete_draft(proposal: Proposal, actor: Person) -> None:
    """Deletes a draft that was never submitted, with its files. Its events stay."""
    proposal = lock(proposal)
    if proposal.stage is not Stage.DRAFT or proposal.version_number:
        raise WrongStage("It has been submitted, so it can be withdrawn but not deleted.")
    events.record(actor, "delete_draft", proposal, Audience.TEAM)
    for attachment in proposal.attachments:
        delete_file(attachment)
    indexing.remove(proposal.id)
    for kept in (Invitation, JoinRequest, StandIn):  # of one that was submitted and taken back
        db.session.execute(delete(kept).where(kept.proposal_id == proposal.id))
    for forget in current_app.extensions["forget"]:  # of the features above
        forget(proposal.id)
    db.session.flush()
    db.session.expire(proposal, ["attachments"])
    db.session.delete(proposal)
    db.session.flush()


def leave_campaign(proposal: Proposal, actor: Person) -> None:
    """It no longer answers the campaign; everything else that was answered stays. Raises WrongStage."""
    proposal = lock(proposal)
    refuse_unless_editable(proposal, "its answers can no longer be changed")
    if proposal.answers.get("campaign"):
        set_answers(proposal, campaigns.with_questions({**proposal.answers, "campaign": None}))
        events.record(actor, "save_section", proposal, Audience.TEAM, section="fit")


def _for_campaign(campaign: Campaign | None) -> dict[str, Any]:
    if campaign is None:
        return {}
    priorities = [priority.id for priority in campaign.priorities]
    return campaigns.with_questions({"campaign": campaign.id, "priorities": priorities})


def _mark(answers: record.Answers, question: Question) -> str:
    given = json.dumps(record.given(answers, question), sort_keys=True)
    return hashlib.sha256(given.encode()).hexdigest()[:12]
