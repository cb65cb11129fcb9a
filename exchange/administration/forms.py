"""Forms of administration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import wtforms

from exchange.accounts import policy
from exchange.accounts.models import Person
from exchange.accounts.roles import THEME_ROLES, Role
from exchange.administration.queries import Filter, Standing
from exchange.forms import Choice, Form, LineField, OnceForm, OneField, PickField, Required
from exchange.region import queries as region
from exchange.wording import in_words, joined

LAY = "lay"

STANDINGS = {
    Standing.WAITING: "Waiting to be settled",
    Standing.MEMBERS: "Members",
    Standing.LAY: "Patients, carers and public",
    Standing.UNCONFIRMED: "Address not confirmed",
    Standing.CLOSED: "Closed",
}


class FilterForm(Form):
    """What the address of the list holds; what it cannot use is left out, as nobody typed it."""

    q = LineField("Name or e-mail address", limit=100)
    standing = PickField("Who", empty="Everyone", optional=False)
    role = PickField("Role", empty="Any", optional=False)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.q.optional = False
        self.standing.choices = [(standing.value, text) for standing, text in STANDINGS.items()]
        self.role.choices = [(role.value, in_words(role)) for role in Role]

    def chosen(self) -> Filter:
        self.validate()
        return Filter(
            words="" if self.q.errors else self.q.data or "",
            standing=Standing(self.standing.data)
            if self.standing.data and not self.standing.errors
            else None,
            role=Role(self.role.data) if self.role.data and not self.role.errors else None,
        )


class SettleForm(OnceForm):
    """Where a person belongs: an organisation's id, or LAY. `before` is where they belonged when the page was
    drawn, so that two administrators do not undo each other unawares; `back` leads back to those who wait.
    """

    before = wtforms.HiddenField()
    back = wtforms.HiddenField()
    organisation = PickField("Organisation", [Required("Select the organisation, or that there is none")])

    def __init__(self, person: Person, actor: Person, **more: Any) -> None:
        super().__init__(**more)
        self.person, self.actor = person, actor
        if not self.is_submitted():
            self.before.data = person.organisation_id or ""
            self.organisation.data = person.organisation_id or person.claimed_organisation_id
        none = Choice(LAY, "None: a patient, carer or member of the public")
        self.organisation.choices = [none, *((each.id, each.name) for each in region.organisations())]

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.before.data != (self.person.organisation_id or ""):
            self.before.data = self.person.organisation_id or ""
            return _holds(self, "organisation", _settled_meanwhile(self.person))
        check = policy.why_not_lay if self.organisation.data == LAY else policy.why_not_settle
        return _holds(self, "organisation", check(self.actor, self.person))


class GrantForm(OnceForm):
    role = OneField("Role", [Required("Select a role")])
    theme = PickField(
        "Theme", hint="For a reviewer, programme manager or theme director.", empty="None", optional=False
    )

    def __init__(self, person: Person, actor: Person, **more: Any) -> None:
        super().__init__(**more)
        self.person, self.actor = person, actor
        self.theme.choices = [(theme.id, theme.name) for theme in region.themes()]
        self.role.choices = [self._choice(role) for role in Role]

    @property
    def has_theme(self) -> bool:
        return self.role.data is not None and Role(self.role.data) in THEME_ROLES

    @property
    def scope(self) -> str:
        """The id of what the chosen role is for."""
        if self.has_theme:
            return str(self.theme.data)
        return (self.person.organisation_id or "") if self.role.data == Role.ORGANISATION_LEAD else ""

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.has_theme and not self.theme.data:
            return _holds(self, "theme", "Select a theme")
        reason = policy.why_not_grant(self.actor, self.person, Role(self.role.data), self.scope)
        return _holds(self, "role", reason)

    def _choice(self, role: Role) -> Choice:
        return Choice(role.value, in_words(role), hint=HINTS[role])


class StandInForm(OnceForm):
    person = OneField("Who stands in", [Required("Select who stands in")])

    def __init__(self, people: Sequence[Person], role: Role) -> None:
        super().__init__()
        self.person.choices = [
            Choice(str(each.id), each.name, joined(_themes(each, role))) for each in people
        ]


def _themes(person: Person, role: Role) -> list[str]:
    return [grant.theme.name for grant in person.grants if grant.role is role and grant.theme]


HINTS = {
    Role.ORGANISATION_LEAD: "Confirms what their own organisation adopts, and enters its measures.",
    Role.REVIEWER: "Scores the proposals assigned to them.",
    Role.PROGRAMME_MANAGER: "Triages proposals, runs assessments and programmes.",
    Role.THEME_DIRECTOR: "Decides on spread at scale.",
    Role.ADMINISTRATOR: "Looks after people and the region’s data. Assesses nothing.",
}


def _settled_meanwhile(person: Person) -> str:
    where = person.organisation.name if person.organisation else "no organisation"
    return f"Someone has settled it meanwhile: {person.name} belongs to {where}. Send it again to change that"


def _holds(form: Form, name: str, reason: str) -> bool:
    if reason:
        form.add_error(name, reason)
    return not reason
