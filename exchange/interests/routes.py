"""One's own register of interests."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from exchange import clock
from exchange.access import requires, signed_in, someone_at_hand
from exchange.accounts.models import RegisteredInterest
from exchange.accounts.policy import keeps_register
from exchange.forms import OnceForm
from exchange.interests import policy, queries, services
from exchange.interests.forms import InterestForm, Kind
from exchange.region import queries as region

blueprint = Blueprint("interests", __name__)

ONLY_STAFF = "Only reviewers, programme managers and theme directors keep a register of interests."


@blueprint.get("/account/interests")
@requires(keeps_register, message=ONLY_STAFF)
def register() -> ResponseReturnValue:
    person = someone_at_hand()
    return render_template(
        "interests/register.html",
        interests=queries.binding(person),
        checked_at=person.interests_checked_at,
        check_by=policy.check_by(person.interests_checked_at),
        is_to_check=policy.is_to_check(person.interests_checked_at, clock.today()),
        form=OnceForm(),
    )


@blueprint.post("/account/interests")
@requires(keeps_register, message=ONLY_STAFF)
def check() -> ResponseReturnValue:
    services.check(someone_at_hand())
    flash("Thank you. Your register is checked.", "success")
    return redirect(url_for("interests.register"))


@blueprint.route("/account/interests/add", methods=["GET", "POST"])
@requires(keeps_register, message=ONLY_STAFF)
def add() -> ResponseReturnValue:
    form = InterestForm()
    if form.validate_on_submit():
        of_organisation, of_person = form.kind.data == Kind.ORGANISATION, form.kind.data == Kind.PERSON
        services.register(
            someone_at_hand(),
            organisation=region.organisation(form.organisation.data) if of_organisation else None,
            email=form.email.data if of_person else None,
            reason=form.reason.data,
            until=form.until.data,
        )
        flash("It is in your register. You take no part in proposals that it concerns.", "success")
        return redirect(url_for("interests.register"))
    return render_template("interests/add.html", form=form), form.status_code


@blueprint.route("/account/interests/<int:interest_id>/end", methods=["GET", "POST"])
@requires(signed_in, of=queries.one_of)
def end(interest: RegisteredInterest) -> ResponseReturnValue:
    form = OnceForm()
    if form.validate_on_submit():
        services.end(interest)
        flash("It is no longer in your register.", "success")
        return redirect(url_for("interests.register"))
    return render_template("interests/end.html", form=form, interest=interest), form.status_code
