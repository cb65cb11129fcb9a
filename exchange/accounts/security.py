"""Signing in with Flask-Security, fitted to this house: our tables, our forms and pages, our outbox, our one
commit rule.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask, g, redirect, render_template, request, session, url_for
from flask_login import user_logged_out
from flask_security import MailUtil, RoleMixin, Security, SQLAlchemyUserDatastore
from flask_security.signals import password_changed, password_reset, user_authenticated, user_confirmed
from sqlalchemy import inspect, select

from exchange import clock, outbox
from exchange.access import Access, declare_endpoints, signed_in
from exchange.accounts import forms, services, tickets
from exchange.accounts.models import Person
from exchange.accounts.queries import by_email
from exchange.errors import InvalidInput
from exchange.extensions import db
from exchange.transaction import kept_if

PUBLIC = (
    "login",
    "logout",
    "register",
    "send_confirmation",
    "confirm_email",
    "forgot_password",
    "reset_password",
)
HOLD_A_LINK = frozenset({"email/welcome", "email/confirm", "email/reset"})


class Datastore(SQLAlchemyUserDatastore):
    """Leaves committing to the one commit rule and making people to our service; has no tables of roles."""

    def commit(self) -> None:
        db.session.flush()

    def find_user(self, case_insensitive: bool = False, **identity: Any) -> Person | None:
        """Nobody for a session that was ended: whom it belongs to is asked by `fs_uniquifier`."""
        if "fs_uniquifier" not in identity:
            return cast("Person | None", super().find_user(case_insensitive, **identity))
        mine = Person.fs_uniquifier == identity["fs_uniquifier"]
        found = db.session.scalar(select(Person).where(mine, tickets.is_good()))
        if found is None:
            tickets.empty_ended()
        return found

    def create_user(self, **registration: Any) -> Person:
        """The new account. Where there is one under this address, somebody made up is registered and undone,
        a decoy goes the rest of the way, and the mail at its end tells the owner.
        """
        known = by_email(registration["email"])
        is_new = known is None or known.confirmed_at is None
        address = registration["email"] if is_new else f"{uuid4().hex}@decoy.invalid"
        with kept_if(is_new):
            person = services.register(services.Registration(**{**registration, "email": address}))
        if is_new:
            return person
        assert known is not None
        g.registered_already = known
        return forms.decoy(known.email)


class Mail(MailUtil):
    """Queues in the transaction at hand what Flask-Security would send at once."""

    def send_mail(
        self, template: str, subject: str, recipient: Any, sender: Any, body: Any, html: Any, **context: Any
    ) -> None:
        person: Person = context["user"]
        owner: Person | None = g.pop("registered_already", None)
        if owner is not None and owner.active:
            template, subject, person = "email/account_exists", "You already have an account", owner
            body = render_template(f"{template}.txt", user=owner)
        kind = template.removeprefix("email/")
        is_decoy = inspect(person).transient
        with kept_if(not is_decoy):
            outbox.queue(
                kind,
                person.email,
                subject,
                body,
                message_id=f"{kind}.{uuid4().hex}",
                person=person,
                secret=template in HOLD_A_LINK,
            )


def init_app(app: Flask) -> None:
    app.config.setdefault("SESSION_PROTECTION", "strong")
    for name, value in {**SETTINGS, **FORMS, **MAILS}.items():
        app.config.setdefault(f"SECURITY_{name}", value)
    for name, said in MESSAGES.items():
        app.config.setdefault(f"SECURITY_MSG_{name}", said)
    security = Security(mail_util_cls=Mail, render_template=_page)
    security.init_app(app, Datastore(db, Person, RoleMixin))
    security.want_json(lambda request: False)
    security.login_manager._session_identifier_generator = _browser
    app.before_request(_refuse_json)
    app.before_request(_refuse_broken_address)
    user_authenticated.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
    user_confirmed.connect(_confirmed, app)
    password_changed.connect(_changed_password, app)
    password_reset.connect(_reset_password, app)
    declare_endpoints(app, {f"security.{name}": Access("public") for name in PUBLIC})
    declare_endpoints(app, {"security.change_password": Access("signed_in", signed_in)})


def _page(template: str, **context: Any) -> Any:
    """Draws Flask-Security's pages and mails as ours: an unfit form is 422, a sent one leads on, so that
    reloading sends nothing.
    """
    form = next((value for value in context.values() if isinstance(value, forms.AccountForm)), None)
    if form is None:
        return render_template(template, **context)
    if form.errors:
        return render_template(template, form=form, **context), form.status
    if form.is_submitted():
        return redirect(url_for("accounts.check_email"))
    return render_template(template, form=form, **context)


def _browser() -> str:
    """A session belongs to the browser it began in. Not to its address: staff move between wards and networks."""
    agent = request.headers.get("User-Agent", "")
    return hashlib.sha256(agent.encode(errors="replace")).hexdigest()


def _refuse_json() -> None:
    if request.blueprint == "security" and request.is_json:
        raise InvalidInput("Send this as a form.")


def _refuse_broken_address() -> None:
    """Flask-Security fails over a page to go on to that is no address at all."""
    if request.blueprint == "security":
        try:
            for wanted in request.values.getlist("next"):
                urlsplit(wanted)
        except ValueError as problem:
            raise InvalidInput(
                "The link that led here is broken. Go to the home page and sign in from there."
            ) from problem


# Signals are how Flask-Security tells what it has done; nothing else in this house uses any.
def _signed_in(app: Flask, user: Person, **more: Any) -> None:
    """Whoever used this browser before may know the token of then."""
    session.pop("csrf_token", None)
    tickets.give()


def _signed_out(app: Flask, user: Person, **more: Any) -> None:
    tickets.end()


def _confirmed(app: Flask, user: Person, **more: Any) -> None:
    services.confirm(user)


def _changed_password(app: Flask, user: Person, **more: Any) -> None:
    services.note_new_password(user, "change_password")


def _reset_password(app: Flask, user: Person, **more: Any) -> None:
    services.note_new_password(user, "reset_password")


SETTINGS: dict[str, Any] = {
    "REGISTERABLE": True,
    "CONFIRMABLE": True,
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "JOIN_USER_ROLES": False,
    "FRESHNESS": timedelta(-1),
    "DATETIME_FACTORY": clock.now,
    "CONFIRM_EMAIL_WITHIN": timedelta(days=3),
    "RESET_PASSWORD_WITHIN": timedelta(hours=2),
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    # argon2 salts by itself; a second secret would lock everyone out when it changes.
    "PASSWORD_SINGLE_HASH": True,
    # Of data in links, which are signed: a slow hash here would tell known addresses from unknown by the time
    # it takes.
    "HASHING_SCHEMES": ["hex_sha256"],
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "EMAIL_HTML": False,
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "CHANGE_URL": "/account/password",
    "POST_LOGIN_VIEW": "/my-work",
    "POST_REGISTER_VIEW": "accounts.check_email",
    "POST_CHANGE_VIEW": "accounts.account",
}

FORMS: dict[str, Any] = {
    "LOGIN_FORM": forms.SignInForm,
    "REGISTER_FORM": forms.RegisterForm,
    "SEND_CONFIRMATION_FORM": forms.SendConfirmationForm,
    "FORGOT_PASSWORD_FORM": forms.ForgotPasswordForm,
    "RESET_PASSWORD_FORM": forms.ResetPasswordForm,
    "CHANGE_PASSWORD_FORM": forms.ChangePasswordForm,
    "LOGIN_USER_TEMPLATE": "security/login.html",
    "REGISTER_USER_TEMPLATE": "security/register.html",
    "SEND_CONFIRMATION_TEMPLATE": "security/send_confirmation.html",
    "FORGOT_PASSWORD_TEMPLATE": "security/forgot_password.html",
    "RESET_PASSWORD_TEMPLATE": "security/reset_password.html",
    "CHANGE_PASSWORD_TEMPLATE": "security/change_password.html",
}

MAILS: dict[str, str] = {
    "EMAIL_SUBJECT_REGISTER": "Confirm your e-mail address",
    "REGISTER_EMAIL_TEMPLATE": "email/welcome",
    "EMAIL_SUBJECT_CONFIRM": "Confirm your e-mail address",
    "EMAIL_TEMPLATE_CONFIRM": "email/confirm",
    "EMAIL_SUBJECT_PASSWORD_RESET": "Choose a new password",
    "EMAIL_TEMPLATE_PASSWORD_RESET": "email/reset",
    "EMAIL_SUBJECT_PASSWORD_NOTICE": "Your password was reset",
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "email/password_changed",
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": "Your password was changed",
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "email/password_changed",
}

MESSAGES: dict[str, tuple[str, str]] = {
    "CONFIRM_REGISTRATION": ("We have sent an e-mail to %(email)s.", "info"),
    "CONFIRMATION_REQUEST": ("If %(email)s is waiting to be confirmed, we have sent it an e-mail.", "info"),
    "PASSWORD_RESET_REQUEST": ("If we know %(email)s, we have sent it an e-mail.", "info"),
    "EMAIL_CONFIRMED": ("Your e-mail address is confirmed. You can sign in now.", "success"),
    "ALREADY_CONFIRMED": ("Your e-mail address is confirmed already. You can sign in.", "info"),
    "INVALID_CONFIRMATION_TOKEN": ("This link does not work any more. Ask for a new one here.", "info"),
    "CONFIRMATION_EXPIRED": ("This link worked for %(within)s. Ask for a new one here.", "info"),
    "INVALID_RESET_PASSWORD_TOKEN": ("This link does not work any more. Ask for a new one here.", "info"),
    "PASSWORD_RESET_EXPIRED": ("This link worked for %(within)s. Ask for a new one here.", "info"),
    "PASSWORD_RESET_NO_LOGIN": ("Your password is changed. Sign in with the new one.", "success"),
    "PASSWORD_CHANGE": ("Your password is changed. You are signed out everywhere else.", "success"),
}
