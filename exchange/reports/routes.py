"""Pages that gather from every feature: My work."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from exchange.access import requires, signed_in, someone_at_hand
from exchange.reports import queries

blueprint = Blueprint("reports", __name__)


@blueprint.get("/my-work")
@requires(signed_in)
def my_work() -> ResponseReturnValue:
    return render_template("reports/my_work.html", work=queries.work_of(someone_at_hand()))
