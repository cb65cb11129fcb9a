"""Reads a region pack (TOML): every mistake is collected with its place and its reason, so that one reading
mends them all.

Places count from 1, as people do: `themes[2].id` is the id of the second theme.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from exchange.region.toml_table import Table, repeated

HOST_ID = "host"
WHOLE_WEIGHT = 100
MOST_ROWS, MOST_COLUMNS = 8, 4  # of the map: more columns could not be read on a phone

# Anyone can have an address here, so these settle nobody's organisation.
SHARED_DOMAINS = frozenset(
    {
        "nhs.net",
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "hotmail.co.uk",
        "live.co.uk",
        "icloud.com",
        "yahoo.com",
        "yahoo.co.uk",
        "btinternet.com",
    }
)

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CODE = re.compile(r"[A-Z0-9]{2,10}")
PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,7}")
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


class OrganisationType(StrEnum):
    ACUTE = "acute"
    SPECIALIST = "specialist"
    COMMUNITY = "community"
    MENTAL_HEALTH = "mental-health"
    AMBULANCE = "ambulance"
    COMMISSIONER = "commissioner"
    UNIVERSITY = "university"
    INDUSTRY = "industry"
    VOLUNTARY = "voluntary"
    PRIMARY_CARE = "primary-care"
    LOCAL_AUTHORITY = "local-authority"
    HOST = "host"


class BadPack(Exception):
    """The pack cannot be used. `mistakes` holds every one as "place: reason"."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True)
class Priority:
    id: str
    name: str


@dataclass(frozen=True)
class Theme:
    id: str
    name: str
    purpose: str
    services: tuple[str, ...]


@dataclass(frozen=True)
class StrategicAim:
    id: str
    name: str
    purpose: str


@dataclass(frozen=True)
class CareSystem:
    """`place` is where it stands on the drawn map of the region: empty, or its tile's row, column, height and width."""

    code: str
    name: str
    place: tuple[int, ...] = ()


@dataclass(frozen=True)
class Organisation:
    id: str
    name: str
    type: OrganisationType
    code: str | None
    system: str | None
    serves: tuple[str, ...]
    enhanced: bool
    domains: tuple[str, ...]


@dataclass(frozen=True)
class Criterion:
    """One criterion of the rubric; `low`, `mid` and `high` are the anchors of the scores 1, 3 and 5. Where `cannot_judge`, a
    reviewer may say so in place of a score."""

    id: str
    name: str
    weight: int
    low: str
    mid: str
    high: str
    cannot_judge: bool = False


@dataclass(frozen=True)
class AssessmentRules:
    quorum: int
    minimum_at_due_date: int
    working_days: int
    changes_working_days: int
    refer_back_working_days: int
    reminders_before: tuple[int, ...]
    reminders_after: tuple[int, ...]
    reviewer_limit: int


@dataclass(frozen=True)
class Pack:
    name: str
    reference_prefix: str
    host: str
    delegated_limit: int
    regional_networks: tuple[str, ...]
    priorities: tuple[Priority, ...]
    themes: tuple[Theme, ...]
    strategic_aims: tuple[StrategicAim, ...]
    systems: tuple[CareSystem, ...]
    organisations: tuple[Organisation, ...]
    assessment: AssessmentRules
    rubric: tuple[Criterion, ...]
    decline_reasons: Mapping[str, str]
    points: Mapping[str, int]


def read(content: bytes) -> Pack:
    """The pack, or BadPack with every mistake in it."""
    try:
        given = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadPack([f"byte {error.start + 1}: the file is not UTF-8 text"]) from error
    except tomllib.TOMLDecodeError as error:
        raise BadPack([f"not TOML: {error}"]) from error
    mistakes: list[str] = []
    pack = _pack(Table(given, "", mistakes))
    mistakes += _misfits(pack, mistakes)
    if mistakes:
        raise BadPack(mistakes)
    return pack


