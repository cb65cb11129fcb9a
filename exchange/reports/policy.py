"""Who opens the dashboard, as a plain rule. What it tells each of them is narrowed in its queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.accounts.roles import Role

if TYPE_CHECKING:
    from exchange.accounts.models import Person

ONLY_STAFF = "This page is for programme managers and theme directors."


def themes_run(person: Person) -> frozenset[str]:
    """Those that they manage or direct."""
    return person.themes_as(Role.PROGRAMME_MANAGER) | person.themes_as(Role.THEME_DIRECTOR)


def runs_a_theme(person: Person) -> bool:
    return bool(themes_run(person))
