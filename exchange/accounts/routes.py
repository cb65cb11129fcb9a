"""One's own account. Signing in, registering and passwords are Flask-Security's pages: see security.py."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from exchange.access import public, requires, signed_in, someone_at_hand
from exchange.accounts import policy, services
from exchange.accounts.forms import DetailsForm, TermsForm
from exchange.accounts.models import Person
from exchange.wording import day

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/check-your-email")
@public
def check_email() -> ResponseReturnValue:
    return render_template("accounts/check_email.html")


@blueprint.get("/account")
@requires(signed_in)
def account() -> ResponseReturnValue:
    someone = someone_at_hand()
    return render_template(
        "accounts/account.html",
        someone=someone,
        rows=_about(someone),
        keeps_register=policy.keeps_register(someone),
    )


@blueprint.route("/account/details", methods=["GET", "POST"])
@requires(signed_in)
def edit_details() -> ResponseReturnValue:
    person = someone_at_hand()
    form = DetailsForm(obj=person)
    if form.validate_on_submit():
        services.edit_details(person, form.name.data, form.job.data or "")
        flash("Your details are saved.", "success")
        return redirect(url_for("accounts.account"))
    return render_template("accounts/edit_details.html", form=form), form.status_code


@blueprint.route("/account/terms", methods=["GET", "POST"])
@requires(signed_in)
def accept_terms() -> ResponseReturnValue:
    form = TermsForm()
    if form.validate_on_submit():
        services.accept_terms(someone_at_hand())
        flash("Thank you. You have accepted the confidentiality terms.", "success")
        return redirect(url_for("accounts.account"))
    return render_template("accounts/accept_terms.html", form=form), form.status_code


def _about(person: Person) -> list[dict[str, str]]:
    details = url_for("accounts.edit_details")
    return [
        {"key": "Name", "value": person.name, "href": details},
        {"key": "Job title", "value": person.job or "Not given", "href": details},
        {"key": "E-mail address", "value": person.email},
        {"key": "Password", "value": "Not shown", "href": url_for("security.change_password")},
        {"key": "Organisation", "value": _belongs(person)},
        {"key": "Confidentiality terms", "value": _terms(person)},
    ]


def _belongs(person: Person) -> str:
    if person.organisation:
        return person.organisation.name
    if person.is_lay:
        return "None: you take part as a patient, a carer or a member of the public"
    waiting = "An administrator has yet to settle it. You can write drafts, and read what visitors read."
    return f"You said: {person.claimed}. {waiting}" if person.claimed else waiting


def _terms(person: Person) -> str:
    return f"Accepted on {day(person.terms_accepted_at)}" if person.terms_accepted_at else "Not accepted yet"
