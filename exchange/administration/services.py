"""Changes of people that reach beyond their account: whoever may not review any more leaves the panels they are on."""

from __future__ import annotations

from exchange.accounts import services as accounts
from exchange.accounts.models import Person, RoleGrant
from exchange.assessment.services import leave_panels
from exchange.region.models import Organisation


def settle(person: Person, organisation: Organisation, actor: Person) -> None:
    accounts.settle(person, organisation, actor)
    leave_panels(person)


def make_lay(person: Person, actor: Person) -> None:
    accounts.make_lay(person, actor)
    leave_panels(person)


def revoke(grant: RoleGrant, actor: Person) -> None:
    person = grant.person
    accounts.revoke(grant, actor)
    leave_panels(person)


def deactivate(person: Person, actor: Person) -> None:
    accounts.deactivate(person, actor)
    leave_panels(person)
