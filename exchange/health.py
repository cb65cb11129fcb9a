"""What a load balancer or a monitor asks: whether the process lives, and whether everything can do its work."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from exchange import heartbeat, storage
from exchange.access import public
from exchange.extensions import db
from exchange.revision import newest_revision, revision_of
from exchange.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OK = "ok"
# Asked by address, as load balancers and Prometheus do.
UNDER_ANY_HOST = frozenset({"/health/live", "/health/ready", "/metrics"})

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__, url_prefix="/health")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.wsgi_app = _under_any_host(app.wsgi_app, urlsplit(app.config["PUBLIC_URL"]).netloc)  # type: ignore[assignment,method-assign]


@blueprint.get("/live")
@public
def live() -> ResponseReturnValue:
    return {"status": OK}


@blueprint.get("/ready")
@public
def ready() -> ResponseReturnValue:
    """503 while something is not as it must be. The reasons are of our words alone; more is in the log."""
    found = {"database": _asked(_ask_database, "the database does not answer")}
    answers = found["database"] == OK
    if answers:
        found["database"] = _asked(_try_to_write, "the database takes no changes")
    found["storage"] = _asked(_ask_storage if answers else storage.try_out, "documents cannot be kept")
    if answers:
        found["migrations"] = _asked(_ask_revision, "the tables cannot be read")
    if found.get("migrations") == OK:
        found["worker"] = _asked(_ask_worker, "its mark cannot be read")
    return found, 200 if set(found.values()) == {OK} else 503


class _NotReady(Exception):
    """Says why."""


def _ask_database() -> None:
    db.session.execute(text("SELECT 1"))


def _try_to_write() -> None:
    with transaction():
        is_due = heartbeat.is_due(heartbeat.TRIAL, heartbeat.BETWEEN_TRIALS)
    if is_due:
        with transaction():
            heartbeat.leave_mark(heartbeat.TRIAL)


def _ask_storage() -> None:
    """Where the tables cannot be read, that is told with them."""
    try:
        kept = current_app.extensions["a_kept_file"]()
    except SQLAlchemyError:
        kept = None
    storage.try_out(kept)


def _ask_revision() -> None:
    if revision_of(db.session.connection()) != newest_revision():
        raise _NotReady("the database has other migrations than the code needs")


def _ask_worker() -> None:
    silence = heartbeat.silence()
    if silence is None or silence > heartbeat.LONGEST_SILENCE:
        raise _NotReady("no worker was heard of for five minutes")


def _asked(check: Callable[[], None], otherwise: str) -> str:
    try:
        check()
    except _NotReady as why:
        log.warning("not ready: %s", why)
        return f"unavailable: {why}"
    except (OSError, SQLAlchemyError):
        db.session.remove()
        log.exception("not ready: %s", otherwise)
        return f"unavailable: {otherwise}"
    return OK


def _under_any_host(inner: WSGIApplication, own_host: str) -> WSGIApplication:
    """Answers these few addresses as if asked under our own host. Whatever host was named is dropped, so that it gets nowhere."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in UNDER_ANY_HOST:
            environ["HTTP_HOST"] = own_host
        return inner(environ, start_response)

    return answer
