"""The rules of roles, over every kind of person and role."""

from __future__ import annotations

from itertools import product

import pytest

from exchange import clock
from exchange.accounts import policy
from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import THEME_ROLES, Role
from exchange.region.models import Organisation, OrganisationType

HILL = Organisation(id="hill", name="Hill Hospital", type=OrganisationType.ACUTE)

KINDS = ("member", "lay", "unsettled", "closed", "unconfirmed")


def person(kind: str = "member", *roles: Role, id_: int = 1) -> Person:
    is_lay, is_settled = kind == "lay", kind not in {"lay", "unsettled"}
    return Person(
        id=id_,
        name="Ann",
        email=f"{id_}@example.org",
        active=kind != "closed",
        confirmed_at=None if kind == "unconfirmed" else clock.now(),
        terms_accepted_at=clock.now(),
        is_lay=is_lay,
        organisation=HILL if is_settled else None,
        organisation_id="hill" if is_settled else None,
        grants=[RoleGrant(role=role, scope=scope_of(role)) for role in roles],
    )


def scope_of(role: Role) -> str:
    return "sleep" if role in THEME_ROLES else "hill" if role is Role.ORGANISATION_LEAD else ""


ADMINISTRATOR = person("member", Role.ADMINISTRATOR, id_=2)

ALLOWED = {
    "member": set(Role),
    "lay": {Role.REVIEWER},
    "unsettled": {Role.ADMINISTRATOR},
    "closed": set[Role](),
    "unconfirmed": set[Role](),
}


@pytest.mark.parametrize(("kind", "role"), list(product(KINDS, Role)))
def test_role_is_given_to_whom_it_fits(kind: str, role: Role) -> None:
    reason = policy.why_not_grant(ADMINISTRATOR, person(kind), role, scope_of(role))
    assert (reason == "") == (role in ALLOWED[kind])


@pytest.mark.parametrize(("held", "role"), list(product(Role, Role)))
def test_administrator_assesses_nothing_and_who_assesses_administers_nothing(held: Role, role: Role) -> None:
    reason = policy.why_not_grant(ADMINISTRATOR, person("member", held), role, scope_of(role))
    excluded = {held, role} & THEME_ROLES and Role.ADMINISTRATOR in {held, role}
    assert (reason == "") == (held is not role and not excluded)


def test_same_role_in_another_theme_is_given() -> None:
    assert policy.why_not_grant(ADMINISTRATOR, person("member", Role.REVIEWER), Role.REVIEWER, "falls") == ""


def test_nobody_leads_an_organisation_they_do_not_belong_to() -> None:
    reason = policy.why_not_grant(ADMINISTRATOR, person(), Role.ORGANISATION_LEAD, "river")
    assert reason == "Ann can lead only the organisation they belong to."


@pytest.mark.parametrize("role", Role)
def test_nobody_changes_their_own_roles(role: Role) -> None:
    own = "You cannot change your own roles. Ask another administrator."
    assert policy.why_not_grant(ADMINISTRATOR, ADMINISTRATOR, role, scope_of(role)) == own
    grant = RoleGrant(role=role, scope=scope_of(role), person=ADMINISTRATOR)
    assert policy.why_not_revoke(ADMINISTRATOR, grant, 5) == own


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("others", [0, 1])
def test_last_administrator_stays(role: Role, others: int) -> None:
    someone = person("member", role, id_=3)
    last = role is Role.ADMINISTRATOR and others == 0
    assert (policy.why_not_revoke(None, RoleGrant(role=role, person=someone), others) == "") == (not last)
    assert (policy.why_not_deactivate(None, someone, others) == "") == (not last)


def test_closed_administrator_is_not_the_last_one() -> None:
    grant = RoleGrant(role=Role.ADMINISTRATOR, person=person("closed"))
    assert policy.why_not_revoke(ADMINISTRATOR, grant, 0) == ""


def test_nobody_closes_their_own_account_or_settles_themselves() -> None:
    assert policy.why_not_deactivate(ADMINISTRATOR, ADMINISTRATOR, 5) == (
        "You cannot close your own account. Ask another administrator."
    )
    assert policy.why_not_settle(ADMINISTRATOR, ADMINISTRATOR) == (
        "You cannot settle your own organisation. Ask another administrator."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_only_an_open_account_is_closed_and_only_a_closed_one_opened(kind: str) -> None:
    assert (policy.why_not_deactivate(ADMINISTRATOR, person(kind), 1) == "") == (kind != "closed")
    assert (policy.why_not_reactivate(person(kind)) == "") == (kind == "closed")


@pytest.mark.parametrize("kind", KINDS)
def test_confirmed_and_open_accounts_are_settled(kind: str) -> None:
    assert (policy.why_not_settle(ADMINISTRATOR, person(kind)) == "") == (
        kind in {"member", "lay", "unsettled"}
    )
    assert policy.waits_to_be_settled(person(kind)) == (kind == "unsettled")


@pytest.mark.parametrize("role", Role)
def test_role_that_needs_an_organisation_stands_against_becoming_lay(role: Role) -> None:
    assert (policy.why_not_lay(ADMINISTRATOR, person("member", role)) == "") == (role is Role.REVIEWER)


@pytest.mark.parametrize("kind", KINDS)
def test_members_belong_to_an_organisation(kind: str) -> None:
    assert policy.is_member(person(kind)) == (kind not in {"lay", "unsettled"})
