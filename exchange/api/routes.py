"""Addresses of the open interface. All are for everyone, from any site, and only to be read."""

from __future__ import annotations

import hashlib
from datetime import datetime

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from exchange.access import public
from exchange.addresses import address
from exchange.api import feed, queries
from exchange.api.description import PARAMETERS, description, fields_of
from exchange.api.parameters import asked
from exchange.errors import API, NotFound, problem
from exchange.region import queries as region
from exchange.spread.queries import newest_programmes, programme_seen

blueprint = Blueprint("api", __name__)

IN_ATOM = 20
FRESH_SECONDS = 60
WAIT_SECONDS = 60


@blueprint.get("/api/v1/programmes")
@public
def programmes() -> ResponseReturnValue:
    wanted = asked(
        request.args, [each.id for each in region.themes()], [each.id for each in region.priorities()]
    )
    rows, going_on = queries.changed_programmes(wanted)
    data = feed.listed(rows, wanted, going_on)
    response = _answer(feed.written(data), "application/json", queries.last_change())
    if data["next"]:
        response.headers["Link"] = f'<{data["next"]}>; rel="next"'
    return response


@blueprint.get("/api/v1/programmes/<slug>")
@public
def programme(slug: str) -> ResponseReturnValue:
    """As somebody reads it who is not signed in, whoever asks. Its mark alone tells whether it changed: its proposal, from which
    it says who proposed it, changes without the programme."""
    found = programme_seen(None, slug)
    return _answer(feed.written(feed.whole(found)), "application/json", None)


@blueprint.get("/api/v1/programmes.atom")
@public
def programmes_atom() -> ResponseReturnValue:
    newest = [each.programme for each in newest_programmes(IN_ATOM)]
    changed = max((each.approved_at for each in newest), default=None)
    content = render_template(
        "api/programmes.atom.xml",
        programmes=newest,
        changed=changed,
        address=address,
        moment=feed.moment,
        region_name=region.current().name,
    )
    return _answer(content, "application/atom+xml", None)


@blueprint.get("/api/v1/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    return _answer(feed.written(_description()), "application/json", None)


@blueprint.get("/api/docs")
@public
def docs() -> ResponseReturnValue:
    """Its examples are what the addresses answer at this moment."""
    wanted = asked(MultiDict({"limit": "1"}), (), ())
    rows, going_on = queries.changed_programmes(wanted)
    return render_template(
        "api/docs.html",
        list_address=address("api.programmes"),
        list_example=feed.written(feed.listed(rows, wanted, going_on)),
        whole_address=address("api.programme", slug=rows[0].slug) if rows else "",
        whole_example=feed.written(feed.whole(programme_seen(None, rows[0].slug))) if rows else "",
        no_address=address("api.programme", slug="no-such-programme"),
        problem_example=feed.written(problem(NotFound.code)),
        parameters=[(name, each["description"]) for name, each in PARAMETERS.items()],
        fields=fields_of("Programme"),
        parts=[
            (name, fields_of(name))
            for name in ("Document", "Answer", "Adoption", "Measure", "Kit", "Elsewhere")
        ],
        themes=[(each.id, each.name) for each in region.themes()],
        priorities=[(each.id, each.name) for each in region.priorities()],
        at_most=current_app.config["RATELIMIT_DEFAULT"],
        fresh_seconds=FRESH_SECONDS,
    )


def _description() -> dict[str, object]:
    title = f"{current_app.config['SERVICE_NAME']}, {region.current().name}"
    return description(str(current_app.config["PUBLIC_URL"]), title)


def _answer(content: str, type_: str, changed: datetime | None) -> Response:
    """With its mark and its day, or 304 to whoever has it already."""
    response = Response(content, mimetype=type_)
    response.set_etag(hashlib.sha256(content.encode()).hexdigest()[:32])
    if changed is not None:
        response.last_modified = changed
    response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response.make_conditional(request)
    return response


@blueprint.after_app_request
def _open_to_all(response: Response) -> Response:
    """Pages of any site may read it: it is the same for everyone."""
    if request.path.startswith(API):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, Retry-After"
        if response.status_code == 429:
            response.headers["Retry-After"] = str(WAIT_SECONDS)
    return response
