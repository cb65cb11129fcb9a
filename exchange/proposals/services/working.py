"""The working record of a proposal: held while it is changed, and changed here alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from exchange import clock
from exchange.errors import NotFound, WrongStage
from exchange.extensions import db
from exchange.proposals import indexing, lifecycle, record
from exchange.proposals.models import Proposal, Visibility
from exchange.region.models import Priority, StrategicAim

LONGEST_TITLE = 200  # of the column that lists show; the answers keep a draft's longer one


def lock(proposal: Proposal) -> Proposal:
    """Holds the proposal's row until the transaction ends, and reads it afresh. Every service that edits
    one calls this first. Raises NotFound when it was deleted meanwhile."""
    # The row alone first: joined to its champion, PostgreSQL finds none when another is made champion while this waits.
    db.session.execute(select(Proposal.id).where(Proposal.id == proposal.id).with_for_update())
    held = db.session.get(Proposal, proposal.id, populate_existing=True)
    if held is None:
        raise NotFound
    return held


def set_answers(proposal: Proposal, answers: dict[str, Any]) -> None:
    """The one function that changes the working record."""
    proposal.answers = answers
    proposal.schema_version = record.SCHEMA_VERSION
    proposal.edited_at = clock.now()
    if proposal.version_number == 0:
        copy_columns(proposal, answers)
        indexing.index_draft(proposal)


def copy_columns(proposal: Proposal, answers: record.Answers) -> None:
    """What lists filter and sort by, from the version that others read."""
    proposal.title = (answers.get("title") or "Untitled")[:LONGEST_TITLE]
    proposal.summary = answers.get("summary") or ""
    proposal.lead_theme_id = answers.get("lead_theme")
    supplier = answers.get("supplier")
    proposal.supplier_id = (
        None if supplier in {None, record.SUPPLIER_NONE, record.SUPPLIER_OTHER} else supplier
    )
    proposal.stage_of_development = answers.get("stage_of_development")
    proposal.campaign_id = answers.get("campaign")
    proposal.investment_sought = answers.get("investment_sought")
    visibility = answers.get("visibility")
    proposal.visibility = None if visibility is None else Visibility(visibility)
    priorities = select(Priority).where(Priority.id.in_(answers.get("priorities") or []))
    proposal.priorities = list(db.session.scalars(priorities))
    aims = select(StrategicAim).where(StrategicAim.id.in_(answers.get("strategic_aims") or []))
    proposal.aims = list(db.session.scalars(aims))


def refuse_unless_editable(proposal: Proposal, what: str) -> None:
    if proposal.stage not in lifecycle.EDITABLE:
        raise WrongStage(f"The proposal is now at “{proposal.stage.label}”, so {what}.")
