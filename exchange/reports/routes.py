"""Pages that gather from every feature: My work, and how reviewing goes."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from exchange.access import requires, signed_in, someone_at_hand
from exchange.assessment.policy import is_manager
from exchange.reports import queries, tables
from exchange.reports.reviewing import reviewing_for

blueprint = Blueprint("reports", __name__)


@blueprint.get("/my-work")
@requires(signed_in)
def my_work() -> ResponseReturnValue:
    return render_template("reports/my_work.html", work=queries.work_of(someone_at_hand()))


@blueprint.get("/reviewing")
@requires(is_manager, message="This page is for programme managers.")
def reviewing() -> ResponseReturnValue:
    found = reviewing_for(someone_at_hand())
    return render_template(
        "reports/reviewing.html",
        reviewing=found,
        paces=tables.paces(found),
        became=tables.became(found),
        loads=tables.loads(found),
    )
