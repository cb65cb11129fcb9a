"""A form that acts is done once, however often it is sent: a double click, a reload, a resend after a lost answer.

Its page carries a random mark. The first request that commits keeps, under a digest of mark, person, address and
all that was sent, where it led and what it told; the same form sent again is led there. Something else sent from the same
page is another form.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, flash, g, redirect, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy import JSON, String, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from exchange import clock
from exchange.extensions import Base, db

FIELD = "once"
KEPT_FOR = timedelta(days=2)


class DoneForm(Base):
    """A form that was done, where it led, and what the next page told."""

    __tablename__ = "done_form"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    location: Mapped[str] = mapped_column(default="")
    told: Mapped[list[list[str]]] = mapped_column(JSON, default=list)


def init_app(app: Flask) -> None:
    """After access, which says who asks; its end comes before the commit."""
    app.before_request(_lead_again)
    app.after_request(_keep)


def forget_old() -> None:
    """For the worker."""
    db.session.execute(delete(DoneForm).where(DoneForm.at < clock.now() - KEPT_FOR))


def _lead_again() -> ResponseReturnValue | None:
    if request.method != "POST" or not request.form.get(FIELD) or g.person is None:
        return None
    digest = _digest()
    try:
        with db.session.begin_nested():  # a second click waits here for the first
            db.session.add(DoneForm(digest=digest, at=clock.now()))
    except IntegrityError:
        done = db.session.get_one(DoneForm, digest)
        for category, message in done.told:
            flash(message, category)
        return redirect(done.location)
    g.done_form = digest
    return None


def _keep(response: Response) -> Response:
    digest = g.pop("done_form", None)
    if digest is None or response.status_code >= 400:
        return response  # what is refused is rolled back, and may be sent again
    done = db.session.get_one(DoneForm, digest)
    if response.status_code < 300:
        db.session.delete(done)  # it led nowhere else
    else:
        done.location, done.told = response.location, _told()
    return response


def _told() -> list[list[str]]:
    flashes: list[Any] = session.get("_flashes", [])
    return [[str(category), str(message)] for category, message in flashes]


def _digest() -> str:
    sent = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    said = json.dumps([g.person.id, request.full_path, sent])
    return hashlib.sha256(said.encode()).hexdigest()
