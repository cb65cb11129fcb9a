"""Pages of adoption: of one programme, of one organisation, of all; recording a step, and saying for whom a programme is."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange import clock, sheets
from exchange.access import person_at_hand, public, public_where_found, requires, someone_at_hand
from exchange.adoption import pasted, policy, queries, services
from exchange.adoption.forms import EligibleForm, MatrixForm, PartForm, RecordForm
from exchange.adoption.page import matrix_rows, page_of
from exchange.adoption.queries import Place
from exchange.adoption.steps import Step
from exchange.adoption.tiles import BANDS
from exchange.proposals.unnaming import UnnamingSheetForm, keep_reviewers_out
from exchange.region import queries as region
from exchange.security_headers import as_file
from exchange.spread import planning
from exchange.spread import queries as spread
from exchange.spread.plan_forms import FundingForm, PlanForm
from exchange.spread.queries import SeenProgramme
from exchange.wording import counted, in_words

blueprint = Blueprint("adoption", __name__)


@blueprint.get("/programmes/<slug>/adoption")
@public_where_found(spread.programme_seen)
def adoption(found: SeenProgramme) -> ResponseReturnValue:
    form = PartForm(request.args)
    page = page_of(found, person_at_hand(), form.of.data or "")
    form.of.choices = [(part.value, part.name) for part in page.parts]
    return render_template("adoption/adoption.html", found=found, page=page, form=form, bands=BANDS)


@blueprint.get("/programmes/<slug>/adoption/<organisation_id>")
@public_where_found(queries.place)
def steps(place: Place) -> ResponseReturnValue:
    person = person_at_hand()
    can_record = policy.records(person, place.found.standing, place.adoption.organisation_id)
    reads_reasons = person is not None and (person.is_member or place.found.reads_conditions)
    return render_template(
        "adoption/steps.html", place=place, can_record=can_record, reads_reasons=reads_reasons
    )


@blueprint.route("/programmes/<slug>/adoption/<organisation_id>/record", methods=["GET", "POST"])
@requires(policy.can_record, of=queries.place, message=policy.ONLY_RECORDERS)
def record(place: Place) -> ResponseReturnValue:
    form = RecordForm(place.adoption)
    keep_reviewers_out(form, place.found.seen)
    is_stale = form.is_submitted() and form.is_stale
    if form.validate_on_submit() and not is_stale:
        step = Step(form.step.data)
        services.record_step(
            place.adoption,
            someone_at_hand(),
            step=step,
            on=form.on.data,
            reason=form.reason.data or "",
            expected=form.expected,
        )
        flash(f"{place.organisation.name} is now recorded as “{in_words(step)}”.")
        return redirect(url_for("adoption.adoption", slug=place.found.programme.slug))
    if is_stale:
        form.show_as_it_is()
    status = 409 if is_stale else form.status_code
    return render_template("adoption/record.html", place=place, form=form, is_stale=is_stale), status


@blueprint.route("/programmes/<slug>/eligible", methods=["GET", "POST"])
@requires(policy.manages, of=spread.programme_seen, message=policy.ONLY_MANAGERS)
def choose_eligible(found: SeenProgramme) -> ResponseReturnValue:
    now = queries.eligible(found.programme)
    there = region.organisations_but_the_host()
    retired = [each.organisation for each in now if each.organisation.retired_at is not None]
    form = EligibleForm([*there, *retired], region.care_systems(), [each.organisation_id for each in now])
    if form.validate_on_submit():
        chosen = form.chosen
        services.set_eligible(found.programme, someone_at_hand(), chosen, expected=form.expected)
        flash(f"The programme is now for {counted(len(chosen), 'organisation')}.")
        return redirect(url_for("adoption.adoption", slug=found.programme.slug))
    return render_template(
        "adoption/choose_eligible.html", found=found, form=form, count=len(now)
    ), form.status_code


@blueprint.route("/programmes/<slug>/plan", methods=["GET", "POST"])
@requires(policy.manages, of=spread.programme_seen, message=policy.ONLY_MANAGERS)
def set_plan(found: SeenProgramme) -> ResponseReturnValue:
    """Here and not in spread, as a target in per cent needs to know how many can adopt it."""
    programme = found.programme
    planning.check_current(programme)
    form = PlanForm(programme)
    keep_reviewers_out(form, found.seen)
    is_stale = form.is_stale
    if not is_stale and form.validate_on_submit():
        planning.set_plan(
            programme,
            someone_at_hand(),
            form.plan,
            count_eligible=lambda: len(queries.eligible(programme)),
            reason=form.why,
            expected=form.expected,
        )
        flash("The plan is saved.")
        return redirect(url_for("spread.programme", slug=programme.slug, _anchor="plan"))
    if is_stale:
        form.show_as_it_is()
    status = 409 if is_stale else form.status_code
    return render_template("adoption/set_plan.html", found=found, form=form, is_stale=is_stale), status


@blueprint.route("/programmes/<slug>/funding", methods=["GET", "POST"])
@requires(policy.manages, of=spread.programme_seen, message=policy.ONLY_MANAGERS)
def release_funding(found: SeenProgramme) -> ResponseReturnValue:
    form = FundingForm(found.programme)
    keep_reviewers_out(form, found.seen)
    if form.validate_on_submit():
        planning.release_funding(
            found.programme,
            someone_at_hand(),
            pounds=form.signed,
            on=form.on.data,
            purpose=form.purpose.data,
        )
        flash("The funding is recorded.")
        return redirect(url_for("spread.programme", slug=found.programme.slug, _anchor="plan"))
    so_far = planning.released(found.programme)
    return render_template(
        "adoption/release_funding.html", found=found, form=form, so_far=so_far
    ), form.status_code


@blueprint.route("/programmes/<slug>/adoption-table", methods=["GET", "POST"])
@requires(policy.manages, of=spread.programme_seen, message=policy.ONLY_MANAGERS)
def update_many(found: SeenProgramme) -> ResponseReturnValue:
    """Shows what each row would do; records them all when nothing is to mend and that was seen."""
    form = UnnamingSheetForm()
    keep_reviewers_out(form, found.seen)
    preview = None
    if form.validate_on_submit():
        preview = pasted.planned(form.rows.data, queries.by_every_name(found.programme), clock.today())
        if form.is_to_apply(preview):
            services.record_many(found.programme, someone_at_hand(), preview)
            flash(f"{counted(len(preview.changing), 'step').capitalize()} recorded.")
            return redirect(url_for("adoption.adoption", slug=found.programme.slug))
    page = render_template("adoption/update_many.html", found=found, form=form, preview=preview)
    return page, form.status_after(preview)


@blueprint.get("/programmes/<slug>/adoption-table.csv")
@requires(policy.manages, of=spread.programme_seen, message=policy.ONLY_MANAGERS)
def adoption_table(found: SeenProgramme) -> ResponseReturnValue:
    """The same table to fill in."""
    rows = pasted.table(queries.standings(found.programme))
    return as_file(sheets.written(rows), "text/csv", f"adoption-{found.programme.slug}.csv")


@blueprint.get("/adoption")
@public
def matrix() -> ResponseReturnValue:
    form = MatrixForm(request.args)
    form.theme.choices = [(theme.id, theme.name) for theme in region.themes()]
    form.system.choices = [(system.code, system.name) for system in region.care_systems()]
    found = queries.matrix(**form.chosen)
    rows = matrix_rows(found)
    return render_template("adoption/matrix.html", form=form, matrix=found, rows=rows, chosen=form.chosen)


@blueprint.get("/organisations")
@public
def organisations() -> ResponseReturnValue:
    there = region.organisations_but_the_host()
    return render_template("adoption/organisations.html", organisations=there)


@blueprint.get("/organisations/<organisation_id>")
@public_where_found(queries.organisation_seen)
def organisation(found: queries.SeenOrganisation) -> ResponseReturnValue:
    return render_template("adoption/organisation.html", found=found)
