"""Pages that gather from every feature: My work, how reviewing goes, and the dashboard with its paper for the board."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from exchange.access import requires, signed_in, someone_at_hand
from exchange.accounts.policy import ONLY_WHO_RUN_A_THEME, runs_a_theme
from exchange.assessment.policy import is_manager
from exchange.errors import NotFound
from exchange.reports import queries, tables
from exchange.reports.dashboard import figures, forms, page, paper
from exchange.reports.dashboard import rows as behind
from exchange.reports.dashboard import tables as dashboard_tables
from exchange.reports.dashboard.forms import Asked
from exchange.reports.reviewing import reviewing_for
from exchange.security_headers import as_file

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


@blueprint.get("/reports")
@requires(runs_a_theme, message=ONLY_WHO_RUN_A_THEME)
def dashboard() -> ResponseReturnValue:
    asked = forms.asked(someone_at_hand(), request.args)
    found = page.page_of(asked, figures.read(asked.scope))
    return render_template(
        "reports/dashboard.html", page=found, form=asked.form, tables=dashboard_tables
    ), asked.status_code


@blueprint.get("/reports/rows/<name>")
@requires(runs_a_theme, message=ONLY_WHO_RUN_A_THEME)
def rows(name: str) -> ResponseReturnValue:
    """The rows behind one figure; `of` narrows it to a stage, a status or a care system."""
    asked = _sound(forms.asked(someone_at_hand(), request.args))
    of, after = request.args.get("of", ""), request.args.get("after", "")
    found = behind.rows_of(asked.scope, name, of)
    shown = {**asked.chosen, "name": name, **({"of": of} if of else {})}
    return render_template("reports/rows.html", part=behind.part(found, after), asked=asked, shown=shown)


@blueprint.get("/reports/board-pack.pdf")
@requires(runs_a_theme, message=ONLY_WHO_RUN_A_THEME)
def board_pack() -> ResponseReturnValue:
    reader = someone_at_hand()
    asked = _sound(forms.asked(reader, request.args))
    return as_file(paper.pdf_of(asked, reader), "application/pdf", paper.name_of(asked))


def _sound(asked: Asked) -> Asked:
    """Nothing is told of a period that nobody could ask for."""
    if not asked.is_sound:
        raise NotFound
    return asked
