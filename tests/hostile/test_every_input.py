"""Every route, every method, every parameter and every field of every form, with what nobody should send.

Nothing is listed by hand. Routes come from the map of addresses, parameters from what the code asks a request for while its pages
are opened and from its source, fields from the forms that the pages hold. FUZZ=n in the environment tries n times as much, as
everybody; other values then, so that a failure names all that it takes to repeat it.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from exchange.assessment.models import Review, Score
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.demo.pdf import one_page
from exchange.extensions import db
from exchange.proposals import record
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.databases import saved
from tests.guards.expected_access import EXPECTED, Place
from tests.guards.world import ROLES, World, make_world
from tests.hostile import values
from tests.hostile.attacker import (
    Attacker,
    File,
    FoundForm,
    Pairs,
    forms_of,
    noting_names,
    path_with,
    query_of,
    showing_failures,
)
from tests.pages import Client

FUZZ = int(os.environ.get("FUZZ", "1"))
ON_POSTGRESQL = bool(os.environ.get("TEST_DATABASE_URL"))
SOME = ("visitor", "champion", "reviewer", "manager", "director", "administrator")
# What another database could refuse, a few people reach; putting it back after each change takes longer there.
TRIED = ROLES if FUZZ > 1 else ("champion", "manager") if ON_POSTGRESQL else SOME
SOURCE = Path(__file__).parents[2] / "exchange"
METHODS = ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "zqx")

# Words that stand in texts which these people may read, and nobody else may anywhere.
DRAFT, REVIEW, PREPARED = "quokkadraft", "quokkareview", "quokkaprepared"
MAY_READ = {
    DRAFT: {"champion", "co_author"},
    REVIEW: {"reviewer", "undeclared", "manager", "director"},
    PREPARED: {"director"},
}
# What a form has no field for, and somebody would like to set.
UNASKED: Pairs = [
    ("id", "1"),
    ("role", "administrator"),
    ("stage", "spread-at-scale"),
    ("champion_id", "1"),
    ("is_administrator", "on"),
    ("active", "on"),
    ("confirmed_at", "2026-01-01"),
    ("organisation_id", "host"),
    ("remember", "on"),
    ("_method", "DELETE"),
    ("once", "zqx"),
    ("state", "zqx"),
    ("opened_at", "zqx"),
]


def hide_words(world: World) -> None:
    draft, assessed = (
        db.session.scalars(select(Proposal).where(Proposal.reference == world.refs[stage])).one()
        for stage in ("draft", "assessed")
    )
    draft.answers = {**draft.answers, "need": f"Nobody but the team knows {DRAFT}."}
    db.session.execute(update(Review).values(comment=f"Between us: {REVIEW}."))
    db.session.execute(update(Score).values(rationale=f"Between us: {REVIEW}."))
    said = {
        "statement": f"Not yet released: {PREPARED}.",
        "adoption_target": 3,
        "investment": 0,
        "conditions": [],
    }
    director = world.people["director"]
    assert director is not None
    decisions.prepare(assessed, DecisionKind.APPROVE_SPREAD, director, said)


@pytest.fixture
def world(committed: Committed) -> World:
    with committed():
        world = make_world()
        hide_words(world)
        return world


@pytest.fixture
def attackers(app: Flask, client: Client, world: World) -> Iterator[Callable[[str], Attacker]]:
    """Makes somebody hostile of anybody."""

    def attacker(role: str) -> Attacker:
        person = world.people[role]
        enter = client.visitor if person is None else partial(client.as_, person)
        kept = tuple(word for word, readers in MAY_READ.items() if role not in readers)
        return Attacker(enter, role, kept, put_back, raised, asked)

    with (
        saved(app.config["TEST_URL"]) as put_back,
        showing_failures(app) as raised,
        noting_names(app) as asked,
    ):
        yield attacker


@dataclass(frozen=True)
class Spot:
    """A route and values that lead somewhere."""

    rule: Rule
    values: dict[str, str]

    @property
    def address(self) -> str:
        return path_with(self.rule, self.values)


def spots(app: Flask, world: World, *, opened_by: str = "") -> list[Spot]:
    """Every route at every stage of the access matrix, and every section of the record; or those that this role can open."""
    sections = [Place("proposals.edit_section", "draft", {"section": each.id}) for each in record.SECTIONS]
    found = {}
    for place in [*EXPECTED, *sections]:
        letters = EXPECTED[place].replace(" ", "")
        if opened_by and letters[ROLES.index(opened_by)] != "o":
            continue
        known = {**world.values, "ref": world.refs[place.stage], **place.values}
        for rule in app.url_map.iter_rules(place.endpoint):
            if "GET" in (rule.methods or ()):
                spot = Spot(rule, {name: str(known[name]) for name in rule.arguments})
                found[spot.address] = spot
    return list(found.values())


def once_a_rule(found: Sequence[Spot]) -> list[Spot]:
    """Of each rule its first spot."""
    return list({(spot.rule.endpoint, spot.rule.rule): spot for spot in reversed(found)}.values())


@dataclass
class Picker:
    """Chooses what to send: the same in every run, other values for every round, role and place."""

    random: Random

    def one(self) -> str:
        """For one place by itself: what a database may not take as often as anything else."""
        others = values.MARKED + values.TEXTS + values.NUMBERS
        return self.random.choice(values.BROKEN if ON_POSTGRESQL or self.random.random() < 0.5 else others)

    def any(self) -> str:
        return self.random.choice(values.ALL)

    def file(self) -> File:
        name = self.random.choice(
            [
                f"{values.MARKUP}.pdf",
                "../../a.pdf",
                "a\x00b.pdf",
                "\u202efdp.exe",
                "x" * 3_000,
                ".",
                "con",
                ".htaccess",
            ]
        )
        return File(name, self.random.choice(FILES))


def small_zip() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("../../etc/passwd", "zqx")
    return out.getvalue()


FILES = (
    one_page("Audit", "Figures."),
    b"",
    b"%PDF-1.7\n<script>zqx</script>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='zqx'/>",
    b"GIF89a=1;/*<script>zqx</script>",
    small_zip(),
    b"MZ\x90\x00",
)


@cache
def names_in_source() -> set[str]:
    """Names of parameters that stand in the source beside `request`: also those that are read only after something else."""
    names = set()
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names |= {name.value for name in _named(node) if isinstance(name, ast.Constant)}
    return {name for name in names if isinstance(name, str)}


def _named(node: ast.AST) -> Sequence[ast.AST]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.args[:1] if _is_sent(node.func.value) else []
    if isinstance(node, ast.Subscript):
        return [node.slice] if _is_sent(node.value) else []
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In):
        return [node.left] if _is_sent(node.comparators[0]) else []
    return []


def _is_sent(node: ast.AST) -> bool:
    """Whether it says `request.args` and the like."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    return node.value.id == "request" and node.attr in {"args", "form", "values", "files"}


