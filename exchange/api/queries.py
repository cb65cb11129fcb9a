"""Reads of programmes in the order in which they changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import contains_eager

from exchange.api.parameters import Asked, Cursor
from exchange.extensions import db
from exchange.proposals.models import Proposal, proposal_priority
from exchange.spread.models import Programme


def changed_programmes(asked: Asked) -> tuple[list[Programme], Cursor | None]:
    """The programmes asked for, whatever changed longest ago first, and where to go on when there are more.

    One that changes meanwhile goes to the end: whoever reads on sees it again, and misses none.
    """
    of_proposal = contains_eager(Programme.proposal)
    query = (
        select(Programme)
        .join(Programme.proposal)
        .options(
            of_proposal.defer(Proposal.answers),
            of_proposal.selectinload(Proposal.priorities),
            of_proposal.joinedload(Proposal.lead_theme),
        )
        .order_by(Programme.changed_at, Programme.id)
        .limit(asked.limit + 1)
    )
    if asked.updated_since is not None:
        query = query.where(Programme.changed_at >= asked.updated_since)
    if asked.cursor is not None:
        at, id_ = asked.cursor
        beyond = and_(Programme.changed_at == at, Programme.id > id_)
        query = query.where(or_(Programme.changed_at > at, beyond))
    if asked.status is not None:
        query = query.where(Programme.status == asked.status)
    if asked.theme:
        query = query.where(Proposal.lead_theme_id == asked.theme)
    if asked.priority:
        serving = select(proposal_priority.c.proposal_id).where(
            proposal_priority.c.priority_id == asked.priority
        )
        query = query.where(Programme.proposal_id.in_(serving))
    found = list(db.session.scalars(query))
    rows = found[: asked.limit]
    has_more = len(found) > asked.limit
    return rows, Cursor(rows[-1].changed_at, rows[-1].id) if has_more else None


def last_change() -> datetime | None:
    """Of any programme."""
    return db.session.scalar(select(func.max(Programme.changed_at)))
