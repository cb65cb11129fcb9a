"""The roles that a grant gives. Members and lay members need none."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    ORGANISATION_LEAD = "organisation-lead"
    REVIEWER = "reviewer"
    PROGRAMME_MANAGER = "programme-manager"
    THEME_DIRECTOR = "theme-director"
    ADMINISTRATOR = "administrator"


THEME_ROLES = frozenset({Role.REVIEWER, Role.PROGRAMME_MANAGER, Role.THEME_DIRECTOR})
