"""Pages of programmes: the list and the page that everyone reads, and settling a condition."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import public, public_where_found, requires, someone_at_hand
from exchange.region import queries as region
from exchange.spread import policy, queries, services
from exchange.spread.forms import ConditionForm, FilterForm
from exchange.spread.models import ConditionStatus, ProgrammeStatus
from exchange.spread.page import page_of
from exchange.spread.queries import SeenCondition, SeenProgramme

blueprint = Blueprint("spread", __name__)


@blueprint.get("/programmes")
@public
def programmes() -> ResponseReturnValue:
    """Filters that name nothing are left out; a cursor that is gone starts again."""
    form = FilterForm(request.args)
    form.theme.choices = [(theme.id, theme.name) for theme in region.themes()]
    form.priority.choices = [(priority.id, priority.name) for priority in region.priorities()]
    chosen = form.chosen
    found = queries.current_programmes(
        **chosen, after=request.args.get("after", ""), before=request.args.get("before", "")
    )
    return render_template("spread/programmes.html", found=found, form=form, chosen=chosen)


@blueprint.get("/programmes/<slug>")
@public_where_found(queries.programme_seen)
def programme(found: SeenProgramme) -> ResponseReturnValue:
    return render_template("spread/programme.html", found=found, page=page_of(found))


@blueprint.route("/programmes/<slug>/conditions/<int:number>", methods=["GET", "POST"])
@requires(policy.can_settle, of=queries.condition_seen, message=policy.ONLY_DIRECTORS)
def settle_condition(found: SeenCondition) -> ResponseReturnValue:
    form = ConditionForm()
    services.check_open(found.condition)
    if form.validate_on_submit():
        outcome = ConditionStatus(form.outcome.data)
        services.settle_condition(found.condition, someone_at_hand(), outcome=outcome, note=form.note.data)
        is_active = found.programme.status is ProgrammeStatus.ACTIVE
        now = "active" if is_active else "still being set up"
        flash(f"The condition is {outcome.value}. The programme is {now}.")
        return redirect(url_for("spread.programme", slug=found.programme.slug))
    status = 422 if form.is_submitted() else 200
    return render_template("spread/settle_condition.html", found=found, form=form), status
