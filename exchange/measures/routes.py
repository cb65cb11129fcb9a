"""Pages of measures: those of a programme, one of them, and defining, entering and re-basing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange import clock, sheets
from exchange.access import person_at_hand, public_where_found, requires, someone_at_hand
from exchange.adoption import policy as adoption_policy
from exchange.adoption import queries as adoption
from exchange.measures import policy, queries, services, table
from exchange.measures.forms import FiguresForm, MeasureForm, RebaseForm, TableForm
from exchange.measures.models import Combined
from exchange.measures.page import measure_page, shown_measures
from exchange.measures.queries import Place, SeenMeasure
from exchange.measures.table import Site
from exchange.proposals.unnaming import keep_reviewers_out
from exchange.security_headers import as_file
from exchange.spread import queries as spread
from exchange.spread.queries import SeenProgramme
from exchange.wording import counted

blueprint = Blueprint("measures", __name__)


@blueprint.get("/programmes/<slug>/measures")
@public_where_found(spread.programme_seen)
def measures(found: SeenProgramme) -> ResponseReturnValue:
    person = person_at_hand()
    can_define = person is not None and adoption_policy.manages(person, found)
    return render_template(
        "measures/measures.html", found=found, shown=shown_measures(found), can_define=can_define
    )


@blueprint.get("/programmes/<slug>/measures/<int:number>")
@public_where_found(queries.measure_seen)
def measure(seen: SeenMeasure) -> ResponseReturnValue:
    person = person_at_hand()
    can_define = person is not None and policy.can_define(person, seen)
    page = measure_page(
        seen, person, after=request.args.get("after", ""), before=request.args.get("before", "")
    )
    return render_template("measures/measure.html", seen=seen, page=page, can_define=can_define)


@blueprint.route("/programmes/<slug>/measures/new", methods=["GET", "POST"])
@requires(adoption_policy.manages, of=spread.programme_seen, message=policy.ONLY_MANAGERS)
def define_measure(found: SeenProgramme) -> ResponseReturnValue:
    form = MeasureForm()
    keep_reviewers_out(form, found.seen)
    if form.validate_on_submit():
        services.define_measure(
            found.programme,
            someone_at_hand(),
            name=form.name.data,
            unit=form.unit.data,
            definition=form.definition.data,
            direction=form.better,
            target=form.wanted,
            combined=Combined(form.combined.data),
        )
        flash(f"“{form.name.data}” is now a measure of this programme.")
        return redirect(url_for("measures.measures", slug=found.programme.slug))
    return render_template("measures/define_measure.html", found=found, form=form), form.status_code


@blueprint.route(
    "/programmes/<slug>/measures/<int:number>/figures/<organisation_id>", methods=["GET", "POST"]
)
@requires(policy.can_enter, of=queries.place, message=policy.ONLY_ENTERERS)
def enter_figures(place: Place) -> ResponseReturnValue:
    measure = place.seen.measure
    held = queries.figures_of([measure.id])[measure.id].get(place.organisation.id, {})
    form = FiguresForm(held)
    keep_reviewers_out(form, place.seen.found.seen)
    if form.validate_on_submit():
        kept = services.enter_figures(
            measure, place.organisation.id, someone_at_hand(), form.figures, reason=form.reason.data
        )
        flash(f"{counted(len(kept), 'figure').capitalize()} saved for {place.organisation.name}.")
        return redirect(
            url_for("measures.measure", slug=place.seen.found.programme.slug, number=measure.number)
        )
    entered = queries.entered(measure, place.organisation.id)
    return render_template(
        "measures/enter_figures.html", place=place, form=form, entered=entered
    ), form.status_code


@blueprint.route("/programmes/<slug>/measures/<int:number>/figures", methods=["GET", "POST"])
@requires(policy.can_enter_some, of=queries.measure_seen, message=policy.ONLY_ENTERERS)
def enter_table(seen: SeenMeasure) -> ResponseReturnValue:
    """Shows what each row would do; keeps them all when nothing is to mend and that was seen."""
    form, person, preview = TableForm(), someone_at_hand(), None
    keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit():
        sites = adoption.named((one, Site(one.id, one.name)) for one in queries.sites_of(person, seen))
        held = queries.figures_of([seen.measure.id])[seen.measure.id]
        preview = table.planned(form.rows.data, sites, held, clock.today())
        if form.is_to_apply(preview):
            kept = services.enter_table(seen.measure, person, preview)
            flash(f"{counted(len(kept), 'figure').capitalize()} saved.")
            return redirect(
                url_for("measures.measure", slug=seen.found.programme.slug, number=seen.measure.number)
            )
    return render_template(
        "measures/enter_table.html", seen=seen, form=form, preview=preview
    ), form.status_after(preview)


@blueprint.get("/programmes/<slug>/measures/<int:number>/figures.csv")
@requires(policy.can_enter_some, of=queries.measure_seen, message=policy.ONLY_ENTERERS)
def figures_table(seen: SeenMeasure) -> ResponseReturnValue:
    """The same table to fill in."""
    sites = [Site(one.id, one.name) for one in queries.sites_of(someone_at_hand(), seen)]
    held = queries.figures_of([seen.measure.id])[seen.measure.id]
    rows = table.to_fill_in(sites, held, clock.today())
    name = f"figures-{seen.found.programme.slug}-{seen.measure.number}.csv"
    return as_file(sheets.written(rows), "text/csv", name)


@blueprint.route("/programmes/<slug>/measures/<int:number>/rebase", methods=["GET", "POST"])
@requires(policy.can_define, of=queries.measure_seen, message=policy.ONLY_MANAGERS)
def rebase_measure(seen: SeenMeasure) -> ResponseReturnValue:
    there = adoption.eligible(seen.found.programme)
    form = RebaseForm([(each.organisation_id, each.organisation.name) for each in there])
    keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit():
        assert form.first is not None
        services.rebase(
            seen.measure,
            someone_at_hand(),
            organisation_id=form.of.data or None,
            month=form.first,
            reason=form.reason.data,
        )
        flash("The limits are computed anew from that month on.")
        return redirect(
            url_for("measures.measure", slug=seen.found.programme.slug, number=seen.measure.number)
        )
    return render_template("measures/rebase_measure.html", seen=seen, form=form), form.status_code
