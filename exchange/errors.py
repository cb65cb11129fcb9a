"""What can go wrong, as types; and the one place that turns each into a page."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from exchange.forms import typed_in_request
from exchange.outages import Outage, outage_of

log = logging.getLogger(__name__)


class ExchangeError(Exception):
    """A refusal. The message is for the person who asked: it says why, and what they can do."""

    code = 400
    heading = "There is a problem"

    def __init__(self, message: str = "", *, heading: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.heading = heading or self.heading


class InvalidInput(ExchangeError):
    """What was sent cannot be used; forms answer 422 beside the field, so this is for what no form sends."""


class SignedOut(ExchangeError):
    """Something was sent after the session ended. Leading to signing in would lose what was typed."""

    heading = "You have been signed out"

    def __init__(self) -> None:
        super().__init__("Nothing was saved. Go back, copy what you typed, then sign in and send it again.")


class NotAllowed(ExchangeError):
    """They may see it, but not do it."""

    code = 403
    heading = "You cannot do this"


class NotFound(ExchangeError):
    """It is not there, or they may not see it: the same answer for both."""

    code = 404
    heading = "Page not found"


class ContinuesElsewhere(NotFound):
    """What was there became a part of something else, to which reading leads. Who sends something is told: it was not done."""

    heading = "It continues elsewhere"

    def __init__(self, message: str, location: str) -> None:
        super().__init__(message)
        self.location = location


class Conflict(ExchangeError):
    """Someone else changed it first."""

    code = 409
    heading = "Someone else got there first"

    def __init__(self, message: str = "", *, heading: str = "") -> None:
        super().__init__(
            message or "Nothing of yours was saved. Go back, copy what you typed, and open the page again.",
            heading=heading,
        )


class WrongStage(Conflict):
    """The proposal is not in a stage from which this can be done."""

    heading = "This cannot be done now"


class UnmetNeeds(Conflict):
    """The action needs something first; each need is a sentence."""

    heading = "Something is needed first"

    def __init__(self, needs: Sequence[str]) -> None:
        super().__init__(" ".join(needs))
        self.needs = tuple(needs)


class Unavailable(ExchangeError):
    """Something outside the service is away; what was asked may work later."""

    code = 503
    heading = "Sorry, the service is unavailable"


BUSY = Unavailable(
    "Too many people are saving at this moment, so nothing of yours was saved. Send it again in a minute.",
    heading="The service is busy",
)
NO_CHANGES = Unavailable(
    "You can go on reading, but nothing can be saved at the moment, and nothing of what you just sent was. "
    "Copy what you typed, and send it again in an hour.",
    heading="Sorry, this cannot be saved now",
)
OUTAGES = {Outage.AWAY: Unavailable(), Outage.BUSY: BUSY, Outage.NO_CHANGES: NO_CHANGES}

# Programs that ask get no pages: see RFC 9457.
API = "/api/v1/"
PROBLEMS = {
    400: ("This cannot be answered", "Check what you ask for."),
    404: ("Not found", "There is nothing at this address. The addresses that there are stand at /api/docs."),
    405: ("Only to be read", "Use GET: nothing can be changed here."),
    429: ("Too many requests", "Wait for a minute, and ask less often."),
    500: ("A fault of ours", "Ask again later."),
    503: ("Away for the moment", "Ask again in a few minutes."),
}

PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def init_app(app: Flask) -> None:
    app.register_error_handler(ExchangeError, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(IntegrityError, _clashed)
    app.register_error_handler(SQLAlchemyError, _without_what_it_needs)
    app.register_error_handler(OSError, _without_what_it_needs)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _failed)


def _refused(error: ExchangeError) -> ResponseReturnValue:
    if isinstance(error, ContinuesElsewhere):
        return _elsewhere(error)
    if error.code == 404:
        return _not_found(error)
    if error.__cause__ is not None:
        log.error("refused", exc_info=error)
    return _page(
        error.code,
        heading=error.heading,
        message=error.message,
        needs=getattr(error, "needs", ()),
        typed=_typed(),
    )


def _elsewhere(error: ContinuesElsewhere) -> ResponseReturnValue:
    if request.method in {"GET", "HEAD"}:
        return redirect(error.location)
    return _page(Conflict.code, heading=error.heading, message=error.message, typed=_typed())


def _clashed(error: IntegrityError) -> ResponseReturnValue:
    """Two wrote the same thing at once, and the database took the other's."""
    log.exception("refused by the database")
    return _refused(Conflict())


def _without_what_it_needs(error: SQLAlchemyError | OSError) -> ResponseReturnValue:
    outage = outage_of(error)
    if outage is None:
        raise error
    log.exception("database or disk: %s", outage)
    return _refused(OUTAGES[outage])


def _form_expired(error: CSRFError) -> ResponseReturnValue:
    return _page(
        400,
        heading="This page is too old to use",
        message="You may have signed out, or signed in again, in another tab. "
        "Go back, copy what you typed, reload the page and send it again.",
    )


def _foreign_host(error: SecurityError) -> ResponseReturnValue:
    """Plain text: a page has addresses in it, and Flask writes none for a host that is not ours."""
    return Response(
        "We do not answer under this address. Check that it is right.", 400, mimetype="text/plain"
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if error.code == 404:
        return _not_found(error)
    body, code = _page(error.code if error.code in PAGES else 400)
    headers = [
        (name, value) for name, value in error.get_headers() if name not in {"Content-Type", "Content-Length"}
    ]
    return body, code if error.code in PAGES else error.code, headers


def _not_found(error: Exception) -> ResponseReturnValue:
    """Signed out, every address that is not public leads to signing in, whether it exists or not."""
    if (
        g.get("person") is None
        and not request.path.startswith(API)
        and request.method == "GET"
        and request.endpoint not in {"static", "health.live", "health.ready", "metrics.metrics"}
    ):
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    return _page(404, typed=_typed())


def _failed(error: InternalServerError) -> ResponseReturnValue:
    return _page(500)


def _typed() -> list[tuple[str, str]]:
    """What someone signed in typed and cannot save now, so that nothing typed is lost. Where the database could not say who
    asks, the session does."""
    is_signed_in = g.person is not None if "person" in g else "_user_id" in session
    return typed_in_request() if is_signed_in else []


def _page(
    code: int,
    heading: str = "",
    message: str = "",
    needs: Sequence[str] = (),
    typed: Sequence[tuple[str, str]] = (),
) -> tuple[str | Response, int]:
    if request.path.startswith(API):
        said = json.dumps(problem(code, heading, message), ensure_ascii=False)
        return Response(said, mimetype="application/problem+json"), code
    # Not render_template: what that adds asks the database who is signed in, and the database may be what failed.
    template = current_app.jinja_env.get_template(f"errors/{code}.html")
    return template.render(heading=heading, message=message, needs=needs, typed=typed), code


def problem(code: int, heading: str = "", message: str = "") -> dict[str, str | int]:
    """A refusal as data."""
    title, detail = PROBLEMS.get(code, PROBLEMS[400])
    return {"type": "about:blank", "title": heading or title, "status": code, "detail": message or detail}
