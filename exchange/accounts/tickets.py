"""The ticket of a session, by which signing out ends it: also for whoever copied its cookie."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from flask import current_app, session
from sqlalchemy import ColumnElement, delete, exists, select, true

from exchange import clock
from exchange.accounts.models import EndedSession
from exchange.extensions import db

TICKET = "ticket"


def give() -> None:
    """To the session that begins now; one that it replaces ends."""
    end()
    session[TICKET] = uuid4().hex


def end() -> None:
    """The session at hand is good for nothing more, in the transaction at hand."""
    if ticket := session.pop(TICKET, None):
        db.session.add(EndedSession(ticket=_hashed(ticket), at=clock.now()))


def is_good() -> ColumnElement[bool]:
    """Whether the session at hand was not ended, to be asked with who it belongs to."""
    if not (ticket := session.get(TICKET)):
        return true()
    return ~exists().where(EndedSession.ticket == _hashed(ticket))


def empty_ended() -> None:
    """Takes all out of the session at hand where it was ended: a copy that is written again, and so gets a new date, would
    outlive the note of its end."""
    if not db.session.scalar(select(is_good())):
        session.clear()


def forget_old() -> None:
    """Those whose cookies are too old to be taken."""
    oldest = clock.now() - current_app.permanent_session_lifetime
    db.session.execute(delete(EndedSession).where(EndedSession.at < oldest))


def _hashed(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
