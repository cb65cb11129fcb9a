"""The front page and the page of each theme."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from exchange.access import person_at_hand, public
from exchange.campaigns.page import current_items
from exchange.community import queries
from exchange.proposals import policy
from exchange.region import queries as region

blueprint = Blueprint("community", __name__)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    person = person_at_hand()
    return render_template(
        "community/home.html",
        region=region.current(),
        priorities=region.priorities(),
        themes=region.themes(),
        campaigns=current_items(),
        programmes=queries.latest_programmes(),
        can_propose=person is not None and policy.can_propose(person),
    )


@blueprint.get("/themes")
@public
def themes() -> ResponseReturnValue:
    return render_template("community/themes.html", themes=region.themes())


@blueprint.get("/themes/<theme_id>")
@public
def theme(theme_id: str) -> ResponseReturnValue:
    return render_template("community/theme.html", page=queries.theme_page(person_at_hand(), theme_id))
