"""Pages of programmes: the list and the page that everyone reads, and settling a condition."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import person_at_hand, public, public_where_found, requires, someone_at_hand
from exchange.accounts.policy import runs_a_theme
from exchange.errors import WrongStage
from exchange.proposals.panels import panels_for
from exchange.proposals.unnaming import names_of_reviewers
from exchange.region import queries as region
from exchange.spread import life, policy, queries, services
from exchange.spread.forms import ConditionForm, FilterForm, change_form, several_form
from exchange.spread.life import CHANGES
from exchange.spread.models import ConditionStatus, ProgrammeStatus
from exchange.spread.page import page_of
from exchange.spread.queries import SeenChange, SeenCondition, SeenProgramme
from exchange.wording import counted

blueprint = Blueprint("spread", __name__)


@blueprint.get("/programmes")
@public
def programmes() -> ResponseReturnValue:
    """Filters that name nothing are left out; a cursor that is gone starts again."""
    form = FilterForm(request.args)
    form.theme.choices = [(theme.id, theme.name) for theme in region.themes()]
    form.priority.choices = [(priority.id, priority.name) for priority in region.priorities()]
    chosen, past = form.chosen, request.args.get("status") == "past"
    found = queries.current_programmes(
        **chosen, past=past, after=request.args.get("after", ""), before=request.args.get("before", "")
    )
    person = person_at_hand()
    directs = person is not None and policy.is_director(person)
    offers = person is not None and runs_a_theme(person)
    shown = {**chosen, "status": "past"} if past else chosen
    return render_template(
        "spread/programmes.html",
        found=found,
        form=form,
        chosen=chosen,
        shown=shown,
        past=past,
        directs=directs,
        several=[CHANGES[name] for name in life.OF_SEVERAL] if directs else [],
        offers=offers,
    )


@blueprint.get("/programmes/<slug>")
@public_where_found(queries.programme_seen)
def programme(found: SeenProgramme) -> ResponseReturnValue:
    panels = panels_for(found.seen, person_at_hand())
    return render_template("spread/programme.html", found=found, page=page_of(found), panels=panels)


@blueprint.route(f"/programmes/<slug>/<any({', '.join(CHANGES)}):name>", methods=["GET", "POST"])
@requires(policy.can_change, of=queries.changing, message=policy.ONLY_DIRECTORS_CHANGE)
def change_programme(found: SeenChange) -> ResponseReturnValue:
    """Pausing, going on, refocusing, completing, ending."""
    if reason := life.why_not(found.change, found.programme.status):
        raise WrongStage(reason, heading="This cannot be done now")
    form = change_form(found.change)
    form.keep_out(names_of_reviewers(found.programme.proposal))
    if form.validate_on_submit():
        services.change_programme(found.programme, found.change, someone_at_hand(), form.said)
        flash(found.change.done)
        return redirect(url_for("spread.programme", slug=found.programme.slug))
    return render_template("spread/change_programme.html", found=found, form=form), form.status_code


@blueprint.route(f"/change-programmes/<any({', '.join(life.OF_SEVERAL)}):name>", methods=["GET", "POST"])
@requires(policy.is_director, message="This page is for theme directors.")
def change_several(name: str) -> ResponseReturnValue:
    """Several at once for one reason, as in an emergency."""
    change, person = CHANGES[name], someone_at_hand()
    programmes = queries.directed(person, change)
    form = several_form(change, programmes)
    form.keep_out(name for each in form.chosen_of(programmes) for name in names_of_reviewers(each.proposal))
    if form.validate_on_submit():
        chosen = form.chosen_of(programmes)
        services.change_several(chosen, change, person, {"adoption_target": None, **form.said})
        flash(f"{counted(len(chosen), 'programme').capitalize()} changed: {change.label.lower()}.")
        return redirect(url_for("spread.programmes"))
    return render_template(
        "spread/change_several.html", form=form, change=change, programmes=programmes
    ), form.status_code


@blueprint.route("/programmes/<slug>/conditions/<int:number>", methods=["GET", "POST"])
@requires(policy.can_settle, of=queries.condition_seen, message=policy.ONLY_DIRECTORS)
def settle_condition(found: SeenCondition) -> ResponseReturnValue:
    form = ConditionForm()
    form.keep_out(names_of_reviewers(found.programme.proposal))
    services.check_open(found.condition)
    if form.validate_on_submit():
        outcome = ConditionStatus(form.outcome.data)
        services.settle_condition(found.condition, someone_at_hand(), outcome=outcome, note=form.note.data)
        is_active = found.programme.status is ProgrammeStatus.ACTIVE
        now = "active" if is_active else "still being set up"
        flash(f"The condition is {outcome.value}. The programme is {now}.")
        return redirect(url_for("spread.programme", slug=found.programme.slug))
    return render_template("spread/settle_condition.html", found=found, form=form), form.status_code
