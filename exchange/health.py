"""What a load balancer asks: whether the process lives, and whether it can do its work."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from exchange import storage
from exchange.access import public
from exchange.extensions import db

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
@public
def live() -> ResponseReturnValue:
    return {"status": "ok"}


@blueprint.get("/ready")
@public
def ready() -> ResponseReturnValue:
    """503 while the database does not answer or attachments cannot be kept. Why is in the log alone."""
    found = {"database": _works(_ask_database), "storage": _works(storage.try_out)}
    words = {name: "ok" if works else "unavailable" for name, works in found.items()}
    return words, 200 if all(found.values()) else 503


def _ask_database() -> None:
    db.session.execute(text("SELECT 1"))


def _works(check: Callable[[], None]) -> bool:
    try:
        check()
    except (OSError, SQLAlchemyError):
        log.exception("not ready")
        return False
    return True
