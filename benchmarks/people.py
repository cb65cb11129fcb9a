"""The people of a filled database: members in uneven organisations, staff of every theme, and those who are measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from benchmarks.answers import Lists
from benchmarks.bulk import Bulk
from exchange.accounts.roles import Role

POSTERS = 4
# Whose pages are measured, with their role in the busiest theme. The reviewers' numbers are of their open reviews.
MEASURED: dict[str, Role | None] = {
    "member": None,
    "manager": Role.PROGRAMME_MANAGER,
    "director": Role.THEME_DIRECTOR,
    "reviewer-50": Role.REVIEWER,
    "reviewer-250": Role.REVIEWER,
    **{f"poster-{number}": Role.REVIEWER for number in range(POSTERS)},
}


@dataclass
class People:
    """Ids. `members` propose, `reviewers` review."""

    measured: dict[str, int] = field(default_factory=dict)
    members: list[int] = field(default_factory=list)
    reviewers: list[int] = field(default_factory=list)
    managers: dict[str, int] = field(default_factory=dict)
    directors: dict[str, int] = field(default_factory=dict)


def uniquifier(name: str) -> str:
    """What a session of this measured person holds."""
    return f"benchmark-{name}"


def add_people(bulk: Bulk, draw: Random, lists: Lists, size: int, now: datetime) -> People:
    people = People()
    joined = now - timedelta(days=2_000)
    for name, role in MEASURED.items():
        organisation = lists.host if role else lists.organisations[0]
        people.measured[name] = _add(bulk, name, organisation, joined, role, lists.themes[0])
    for theme in lists.themes:
        people.managers[theme] = _add(bulk, f"m-{theme}", lists.host, joined, Role.PROGRAMME_MANAGER, theme)
        people.directors[theme] = _add(bulk, f"d-{theme}", lists.host, joined, Role.THEME_DIRECTOR, theme)
    people.managers[lists.themes[0]] = people.measured["manager"]
    people.directors[lists.themes[0]] = people.measured["director"]
    for number in range(max(35, size // 100)):
        organisation = draw.choice(lists.organisations)
        theme = lists.themes[number % len(lists.themes)]
        people.reviewers.append(_add(bulk, f"r-{number}", organisation, joined, Role.REVIEWER, theme))
    organisations = draw.choices(lists.organisations, lists.organisation_weights, k=size // 5)
    people.members = [
        _add(bulk, f"p-{number}", organisation, joined) for number, organisation in enumerate(organisations)
    ]
    return people


def _add(
    bulk: Bulk, name: str, organisation: str, joined: datetime, role: Role | None = None, theme: str = ""
) -> int:
    id_ = bulk.new_id("person")
    bulk.add(
        "person",
        id=id_,
        email=f"{name}@example.org",
        name=f"Person {name}",
        fs_uniquifier=uniquifier(name),
        confirmed_at=joined,
        create_datetime=joined,
        update_datetime=joined,
        terms_accepted_at=joined,
        organisation_id=organisation,
    )
    if role is not None:
        bulk.add(
            "role_grant",
            id=bulk.new_id("role_grant"),
            person_id=id_,
            role=role,
            theme_id=theme,
            scope=theme,
            granted_at=joined,
        )
    return id_
