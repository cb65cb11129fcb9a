"""Pages for administrators: people, where they belong, what they may do; and the rubric."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, row_number, someone_at_hand
from exchange.accounts import policy
from exchange.accounts import queries as accounts
from exchange.accounts import services as account_services
from exchange.accounts.models import Person
from exchange.accounts.policy import is_administrator
from exchange.accounts.roles import Role
from exchange.administration import queries, services
from exchange.administration.forms import LAY, FilterForm, GrantForm, SettleForm, StandInForm
from exchange.administration.history import history
from exchange.administration.rows import about, person_row, register_row
from exchange.administration.rubric_form import MOST_CRITERIA, RubricForm, opened, sent_form
from exchange.administration.rubric_page import compare_form, compared
from exchange.assessment import queries as assessment
from exchange.assessment import rubric
from exchange.assessment.queries import RubricVersion
from exchange.assessment.rubric import StaleRubric
from exchange.errors import Conflict, NotAllowed, NotFound
from exchange.forms import OnceForm
from exchange.interests import queries as interests
from exchange.notifications.queries import failed_mail_count
from exchange.proposals import services as proposals
from exchange.proposals import stand_ins as proposal_stand_ins
from exchange.region import queries as region

blueprint = Blueprint("administration", __name__, url_prefix="/admin")

requires_administrator = requires(is_administrator, message="This page is for administrators.")


@blueprint.get("")
@requires_administrator
def overview() -> ResponseReturnValue:
    return render_template(
        "administration/overview.html",
        waiting=queries.waiting(),
        failed_mail=failed_mail_count(),
        people=queries.count_people(),
        lacking=proposal_stand_ins.lacking(someone_at_hand()).count,
        without_register=interests.without_register(),
    )


@blueprint.get("/people")
@requires_administrator
def people() -> ResponseReturnValue:
    form = FilterForm(request.args)
    chosen = form.chosen()
    after, before = (request.args.get(name, type=row_number) for name in ("after", "before"))
    page = queries.people(chosen, after=after, before=before)
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("q", "standing", "role") if request.args.get(name)
    }
    return render_template(
        "administration/people.html",
        form=form,
        rows=[person_row(someone) for someone in page.people],
        total=page.total,
        chosen_count=len(kept),
        next_page=url_for(".people", after=page.after, **kept) if page.after else None,
        previous_page=url_for(".people", before=page.before, **kept) if page.before else None,
    )


@blueprint.get("/people/waiting")
@requires_administrator
def waiting() -> ResponseReturnValue:
    return render_template(
        "administration/waiting.html", waiting=queries.waiting(), people=queries.waiting_people()
    )


@blueprint.get("/people/<int:person_id>")
@requires_administrator
def person(person_id: int) -> ResponseReturnValue:
    someone, actor = accounts.person(person_id), someone_at_hand()
    others = accounts.other_administrators(someone)
    return render_template(
        "administration/person.html",
        someone=someone,
        rows=about(someone),
        is_self=actor.id == someone.id,
        may_settle=not policy.why_not_settle(actor, someone),
        grants=[(held, policy.why_not_revoke(actor, held, others)) for held in someone.grants],
        why_not_deactivate=policy.why_not_deactivate(actor, someone, others),
        timeline=history(someone),
    )


@blueprint.route("/people/<int:person_id>/settle", methods=["GET", "POST"])
@requires_administrator
def settle(person_id: int) -> ResponseReturnValue:
    someone, actor = accounts.person(person_id), someone_at_hand()
    form = SettleForm(someone, actor)
    if form.validate_on_submit():
        if form.organisation.data == LAY:
            services.make_lay(someone, actor)
            flash(f"{someone.name} takes part as a patient, carer or member of the public.", "success")
        else:
            organisation = region.organisation(form.organisation.data)
            services.settle(someone, organisation, actor)
            flash(f"{someone.name} belongs to {organisation.name}.", "success")
        return redirect(url_for(".waiting") if form.back.data else _address_of(someone))
    leads = policy.holds(someone, Role.ORGANISATION_LEAD, someone.organisation_id or "")
    return render_template(
        "administration/settle.html", form=form, someone=someone, leads=leads
    ), form.status_code


@blueprint.route("/people/<int:person_id>/grant", methods=["GET", "POST"])
@requires_administrator
def grant(person_id: int) -> ResponseReturnValue:
    someone, actor = accounts.person(person_id), someone_at_hand()
    form = GrantForm(someone, actor)
    if form.validate_on_submit():
        role = Role(form.role.data)
        theme = region.theme(form.theme.data) if form.has_theme else None
        organisation = someone.organisation if role is Role.ORGANISATION_LEAD else None
        account_services.grant(someone, role, theme, organisation, actor)
        flash(f"{someone.name} has the role now.", "success")
        return redirect(_address_of(someone))
    return render_template("administration/grant.html", form=form, someone=someone), form.status_code


@blueprint.route("/people/<int:person_id>/grants/<int:grant_id>/revoke", methods=["GET", "POST"])
@requires_administrator
def revoke(person_id: int, grant_id: int) -> ResponseReturnValue:
    someone = accounts.person(person_id)
    held = next((each for each in someone.grants if each.id == grant_id), None)
    if held is None:
        raise NotFound
    _allow(policy.why_not_revoke(someone_at_hand(), held, accounts.other_administrators(someone)))
    form = OnceForm()
    if form.validate_on_submit():
        services.revoke(held, someone_at_hand())
        flash(f"{someone.name} no longer has the role.", "success")
        return redirect(_address_of(someone))
    return render_template("administration/revoke.html", form=form, someone=someone, grant=held)


@blueprint.route("/people/<int:person_id>/deactivate", methods=["GET", "POST"])
@requires_administrator
def deactivate(person_id: int) -> ResponseReturnValue:
    someone = accounts.person(person_id)
    _allow(policy.why_not_deactivate(someone_at_hand(), someone, accounts.other_administrators(someone)))
    form = OnceForm()
    if form.validate_on_submit():
        services.deactivate(someone, someone_at_hand())
        flash(f"{someone.name}’s account is closed.", "success")
        return redirect(_address_of(someone))
    return render_template("administration/deactivate.html", form=form, someone=someone)


@blueprint.route("/people/<int:person_id>/reactivate", methods=["GET", "POST"])
@requires_administrator
def reactivate(person_id: int) -> ResponseReturnValue:
    someone = accounts.person(person_id)
    _allow(policy.why_not_reactivate(someone))
    form = OnceForm()
    if form.validate_on_submit():
        account_services.reactivate(someone, someone_at_hand())
        flash(f"{someone.name}’s account is open again.", "success")
        return redirect(_address_of(someone))
    return render_template("administration/reactivate.html", form=form, someone=someone)


@blueprint.get("/registers")
@requires_administrator
def registers() -> ResponseReturnValue:
    after, before = (request.args.get(name, type=row_number) for name in ("after", "before"))
    page = queries.keepers(after=after, before=before)
    return render_template(
        "administration/registers.html",
        rows=[register_row(each) for each in page.people],
        total=page.total,
        without=interests.without_register(),
        next_page=url_for(".registers", after=page.after) if page.after else None,
        previous_page=url_for(".registers", before=page.before) if page.before else None,
    )


@blueprint.get("/stand-ins")
@requires_administrator
def stand_ins() -> ResponseReturnValue:
    return render_template(
        "administration/stand_ins.html",
        lacking=proposal_stand_ins.lacking(someone_at_hand()),
        running=proposal_stand_ins.all_running(),
    )


@blueprint.route("/stand-ins/<ref>/<role>", methods=["GET", "POST"])
@requires_administrator
def name_stand_in(ref: str, role: str) -> ResponseReturnValue:
    """Nothing of the proposal is shown: administrators assess nothing."""
    part = _staff_role(role)
    proposal = proposal_stand_ins.proposal_lacking(ref, part, someone_at_hand())
    people = {str(each.id): each for each in proposal_stand_ins.free_elsewhere(proposal, part)}
    form = StandInForm(list(people.values()), part)
    if form.validate_on_submit():
        person = people[form.person.data]
        proposals.name_stand_in(proposal, part, person, someone_at_hand())
        flash(f"{person.name} stands in for {proposal.reference}. We tell them.", "success")
        return redirect(url_for(".stand_ins"))
    page = render_template(
        "administration/name_stand_in.html",
        form=form,
        reference=proposal.reference,
        theme=proposal.lead_theme,
        role=part,
    )
    return page, form.status_code


@blueprint.route("/stand-ins/<int:stand_in_id>/take-back", methods=["GET", "POST"])
@requires_administrator
def take_back_stand_in(stand_in_id: int) -> ResponseReturnValue:
    stand_in, form = proposal_stand_ins.one(stand_in_id), OnceForm()
    if form.validate_on_submit():
        proposals.take_back_stand_in(stand_in, someone_at_hand())
        flash(f"{stand_in.person.name} no longer stands in for {stand_in.proposal.reference}.", "success")
        return redirect(url_for(".stand_ins"))
    return render_template("administration/take_back_stand_in.html", form=form, stand_in=stand_in)


def _staff_role(typed: str) -> Role:
    """A role of the lead theme's staff. Raises NotFound for any other."""
    found = next((role for role in proposal_stand_ins.STAFF_ROLES if role == typed), None)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/rubric")
