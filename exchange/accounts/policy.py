"""Who is what, and who may be given which role. A refusal is a sentence; an empty text means that nothing
stands against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.accounts.roles import THEME_ROLES, Role

if TYPE_CHECKING:
    from exchange.accounts.models import Person, RoleGrant

ONLY_WHO_RUN_A_THEME = "This page is for programme managers and theme directors."


def is_administrator(person: Person) -> bool:
    return person.is_administrator


def is_member(person: Person) -> bool:
    return person.is_member


def is_lay(person: Person) -> bool:
    return person.is_lay


def keeps_register(person: Person) -> bool:
    """Reviewers, programme managers and theme directors say once a year which interests they have."""
    return any(grant.role in THEME_ROLES for grant in person.grants)


def themes_run(person: Person) -> frozenset[str]:
    """Ids of those that they manage or direct."""
    return person.themes_as(Role.PROGRAMME_MANAGER) | person.themes_as(Role.THEME_DIRECTOR)


def runs_a_theme(person: Person) -> bool:
    return bool(themes_run(person))


def waits_to_be_settled(person: Person) -> bool:
    """Belongs somewhere, as they say, and no administrator has settled where."""
    return (
        person.active
        and person.confirmed_at is not None
        and not person.is_lay
        and person.organisation_id is None
    )


def holds(person: Person, role: Role, scope: str = "") -> bool:
    """`scope` is the id of the theme or organisation where the role has one."""
    return any(grant.role is role and grant.scope == scope for grant in person.grants)


def why_not_grant(actor: Person | None, person: Person, role: Role, scope: str = "") -> str:
    """Why this person cannot be given the role. `actor` is None for the command line."""
    if _is_self(actor, person):
        return "You cannot change your own roles. Ask another administrator."
    if not person.active:
        return f"{person.name}’s account is closed. Open it again first."
    if person.confirmed_at is None:
        return f"{person.name} has not confirmed their e-mail address yet."
    if holds(person, role, scope):
        return f"{person.name} has this role already."
    return _why_unfit(person, role, scope)


def _why_unfit(person: Person, role: Role, scope: str) -> str:
    held = {grant.role for grant in person.grants}
    if role is Role.ADMINISTRATOR and held & THEME_ROLES:
        return f"{person.name} reviews, manages or directs a theme. Take those roles away first."
    if role in THEME_ROLES and Role.ADMINISTRATOR in held:
        return f"{person.name} is an administrator, who assesses nothing. Take that role away first."
    if person.is_lay:
        return (
            ""
            if role is Role.REVIEWER
            else "A patient, carer or member of the public can be a reviewer only."
        )
    if role is not Role.ADMINISTRATOR and person.organisation_id is None:
        return f"Settle first which organisation {person.name} belongs to."
    if role is Role.ORGANISATION_LEAD and scope != person.organisation_id:
        return f"{person.name} can lead only the organisation they belong to."
    return ""


def why_not_revoke(actor: Person | None, grant: RoleGrant, other_administrators: int) -> str:
    """`other_administrators` counts the active ones besides the holder of the grant."""
    if _is_self(actor, grant.person):
        return "You cannot change your own roles. Ask another administrator."
    if grant.role is Role.ADMINISTRATOR and grant.person.active and other_administrators == 0:
        return f"{grant.person.name} is the last administrator. Make someone else an administrator first."
    return ""


def why_not_deactivate(actor: Person | None, person: Person, other_administrators: int) -> str:
    if _is_self(actor, person):
        return "You cannot close your own account. Ask another administrator."
    if not person.active:
        return f"{person.name}’s account is closed already."
    if person.is_administrator and other_administrators == 0:
        return f"{person.name} is the last administrator. Make someone else an administrator first."
    return ""


def why_not_reactivate(person: Person) -> str:
    return f"{person.name}’s account is open already." if person.active else ""


def why_not_settle(actor: Person | None, person: Person) -> str:
    if _is_self(actor, person):
        return "You cannot settle your own organisation. Ask another administrator."
    if person.confirmed_at is None:
        return f"{person.name} has not confirmed their e-mail address yet."
    return "" if person.active else f"{person.name}’s account is closed. Open it again first."


def why_not_lay(actor: Person | None, person: Person) -> str:
    """Why the person cannot become a lay member, who belongs to no organisation."""
    if person.is_lay:
        return f"{person.name} takes part as a patient, carer or member of the public already."
    if any(grant.role is not Role.REVIEWER for grant in person.grants):
        return f"{person.name} has roles that need an organisation. Take those away first."
    return why_not_settle(actor, person)


def _is_self(actor: Person | None, person: Person) -> bool:
    return actor is not None and actor.id == person.id
