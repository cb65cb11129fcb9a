"""The Innovation Exchange: `create_app` wires everything in one visible order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import jinja2
from flask import Flask, g
from werkzeug.middleware.proxy_fix import ProxyFix

import exchange.accounts.routes
import exchange.administration.routes
import exchange.adoption.routes
import exchange.api.routes
import exchange.asks.routes
import exchange.assessment.choosing
import exchange.assessment.deliberation.routes
import exchange.assessment.needs
import exchange.assessment.reviewing.routes
import exchange.assessment.routes
import exchange.assessment.tabs_of
import exchange.benefits.routes
import exchange.campaigns.routes
import exchange.community.routes
import exchange.decisions.needs
import exchange.decisions.routes
import exchange.decisions.tabs_of
import exchange.discussion.page
import exchange.discussion.routes
import exchange.discussion.tabs_of
import exchange.interests.routes
import exchange.kits.routes
import exchange.measures.routes
import exchange.merging.needs
import exchange.merging.page
import exchange.merging.routes
import exchange.networks.routes
import exchange.notifications.routes
import exchange.proposals.needs
import exchange.proposals.routes
import exchange.proposals.tabs_of
import exchange.reports.routes
import exchange.spread.beyond.routes
import exchange.spread.queries
import exchange.spread.routes
import exchange.spread.tabs_of
from config import INSTANCE, from_environment
from exchange import (
    access,
    cli,
    design_system,
    errors,
    health,
    logs,
    metrics,
    once,
    pages,
    security_headers,
    storage,
    transaction,
    wording,
)
from exchange.accounts import security as sign_in
from exchange.assessment import rubric
from exchange.assessment.queries import has_assessed_each, names_of_reviewers
from exchange.discussion.services import forget_discussion
from exchange.extensions import csrf, db, limiter, migrate
from exchange.merging.queries import came_with
from exchange.merging.services import forget_merges
from exchange.notifications.queries import unread_count
from exchange.notifications.services import forget_news
from exchange.proposals.lifecycle import ACTIONS
from exchange.proposals.services.files import longest_kept_file
from exchange.proposals.stand_ins import Grounds
from exchange.region import services as region
from exchange.region.queries import find as find_region
from exchange.spread.queries import is_current_programme


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application. `config` overrides what the environment says, for tests."""
    app = Flask(__name__)
    app.config.from_mapping(from_environment(os.environ))
    app.config.from_mapping(config or {})
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    health.init_app(app)
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    logs.init_app(app)

    INSTANCE.mkdir(exist_ok=True)  # where the database, files and mail are unless the settings say otherwise
    storage.init_app(app)

    errors.init_app(app)
    security_headers.init_app(app)
    transaction.init_app(app)  # before access: the form is read before the first query

    db.init_app(app)
    migrate.init_app(app, db, render_as_batch=True, compare_type=True)
    with app.app_context():
        transaction.listen_to(db.engine)
        logs.listen_to(db.engine)
    csrf.init_app(app)
    limiter.init_app(app)
    access.init_app(app)
    once.init_app(app)
    wording.init_app(app)
    design_system.init_app(app)
    app.context_processor(_shell)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(metrics.blueprint)

    region.init_app(app)
    app.extensions["pack_loaders"].append(rubric.load)
    sign_in.init_app(app)
    _join_features(app)
    cli.init_app(app)
    access.refuse_undeclared(app)
    return app


def _shell() -> dict[str, Any]:
    """What the layout shows on every page. Error pages are drawn without it, as it asks the database."""
    found = find_region()
    person = g.get("person")
    return {
        "person": person,
        "region_name": found.name if found else "",
        "inbox_count": unread_count(person) if person else 0,
    }


def _join_features(app: Flask) -> None:
    """Pages of every feature, then what higher features add to lower ones: needs of actions, who needs a
    stand-in, tabs and panels of a proposal."""
    for routes in (
        exchange.accounts.routes,
        exchange.proposals.routes,
        exchange.assessment.routes,
        exchange.interests.routes,
        exchange.spread.routes,
        exchange.spread.beyond.routes,
        exchange.adoption.routes,
        exchange.kits.routes,
        exchange.asks.routes,
        exchange.measures.routes,
        exchange.benefits.routes,
        exchange.decisions.routes,
        exchange.discussion.routes,
        exchange.campaigns.routes,
        exchange.networks.routes,
        exchange.merging.routes,
        exchange.community.routes,
        exchange.notifications.routes,
        exchange.reports.routes,
        exchange.administration.routes,
        exchange.api.routes,
    ):
        app.register_blueprint(routes.blueprint)
    needs = {
        **exchange.proposals.needs.NEEDS,
        **exchange.assessment.needs.NEEDS,
        **exchange.decisions.needs.NEEDS,
        **exchange.merging.needs.NEEDS,
    }
    if needs.keys() != ACTIONS.keys():
        raise RuntimeError(
            f"the needs and the table of actions differ: {sorted(needs.keys() ^ ACTIONS.keys())}"
        )
    app.extensions["needs"] = needs
    app.extensions["stand_ins"] = Grounds(has_assessed_each, is_current_programme)
    app.extensions["names_of_reviewers"] = names_of_reviewers
    app.extensions["spreading"] = exchange.spread.queries.spreading
    app.extensions["a_kept_file"] = longest_kept_file
    app.extensions["tabs"] = [
        exchange.proposals.tabs_of.tabs_of,
        exchange.assessment.tabs_of.tabs_of,
        exchange.decisions.tabs_of.tabs_of,
        exchange.spread.tabs_of.tabs_of,
        exchange.discussion.tabs_of.tabs_of,
    ]
    app.extensions["panels"] = [exchange.merging.page.panel_of, exchange.discussion.page.panel_of]
    app.extensions["came_with"] = came_with
    app.extensions["forget"] = [forget_merges, forget_discussion, forget_news]