def test_names_are_found_in_the_source() -> None:
    assert {"remove", "stay", "submit_review", "proposals", "next", "from", "up_to"} <= names_in_source()


def attack_address(attacker: Attacker, spot: Spot, picker: Picker) -> None:
    """Each part of the path and each parameter in turn, then all parameters at once, and doubled."""
    for name in sorted(spot.rule.arguments):
        attacker.send("GET", path_with(spot.rule, {**spot.values, name: picker.one()}))
    attacker.asked.clear()
    attacker.send("GET", spot.address)
    asked = sorted(attacker.asked)
    for name in asked:
        attacker.send("GET", f"{spot.address}?{query_of([(name, picker.one())])}")
    everything = sorted({*asked, *names_in_source()})
    attacker.send("GET", f"{spot.address}?{query_of([(name, picker.any()[:500]) for name in everything])}")
    if asked:
        doubled = [(name, picker.any()[:500]) for name in asked for _ in range(3)]
        attacker.send("GET", f"{spot.address}?{query_of(doubled)}")


def attack_form(attacker: Attacker, form: FoundForm, picker: Picker) -> None:
    for name in form.names if FUZZ > 1 else form.typed:
        rest = [pair for pair in form.filled if pair[0] != name]
        attacker.post(form.address, [*rest, (name, picker.one())])
    attacker.asked.clear()
    attacker.post(form.address, [*form.filled, *UNASKED])
    names = sorted({*form.names, *attacker.asked, *names_in_source()})
    attacker.post(form.address, [])
    attacker.post(form.address, [(name, picker.any()) for name in names])
    attacker.post(
        form.address, [(name, value) for name in names for value in (picker.any()[:500], values.MARKUP)]
    )

    swapped = [
        (name, "a text" if kind == "file" else picker.file())
        for name, kind in form.kinds.items()
        if name in form.names
    ]
    attacker.post(form.address, swapped)
    if "file" in form.kinds.values():
        files = [
            (name, picker.file()) for name, kind in form.kinds.items() if kind == "file" for _ in range(2)
        ]
        attacker.post(form.address, [*form.filled, *files])


def forms_seen(attacker: Attacker, found: Sequence[Spot]) -> list[FoundForm]:
    """Every form that this person finds there, each kind once."""
    seen: dict[tuple[str, tuple[str, ...], str], FoundForm] = {}
    for spot in found:
        page = attacker.send("GET", spot.address)
        for form in forms_of(page) if page.is_html else []:
            kind = (spot.rule.endpoint, tuple(form.names), form.address.rpartition("/")[2])
            if is_theirs(attacker.role, spot.rule.endpoint):
                seen.setdefault(kind, form)
    return list(seen.values())


def is_theirs(role: str, endpoint: str) -> bool:
    """Whether this role attacks the forms of a page: of those who can open it the first, or everybody where there is time."""
    letters = [letters.replace(" ", "") for place, letters in EXPECTED.items() if place.endpoint == endpoint]
    able = [each for each in TRIED if any(row[ROLES.index(each)] == "o" for row in letters)]
    return FUZZ > 1 or able[0] == role


def attack_methods(attacker: Attacker, app: Flask, world: World, picker: Picker) -> None:
    """With a good token, or nothing gets further than the lack of one."""
    for rule in app.url_map.iter_rules():
        address = path_with(rule, {**world.values, "ref": world.refs["in-assessment"]})
        for method in METHODS:
            token = attacker.enter().csrf_token()
            body = picker.any().encode(errors="surrogatepass")
            attacker.send(method, address, body=body, headers={"X-CSRFToken": token})


@pytest.mark.parametrize("role", TRIED)
def test_nothing_sent_makes_a_page_fail_run_it_or_show_more(
    app: Flask, world: World, attackers: Callable[[str], Attacker], role: str
) -> None:
    attacker = attackers(role)
    everywhere = once_a_rule(spots(app, world))
    opened = spots(app, world, opened_by=role)
    forms = forms_seen(attacker, opened)
    assert forms
    for round_ in range(FUZZ):
        picker = Picker(Random(f"{role} {round_}"))
        for spot in everywhere if FUZZ > 1 or role == "visitor" else once_a_rule(opened):
            attack_address(attacker, spot, picker)
        for form in forms:
            attack_form(attacker, form, picker)
        if FUZZ > 1 or role in {"visitor", "administrator"}:
            attack_methods(attacker, app, world, picker)
    assert not attacker.problems, attacker.report