@requires_administrator
def rubrics() -> ResponseReturnValue:
    versions = assessment.rubric_versions()
    return render_template("administration/rubrics.html", versions=versions)


@blueprint.get("/rubric/<int:number>")
@requires_administrator
def rubric_version(number: int) -> ResponseReturnValue:
    version = assessment.rubric_version(number)
    why_not = rubric.why_not_delete(version.rubric)
    return render_template("administration/rubric_version.html", version=version, why_not_delete=why_not)


@blueprint.get("/rubric/compare")
@requires_administrator
def compare_rubrics() -> ResponseReturnValue:
    versions = assessment.rubric_versions()
    comparison = compared(versions, request.args)
    form = compare_form(versions, comparison)
    return render_template(
        "administration/compare_rubrics.html", versions=versions, comparison=comparison, form=form
    )


@blueprint.route("/rubric/edit", methods=["GET", "POST"])
@requires_administrator
def edit_rubric() -> ResponseReturnValue:
    newest = assessment.rubric_versions()[0]
    form = sent_form(newest.rubric, request.form) if request.method == "POST" else opened(newest.rubric)
    if request.method == "GET" or "change" in request.form:
        return _rubric_page(newest, form)
    if not form.validate():
        return _rubric_page(newest, form), 422
    try:
        made = rubric.change(form.criteria, someone_at_hand(), opened_at_state=form.state.data or None)
    except StaleRubric as stale:
        newest = assessment.rubric_versions()[0]
        form.state.data = rubric.state_of(newest.rubric)
        return _rubric_page(newest, form, stale), stale.code
    flash(f"Version {made.number} is in force. New assessments use it.")
    return redirect(url_for(".rubric_version", number=made.number))


@blueprint.route("/rubric/<int:number>/delete", methods=["GET", "POST"])
@requires_administrator
def delete_rubric(number: int) -> ResponseReturnValue:
    version, form = assessment.rubric_version(number), OnceForm()
    if reason := rubric.why_not_delete(version.rubric):
        raise Conflict(reason, heading="This version cannot be deleted")
    if form.validate_on_submit():
        before = rubric.delete(version.rubric, someone_at_hand())
        flash(f"Version {number} is deleted. Version {before.number} is in force again.")
        return redirect(url_for(".rubrics"))
    return render_template("administration/delete_rubric.html", form=form, version=version)


def _rubric_page(newest: RubricVersion, form: RubricForm, stale: StaleRubric | None = None) -> str:
    return render_template(
        "administration/edit_rubric.html", newest=newest, form=form, stale=stale, most=MOST_CRITERIA
    )


def _allow(reason_against: str) -> None:
    """The page asks only what can be done."""
    if reason_against:
        raise NotAllowed(reason_against)


def _address_of(person: Person) -> str:
    return url_for(".person", person_id=person.id)
