"""Who sees which proposal and what of it: the rules, and the same rules in SQL."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.extensions import db
from exchange.proposals import indexing, policy, queries
from exchange.proposals.lifecycle import OPEN_TO_MEMBERS, Part, Stage
from exchange.proposals.models import Proposal, Reader, ReadingLevel, StandIn
from exchange.proposals.policy import ALL_ANSWERS, MEMBERS_ANSWERS, PUBLIC_ANSWERS, Seen, Standing
from tests.conftest import Committed
from tests.factories import THEME, make_grant, make_interest, make_person
from tests.proposals.arrange import OTHER_THEME, declare_interest, make_bare, make_theme

ORGANISATIONS = ("hill-hospital", "river-trust", "valley-university", "host", None)


def made_up_people(chance: random.Random) -> list[Person]:
    people = []
    for _ in range(24):
        is_lay = chance.random() < 0.1
        person = make_person(organisation=chance.choice(ORGANISATIONS), is_lay=is_lay)
        if chance.random() < 0.1:
            person.terms_accepted_at = None
        for role in chance.sample(
            [Role.PROGRAMME_MANAGER, Role.THEME_DIRECTOR, Role.REVIEWER], chance.randrange(3)
        ):
            make_grant(person, role, theme=chance.choice([THEME, OTHER_THEME]))
        people.append(person)
    for person in chance.sample(people, 12):
        names: tuple[dict[str, Any], ...] = (
            {"organisation_id": chance.choice(ORGANISATIONS[:3])},
            {"email": chance.choice(people).email},
            {},
        )
        make_interest(
            person, until=clock.today() - timedelta(days=chance.randrange(2)), **chance.choice(names)
        )
    return people


def made_up_proposals(chance: random.Random, people: list[Person]) -> list[Proposal]:
    proposals = []
    for number, (stage, visibility) in enumerate(product(Stage, ("members", "assessors", None)), start=1):
        champion, *authors = chance.sample(people, chance.randrange(1, 4))
        proposal = make_bare(
            champion,
            number,
            stage=stage,
            visibility=visibility,
            lead_theme_id=chance.choice([THEME, OTHER_THEME, None]),
            supplier_id=chance.choice([*ORGANISATIONS[:3], None, None]),
            version_number=0 if stage is Stage.DRAFT else 1,
        )
        proposal.co_authors = authors
        for reviewer in chance.sample(people, 5):
            level = chance.choice(list(ReadingLevel))
            db.session.add(Reader(proposal_id=proposal.id, person_id=reviewer.id, level=level))
        for bound in chance.sample(people, 3):
            declare_interest(bound, proposal)
        for role in chance.sample(list(queries.STAFF_ROLES), chance.randrange(3)):
            name_stand_in(proposal, chance.choice(people), role, chance)
        proposals.append(proposal)
    db.session.flush()
    return proposals


def name_stand_in(proposal: Proposal, person: Person, role: Role, chance: random.Random) -> None:
    """As no administrator would: also somebody whom something binds, or who holds the role nowhere."""
    moment = clock.now()
    ended_at = chance.choice([None, None, moment])
    db.session.add(
        StandIn(
            proposal=proposal, person=person, role=role, named_at=moment, named_by=person, ended_at=ended_at
        )
    )


def found_by(condition: ColumnElement[bool], *more: ColumnElement[bool]) -> set[str]:
    return set(db.session.scalars(select(Proposal.reference).where(condition, *more)))


@pytest.mark.parametrize("seed", range(4))
def test_sql_and_rules_say_the_same_of_everyone(committed: Committed, seed: int) -> None:
    chance = random.Random(seed)
    with committed():
        make_theme()
        people = made_up_people(chance)
        proposals = made_up_proposals(chance, people)
        seen_at_all = 0
        pairs = select(Person.id, Proposal.reference).where(queries.conflicted_each())
        bound_each = {tuple(row) for row in db.session.execute(pairs)}
        for person in [None, *people]:
            standings = {each.reference: queries.standing_in(person, each) for each in proposals}
            by_ref = {each.reference: each for each in proposals}
            visible = {ref for ref, standing in standings.items() if policy.can_see(standing, by_ref[ref])}
            assert found_by(queries.visible_to(person)) == visible
            in_full = {
                ref for ref in visible if policy.reads_all_answers(person, Seen(by_ref[ref], standings[ref]))
            }
            assert found_by(queries.visible_to(person), queries.read_in_full(person)) == in_full
            in_summary = {ref for ref in visible if policy.reads_summary_only(standings[ref], by_ref[ref])}
            assert found_by(queries.visible_to(person), queries.read_in_summary(person)) == in_summary
            query = select(Proposal.reference, indexing.text_read_by(person)).where(
                queries.visible_to(person)
            )
            searched = {ref: audience for ref, audience in db.session.execute(query)}
            assert searched == {ref: text_read(standings[ref], by_ref[ref]) for ref in visible}
            seen_at_all += len(visible)
            if person is not None:
                bound = {each.reference for each in proposals if queries.conflict_of(person, each)}
                assert found_by(queries.conflicted(person)) == bound
                assert {ref for id_, ref in bound_each if id_ == person.id} == bound
        assert seen_at_all > len(proposals)


def text_read(standing: Standing, proposal: Proposal) -> str:
    """The audience whose text this reader may search."""
    if policy.reads_summary_only(standing, proposal):
        return "summary"
    audiences = policy.answers_read_by(standing, proposal)
    return {PUBLIC_ANSWERS: "public", MEMBERS_ANSWERS: "members", ALL_ANSWERS: "assessors"}[audiences]


def of(*parts: Part, is_member: bool = True, undeclared: bool = False) -> Standing:
    return Standing(frozenset(parts), is_member, undeclared)


VISITOR = Standing()


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("visibility", ["members", "assessors"])
def test_can_see_as_the_product_says(stage: Stage, visibility: str) -> None:
    proposal = Proposal(stage=stage, visibility=visibility)
    is_shared = stage in OPEN_TO_MEMBERS and visibility == "members"
    is_public, is_draft = stage is Stage.SPREAD, stage is Stage.DRAFT
    expected = {
        VISITOR: is_public,
        of(is_member=False): is_public,
        of(): is_public or is_shared,
        of(Part.CHAMPION): True,
        of(Part.CO_AUTHOR, is_member=False): True,
        of(Part.MANAGER): not is_draft,
        of(Part.DIRECTOR): not is_draft,
        of(Part.REVIEWER): is_public or stage in OPEN_TO_MEMBERS,
        of(undeclared=True): is_public or stage in OPEN_TO_MEMBERS,
    }
    assert {standing: policy.can_see(standing, proposal) for standing in expected} == expected


@pytest.mark.parametrize(
    ("standing", "visibility", "expected"),
    [
        (VISITOR, "members", PUBLIC_ANSWERS),
        (of(), "members", MEMBERS_ANSWERS),
        (of(), "assessors", PUBLIC_ANSWERS),
        (of(is_member=False), "members", PUBLIC_ANSWERS),
        (of(Part.CO_AUTHOR), "assessors", ALL_ANSWERS),
        (of(Part.REVIEWER), "assessors", ALL_ANSWERS),
        (of(Part.MANAGER), "assessors", ALL_ANSWERS),
        (of(undeclared=True), "members", MEMBERS_ANSWERS),
    ],
)
def test_answers_read_by(standing: Standing, visibility: str, expected: object) -> None:
    proposal = Proposal(stage=Stage.IN_ASSESSMENT, visibility=visibility)
    assert policy.answers_read_by(standing, proposal) == expected


def test_what_is_public_an_undeclared_reviewer_reads_like_everyone() -> None:
    undeclared = of(undeclared=True)
    assert policy.reads_summary_only(undeclared, Proposal(stage=Stage.IN_ASSESSMENT, visibility="members"))
    assert not policy.reads_summary_only(undeclared, Proposal(stage=Stage.SPREAD, visibility="members"))


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (VISITOR, {"public"}),
        (of(), {"public", "members"}),
        (of(Part.CHAMPION), {"public", "members", "team"}),
        (of(Part.REVIEWER), {"public", "members", "assessors"}),
        (of(Part.MANAGER), {"public", "members", "team", "assessors"}),
        (of(Part.DIRECTOR), {"public", "members", "team", "assessors", "director"}),
        (of(undeclared=True), {"public"}),
    ],
)
def test_events_read_by(standing: Standing, expected: set[str]) -> None:
    proposal = Proposal(stage=Stage.ASSESSED, visibility="members")
    assert policy.events_read_by(standing, proposal) == expected
    kept = Proposal(stage=Stage.ASSESSED, visibility="assessors")
    assert policy.events_read_by(standing, kept) == (expected if standing.parts else {"public"})


@pytest.mark.parametrize(
    ("organisation", "why"),
    [
        ("hill-hospital", "They are from the same organisation as Amina Begum, who is on the team."),
        ("river-trust", "Their organisation supplies it."),
        ("valley-university", "They are from the same organisation as Jo Price, who is on the team."),
        ("host", ""),
        (None, ""),
    ],
)
def test_a_conflict_is_found(committed: Committed, organisation: str | None, why: str) -> None:
    with committed():
        author = make_person(name="Jo Price", organisation="valley-university")
        proposal = make_bare(make_person(name="Amina Begum"), 1, supplier_id="river-trust")
        proposal.co_authors = [author]
        manager = make_person(role=Role.PROGRAMME_MANAGER, organisation=organisation)
        standing = queries.standing_in(manager, proposal)
        assert (standing.conflict, standing.is_staff) == (why, not why)


@pytest.mark.parametrize(
    ("named", "why"),
    [
        (
            {"organisation_id": "hill-hospital"},
            "They registered an interest in Hill Hospital, where Amina Begum of the team works.",
        ),
        (
            {"organisation_id": "river-trust"},
            "They registered an interest in River Community Trust, which supplies it.",
        ),
        ({"email": "jo@example.org"}, "They registered an interest in Jo Price, who is on the team."),
        ({"email": "someone.else@example.org"}, ""),
        ({}, ""),
    ],
)
def test_a_registered_interest_is_found(committed: Committed, named: dict[str, str], why: str) -> None:
    with committed():
        proposal = make_bare(make_person(name="Amina Begum"), 1, supplier_id="river-trust")
        proposal.co_authors = [
            make_person(name="Jo Price", email="jo@example.org", organisation="valley-university")
        ]
        manager = make_person(role=Role.PROGRAMME_MANAGER, organisation="host")
        make_interest(manager, **named)
        assert queries.standing_in(manager, proposal).conflict == why


def test_a_registered_interest_binds_until_it_ends(committed: Committed) -> None:
    with committed():
        proposal = make_bare(make_person(), 1)
        manager = make_person(role=Role.PROGRAMME_MANAGER, organisation="host")
        interest = make_interest(manager, organisation_id="hill-hospital", until=clock.today())
        assert queries.conflict_of(manager, proposal)
        interest.ended_at = clock.now()
        assert not queries.conflict_of(manager, proposal)
        interest.ended_at, interest.until = None, clock.today() - timedelta(days=1)
        assert not queries.conflict_of(manager, proposal)


def test_a_declared_interest_binds_in_every_role(committed: Committed) -> None:
    with committed():
        proposal = make_bare(make_person(), 1)
        person = make_person(role=Role.PROGRAMME_MANAGER, organisation="host")
        make_grant(person, Role.THEME_DIRECTOR)
        make_grant(person, Role.REVIEWER)
        db.session.add(Reader(proposal_id=proposal.id, person_id=person.id, level=ReadingLevel.ALL))
        assert queries.standing_in(person, proposal).parts == {Part.MANAGER, Part.DIRECTOR, Part.REVIEWER}
        declare_interest(person, proposal)
        assert queries.standing_in(person, proposal) == Standing(
            is_member=True, conflict="They declared an interest."
        )


def test_a_champion_who_directs_the_theme_is_the_champion_alone(committed: Committed) -> None:
    with committed():
        director = make_person(role=Role.THEME_DIRECTOR)
        standing = queries.standing_in(director, make_bare(director, 1))
        assert standing.parts == frozenset({Part.CHAMPION})
        assert standing.conflict == "They are on the team."
