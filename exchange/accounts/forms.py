"""Forms of signing in and of one's own account. They answer the same for known and unknown addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import wtforms
from flask import request
from flask_login import current_user
from flask_security import hash_password
from flask_security.proxies import _security
from flask_security.utils import validate_redirect_url, verify_password

from exchange.accounts import tries
from exchange.accounts.models import Person
from exchange.accounts.queries import by_email
from exchange.forms import Choice, EmailField, Form, LineField, OneField, PickField, Required, TickField
from exchange.region import queries as region
from exchange.wording import time_of_day

LONGEST_NAME = 100
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
FEWEST_DIFFERENT = 5

TOO_MANY_REQUESTS = 429
UNPROCESSABLE = 422

ORGANISATION, NOT_LISTED, LAY = "organisation", "not-listed", "lay"


class AddressField(EmailField):
    """An e-mail address in small letters, as they are kept and compared."""

    def read(self, typed: str) -> str:
        return super().read(typed).lower()


def _address() -> AddressField:
    return AddressField("E-mail address", [Required("Enter your e-mail address")])


def _new_password(label: str = "New password") -> wtforms.PasswordField:
    return wtforms.PasswordField(
        label,
        [Required("Enter a new password")],
        description=f"Use {SHORTEST_PASSWORD} characters or more. Three odd words together are good.",
        render_kw={"autocomplete": "new-password"},
    )


class AccountForm(Form):
    """A form that Flask-Security's views use. `status` is the answer's when something is to mend."""

    status = UNPROCESSABLE

    def get(self, name: str, default: Any = None) -> Any:
        """Flask-Security reads a form that is not its own as it reads a dict."""
        return self._fields[name].data if name in self._fields else default

    def may_try(self, purpose: tries.Purpose, email: str, field: str = "email") -> bool:
        """Counts a try; says when to try again, where there were too many."""
        until = tries.spend(purpose, email)
        if until is None:
            return True
        self.status = TOO_MANY_REQUESTS
        self.add_error(field, f"You have tried too often. Try again at {time_of_day(_next_minute(until))}")
        return False


class SignInForm(AccountForm):
    email = _address()
    password = wtforms.PasswordField(
        "Password", [Required("Enter your password")], render_kw={"autocomplete": "current-password"}
    )
    next = wtforms.HiddenField()

    requires_confirmation = False
    user: Person | None = None

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        wanted = self.next.data or request.args.get("next", "")
        self.next.data = wanted if validate_redirect_url(wanted) else ""

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        email = str(self.email.data)
        if not self.may_try(tries.SIGN_IN, email):
            return False
        person = by_email(email)
        if not _knows_password(person, str(self.password.data)):
            self.add_error(
                "email", "The e-mail address or the password is not right. Check both, or reset your password"
            )
            return False
        assert person is not None
        tries.forgive(tries.SIGN_IN, email)
        self.user = person
        if reason := _why_not_in(person):
            self.add_error("email", reason)
            return False
        return True


class RegisterForm(AccountForm):
    name = LineField("Your name", [Required("Enter your name")], limit=LONGEST_NAME)
    job = LineField("Job title", limit=LONGEST_NAME)
    email = _address()
    password = _new_password("Password")
    part = OneField("How you take part", [Required("Select how you take part")])
    organisation = PickField("Your organisation", [Required("Select your organisation")])
    organisation_name = LineField(
        "Name of your organisation", [Required("Enter the name of your organisation")], limit=200
    )
    terms = TickField(
        "I have read the confidentiality terms and will keep to them",
        [Required("Read the confidentiality terms, and tick that you will keep to them")],
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.part.choices = [
            Choice(
                ORGANISATION, "I work or study at an organisation of the region", reveals=("organisation",)
            ),
            Choice(NOT_LISTED, "My organisation is not in that list", reveals=("organisation_name",)),
            Choice(LAY, "I am a patient, a carer or a member of the public"),
        ]
        self.organisation.choices = [(each.id, each.name) for each in region.organisations()]

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = super().validate(extra_validators)
        if self.password.data and (reason := weakness(self.password.data, [self.email.data, self.name.data])):
            self.add_error("password", reason)
            is_right = False
        return is_right and self.may_try(tries.MAIL, str(self.email.data))

    def to_dict(self, only_user: bool) -> dict[str, Any]:
        """What Flask-Security gives to the datastore: the fields of services.Registration."""
        part = self.part.data
        return {
            "email": self.email.data,
            "password": normalized(self.password),
            "name": self.name.data,
            "job": self.job.data or "",
            "is_lay": part == LAY,
            "organisation_id": self.organisation.data if part == ORGANISATION else None,
            "organisation_name": self.organisation_name.data if part == NOT_LISTED else "",
            "accepts_terms": self.terms.data,
        }


class MailForm(AccountForm):
    """Asks for a mail. Whoever may not have one is stood in for by a decoy, so that the answer takes the same
    way and time.
    """

    email = _address()

    requires_confirmation = False
    user: Person | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators) or not self.may_try(tries.MAIL, str(self.email.data)):
            return False
        person = by_email(str(self.email.data))
        self.user = (
            person if person is not None and self.may_have_mail(person) else decoy(str(self.email.data))
        )
        return True

    def may_have_mail(self, person: Person) -> bool:
        raise NotImplementedError


class ForgotPasswordForm(MailForm):
    def may_have_mail(self, person: Person) -> bool:
        return person.active and person.confirmed_at is not None


class SendConfirmationForm(MailForm):
    def may_have_mail(self, person: Person) -> bool:
        return person.active and person.confirmed_at is None


class ResetPasswordForm(AccountForm):
    password = _new_password()

    user: Person | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        assert self.user is not None
        if reason := weakness(str(self.password.data), [self.user.email, self.user.name]):
            self.add_error("password", reason)
            return False
        self.password.data = normalized(self.password)
        return True


class ChangePasswordForm(AccountForm):
    password = wtforms.PasswordField(
        "Current password",
        [Required("Enter your current password")],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = _new_password()

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        email = current_user.email
        if not self.may_try(tries.SIGN_IN, email, "password"):
            return False
        if not _knows_password(current_user, str(self.password.data)):
            self.add_error("password", "This is not your current password")
            return False
        tries.forgive(tries.SIGN_IN, email)
        if reason := weakness(
            str(self.new_password.data), [current_user.email, current_user.name, self.password.data]
        ):
            self.add_error("new_password", reason)
            return False
        self.new_password.data = normalized(self.new_password)
        return True


class DetailsForm(Form):
    name = LineField("Your name", [Required("Enter your name")], limit=LONGEST_NAME)
    job = LineField("Job title", limit=LONGEST_NAME)


class TermsForm(Form):
    terms = TickField(
        "I have read the confidentiality terms and will keep to them",
        [Required("Read the confidentiality terms, and tick that you will keep to them")],
    )


def normalized(field: wtforms.PasswordField) -> str:
    """What was typed, in the one form in which the same characters are the same password."""
    return str(_security.password_util.normalize(field.data or ""))


def decoy(email: str) -> Person:
    """Stands in for an account, so that asking for one that is not there costs what asking for one costs.
    Never added or mailed.
    """
    return Person(email=email, name="", password=uuid4().hex, fs_uniquifier=uuid4().hex)


def _knows_password(person: Person | None, password: str) -> bool:
    """Takes as long for an account that is not there."""
    given = _security.password_util.normalize(password[: LONGEST_PASSWORD + 1])
    if person is None or not person.password:
        hash_password(given)
        return False
    return bool(verify_password(given, person.password))


def _why_not_in(person: Person) -> str:
    """Told only to who knows the password."""
    if not person.active:
        return "This account is closed. Ask an administrator of the exchange if you need it again"
    if person.confirmed_at is None:
        return "Confirm your e-mail address first: open the link in the e-mail we sent you"
    return ""


def weakness(password: str, known: list[str | None]) -> str:
    """What to mend in a new password; `known` is what others know of the person, or what it was before."""
    if len(password) < SHORTEST_PASSWORD:
        return f"Use {SHORTEST_PASSWORD} characters or more for the password"
    if len(password) > LONGEST_PASSWORD:
        return f"Use {LONGEST_PASSWORD} characters or fewer for the password"
    if len(set(password.lower())) < FEWEST_DIFFERENT:
        return "Use more different characters in the password"
    if password.lower() in {(each or "").lower() for each in known}:
        return "Use a password that is not your name, your e-mail address or the one you had"
    return ""


def _next_minute(moment: datetime) -> datetime:
    """Times are shown without seconds: the first full minute that is not too early."""
    return (moment + timedelta(seconds=59)).replace(second=0, microsecond=0)