def _pack(top: Table) -> Pack:
    pack = Pack(
        name=top.text("name", 120),
        reference_prefix=top.text(
            "reference_prefix", 8, PREFIX, "up to 8 capital letters and digits, starting with a letter"
        ),
        host=top.text("host", 200),
        delegated_limit=top.number("delegated_limit", 0),
        regional_networks=top.texts("regional_networks", 200),
        priorities=tuple(map(_priority, top.tables("priorities", least=1))),
        themes=tuple(map(_theme, top.tables("themes", least=1))),
        strategic_aims=tuple(map(_strategic_aim, top.tables("strategic_aims"))),
        systems=tuple(map(_system, top.tables("systems"))),
        organisations=tuple(map(_organisation, top.tables("organisations", least=1))),
        assessment=_assessment(top.table("assessment")),
        rubric=tuple(map(_criterion, top.tables("rubric", least=1))),
        decline_reasons=_decline_reasons(top.table("decline_reasons")),
        points=_points(top.table("points")),
    )
    top.no_more()
    return pack


def _id(table: Table) -> str:
    return table.text("id", 60, KEBAB, "kebab-case")


def _priority(table: Table) -> Priority:
    priority = Priority(id=_id(table), name=table.text("name", 200))
    table.no_more()
    return priority


def _theme(table: Table) -> Theme:
    theme = Theme(
        id=_id(table),
        name=table.text("name", 200),
        purpose=table.text("purpose", 1000),
        services=table.texts("services", 200),
    )
    table.no_more()
    return theme


def _strategic_aim(table: Table) -> StrategicAim:
    aim = StrategicAim(id=_id(table), name=table.text("name", 200), purpose=table.text("purpose", 1000))
    table.no_more()
    return aim


def _system(table: Table) -> CareSystem:
    system = CareSystem(
        code=table.text("code", 10, CODE, "2 to 10 capital letters and digits"),
        name=table.text("name", 200),
        place=_place(table) if "place" in table.given else (),
    )
    table.no_more()
    return system


def _place(table: Table) -> tuple[int, ...]:
    """[row, column], or [row, column, rows high, columns wide], as `tiles` draws it."""
    before = len(table.mistakes)
    given = table.numbers("place", 1, MOST_ROWS)
    if len(table.mistakes) > before:
        return ()
    row, column, height, width = given if len(given) == 4 else (*given, 1, 1) if len(given) == 2 else (0,) * 4
    if not row:
        table.note("place", "is not [row, column] or [row, column, rows high, columns wide]")
    elif row + height - 1 > MOST_ROWS or column + width - 1 > MOST_COLUMNS:
        table.note("place", f"leaves the map, which has {MOST_ROWS} rows and {MOST_COLUMNS} columns")
    else:
        return row, column, height, width
    return ()


def _organisation(table: Table) -> Organisation:
    organisation = Organisation(
        id=_id(table),
        name=table.text("name", 200),
        type=_type(table),
        code=table.optional_text("code", 10, CODE, "2 to 10 capital letters and digits"),
        system=table.optional_text("system", 10, CODE, "2 to 10 capital letters and digits"),
        serves=table.texts("serves", 10, CODE, "2 to 10 capital letters and digits"),
        enhanced=table.flag("enhanced"),
        domains=table.texts("domains", 253, DOMAIN, "a domain in small letters, like trust.nhs.uk"),
    )
    table.no_more()
    return organisation


def _type(table: Table) -> OrganisationType:
    given = table.text("type", 40)
    known = [kind.value for kind in OrganisationType if kind is not OrganisationType.HOST]
    if given in known:
        return OrganisationType(given)
    if given:
        table.note("type", f"'{given}' is none of {', '.join(known)}")
    return OrganisationType.ACUTE


def _assessment(table: Table) -> AssessmentRules:
    rules = AssessmentRules(
        quorum=table.number("quorum", 1, 20),
        minimum_at_due_date=table.number("minimum_at_due_date", 1, 20),
        working_days=table.number("working_days", 1, 250),
        changes_working_days=table.number("changes_working_days", 1, 250),
        refer_back_working_days=table.number("refer_back_working_days", 1, 250),
        reminders_before=table.numbers("reminders_before", 0, 250),
        reminders_after=table.numbers("reminders_after", 1, 250),
        reviewer_limit=table.number("reviewer_limit", 1, 1000),
    )
    if rules.minimum_at_due_date > rules.quorum:
        table.note(
            "minimum_at_due_date", f"{rules.minimum_at_due_date} is more than the quorum of {rules.quorum}"
        )
    table.no_more()
    return rules


