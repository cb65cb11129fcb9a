"""Help and notices: pages that are the same for everybody."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from exchange.access import public
from exchange.proposals.lifecycle import ACTIONS, Action, Stage
from exchange.region.queries import find as find_region

blueprint = Blueprint("pages", __name__)


@blueprint.get("/help")
@public
def help() -> ResponseReturnValue:
    return render_template("pages/help.html", moves=_moves())


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("pages/accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    region = find_region()
    return render_template("pages/privacy.html", host_name=region.host.name if region else "")


@blueprint.get("/cookies")
@public
def cookies() -> ResponseReturnValue:
    return render_template("pages/cookies.html", cookies=_cookies())


def _moves() -> list[tuple[str, str, str, str]]:
    """All that can happen to a proposal: the stage it is in, the action, who does it, the stage after."""
    return [
        (stage.label, action.label, " or ".join(action.by[stage]).capitalize(), _where(action))
        for stage in Stage
        for action in ACTIONS.values()
        if stage in action.by
    ]


def _where(action: Action) -> str:
    if isinstance(action.to, Stage):
        return action.to.label
    return (
        "The stage before it was submitted" if action.name == "recall" else "The stage before it was merged"
    )


def _cookies() -> list[tuple[str, str, str]]:
    """Name, purpose and life of each cookie that this service sets."""
    return [
        (
            current_app.config["SESSION_COOKIE_NAME"],
            "Keeps you signed in, and makes sure that what is sent in your name comes from you.",
            "Until you sign out or close your browser",
        ),
    ]