def _criterion(table: Table) -> Criterion:
    criterion = Criterion(
        id=_id(table),
        name=table.text("name", 200),
        weight=table.number("weight", 1, WHOLE_WEIGHT),
        low=table.text("low", 1000),
        mid=table.text("mid", 1000),
        high=table.text("high", 1000),
        cannot_judge=table.flag("cannot_judge"),
    )
    table.no_more()
    return criterion


def _decline_reasons(table: Table) -> dict[str, str]:
    if not table.given and not any(mistake.startswith(table.place) for mistake in table.mistakes):
        table.note("", "there is none: give at least one")
    for key in table.given:
        if not KEBAB.fullmatch(key):
            table.note(key, f"'{key}' is not kebab-case")
    return {key: table.text(key, 200) for key in table.given}


def _points(table: Table) -> dict[str, int]:
    for key in table.given:
        if not SNAKE.fullmatch(key):
            table.note(key, f"'{key}' is not the name of an action, like close_assessment")
    return {key: table.number(key, 0, 1000) for key in table.given}


def _misfits(pack: Pack, mistakes: Sequence[str]) -> list[str]:
    """What does not fit between one part and another."""
    organisations = pack.organisations
    keys = {
        "priorities: the id": [item.id for item in pack.priorities],
        "themes: the id": [item.id for item in pack.themes],
        "strategic_aims: the id": [item.id for item in pack.strategic_aims],
        "rubric: the id": [item.id for item in pack.rubric],
        "systems: the code": [item.code for item in pack.systems],
        "organisations: the id": [item.id for item in organisations],
        "organisations: the code": [item.code for item in organisations if item.code],
        "organisations: the domain": [domain for item in organisations for domain in item.domains],
    }
    found = [
        f"{place} '{key}' is there twice" for place, given in keys.items() for key in repeated(given) if key
    ]
    weight = sum(criterion.weight for criterion in pack.rubric)
    if weight != WHOLE_WEIGHT and not any(mistake.startswith("rubric") for mistake in mistakes):
        found.append(f"rubric: weights sum to {weight}, not {WHOLE_WEIGHT}")
    if pack.rubric and all(criterion.cannot_judge for criterion in pack.rubric):
        found.append("rubric: cannot_judge is true everywhere; one criterion at least must be scored")
    found += _misplaced(pack.systems)
    systems = {system.code for system in pack.systems}
    for number, organisation in enumerate(organisations, 1):
        found += [
            f"organisations[{number}].{misfit}" for misfit in _organisation_misfits(organisation, systems)
        ]
    return found


def _misplaced(systems: Sequence[CareSystem]) -> list[str]:
    """Either every system has a place on the map or none has, and no two share one."""
    placed = [system for system in systems if system.place]
    if placed and len(placed) < len(systems):
        lacking = next(system.code for system in systems if not system.place)
        return [f"systems: '{lacking}' has no place on the map, and others have"]
    taken: dict[tuple[int, int], str] = {}
    for system in placed:
        row, column, height, width = system.place
        for cell in product(range(row, row + height), range(column, column + width)):
            if cell in taken:
                return [f"systems: '{taken[cell]}' and '{system.code}' share a place on the map"]
            taken[cell] = system.code
    return []


def _organisation_misfits(organisation: Organisation, systems: set[str]) -> list[str]:
    found = []
    if organisation.id == HOST_ID:
        found.append(f"id: '{HOST_ID}' is kept for the network's own organisation")
    if organisation.system and organisation.system not in systems:
        found.append(f"system: '{organisation.system}' is not among the systems")
    found += [
        f"serves: '{code}' is not among the systems" for code in organisation.serves if code not in systems
    ]
    found += [
        f"domains: '{domain}' is shared by many organisations"
        for domain in organisation.domains
        if domain in SHARED_DOMAINS
    ]
    return found
