from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import queries, rubric, services
from exchange.assessment.models import Assignment, Round
from exchange.decisions.rules import DecisionKind
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, Reader, ReadingLevel
from exchange.region.models import Theme
from tests.assessment.arrange import (
    OTHER,
    TEAM,
    make_cast,
    make_champion,
    make_director,
    make_manager,
    make_reviewer,
    make_submitted,
    submit,
)
from tests.conftest import Committed
from tests.decisions.arrange import make_case, release
from tests.factories import make_grant, make_person
from tests.pages import Client, Page


def events_of(proposal: Proposal) -> list[Event]:
    return list(db.session.query(Event).filter_by(subject=proposal.event_subject).order_by(Event.position))


def start_page(client: Client, person: Person, proposal: Proposal, status: int = 200) -> Page:
    return client.as_(person).get("assessment.start_assessment", ref=proposal.reference, status=status)


def test_start_assessment_opens_a_round_on_the_frozen_version(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        people = [make_reviewer(f"Reviewing Person {number}") for number in range(4)]
        proposal = make_submitted(champion)
    page = start_page(client, manager, proposal)
    page = page.submit("Start assessment", reviewers=[person.id for person in people[:3]])
    assert page.path == f"/proposals/{proposal.reference}/reviewers"
    with committed():
        kept = db.session.get_one(Proposal, proposal.id)
        assert kept.stage is Stage.IN_ASSESSMENT
        round_ = queries.current_round(kept)
        assert round_ is not None
        latest = rubric.latest()
        assert latest is not None
        assert (round_.number, round_.version_number, round_.rubric_id) == (1, 1, latest.id)
        assert (round_.quorum, round_.minimum_at_due_date, round_.due) == (3, 2, date(2026, 12, 21))
        assert [each.letter for each in round_.assignments] == ["A", "B", "C"]
        assert {each.person_id for each in round_.assignments} == {person.id for person in people[:3]}
        levels = {reader.person_id: reader.level for reader in db.session.query(Reader)}
        assert levels == {person.id: ReadingLevel.SUMMARY for person in people[:3]}
        started, added = events_of(kept)[-2:]
        assert (started.kind, started.audience) == ("start_assessment", "members")
        assert (started.facts["round"], started.facts["due"]) == (1, "2026-12-21")
        assert (added.kind, added.audience, added.facts["letters"]) == (
            "add_reviewers",
            "assessors",
            ["A", "B", "C"],
        )
        assert added.facts["assignments"] == [each.id for each in round_.assignments]


def test_start_assessment_lists_the_reviewers_of_its_themes(client: Client, committed: Committed) -> None:
    with committed() as session:
        champion, manager = make_champion(), make_manager()
        free = [make_reviewer(f"Free Person {number}") for number in range(3)]
        make_reviewer("Colleague Conflicted", organisation=TEAM)
        make_reviewer("Left Long Ago", active=False)
        make_person(name="Member Only", organisation=OTHER)
        session.add(_theme("other-theme"))
        session.flush()
        make_person(name="Elsewhere Expert", organisation=OTHER, role=Role.REVIEWER, theme="other-theme")
        proposal = make_submitted(champion)
    page = start_page(client, manager, proposal)
    labels = page.texts(".nhsuk-checkboxes__label")
    assert sorted(labels) == sorted(person.name for person in free)
    assert "River Community Trust · Safe care · 0 of 8 open reviews." in page.text
    assert "Colleague Conflicted, Hill Hospital" in page.text
    assert "They are from the same organisation as Amina Begum, who is on the team." in page.text
    for absent in ("Left Long Ago", "Member Only", "Elsewhere Expert"):
        assert absent not in page.text


def test_start_assessment_offers_reviewers_of_supporting_themes(client: Client, committed: Committed) -> None:
    with committed() as session:
        session.add(_theme("other-theme"))
        session.flush()
        champion, manager = make_champion(), make_manager()
        for number in range(3):
            make_reviewer(f"Free Person {number}")
        make_person(name="Supporting Expert", organisation=OTHER, role=Role.REVIEWER, theme="other-theme")
        proposal = make_submitted(champion, supporting_themes=["other-theme"])
    page = start_page(client, manager, proposal)
    assert "Supporting Expert" in page.texts(".nhsuk-checkboxes__label")


def test_start_assessment_needs_a_quorum(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        people = [make_reviewer(f"Free Person {number}") for number in range(3)]
        proposal = make_submitted(champion)
    page = start_page(client, manager, proposal)
    page = page.submit("Start assessment", reviewers=[people[0].id, people[1].id], status=422)
    assert page.errors == ["Select 3 reviewers or more. You selected 2"]
    assert page.value("reviewers") == [str(people[0].id), str(people[1].id)]
    page = page.submit("Start assessment", reviewers=None, status=422)
    assert page.errors == ["Select the reviewers"]
    with committed():
        assert db.session.query(Round).count() == 0


@pytest.mark.parametrize("value", ["abc", "-1", "999999", "1e3", "１", "😀", "1; drop"])
def test_start_assessment_refuses_people_it_does_not_offer(
    client: Client, committed: Committed, value: str
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        people = [make_reviewer(f"Free Person {number}") for number in range(3)]
        proposal = make_submitted(champion)
    sent = [str(person.id) for person in people] + [value]
    page = client.as_(manager).post(
        "assessment.start_assessment", {"reviewers": sent}, ref=proposal.reference, status=422
    )
    assert page.errors == ["Select from the list for “Reviewers”"]


def test_start_assessment_refuses_a_conflicted_reviewer_with_the_reason(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        people = [make_reviewer(f"Free Person {number}") for number in range(3)]
        colleague = make_reviewer("Colleague Conflicted", organisation=TEAM)
        proposal = make_submitted(champion)
    sent = [person.id for person in [*people, colleague]]
    page = client.as_(manager).post(
        "assessment.start_assessment", {"reviewers": sent}, ref=proposal.reference, status=422
    )
    assert page.errors == [
        "Colleague Conflicted cannot be chosen. "
        "They are from the same organisation as Amina Begum, who is on the team."
    ]
    with committed():
        assert db.session.query(Round).count() == 0


def test_start_assessment_without_enough_reviewers_says_what_is_needed(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        make_reviewer()
        make_reviewer("Colleague Conflicted", organisation=TEAM)
        proposal = make_submitted(champion)
    page = start_page(client, manager, proposal, status=409)
    assert (
        "An assessment needs three reviewers without an interest in it, and its themes have one reviewer like that. "
        "Ask an administrator to add reviewers."
    ) in page.text


def test_two_managers_start_at_once_and_the_second_is_told(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager, other = make_champion(), make_manager(), make_manager(name="Other Manager")
        people = [make_reviewer(f"Free Person {number}") for number in range(4)]
        proposal = make_submitted(champion)
    chosen = [person.id for person in people[:3]]
    first, second = start_page(client, manager, proposal), start_page(client, other, proposal)
    first.submit("Start assessment", reviewers=chosen)
    page = second.submit("Start assessment", reviewers=[person.id for person in people[1:]], status=409)
    assert page.h1 == "This cannot be done now"
    assert "The proposal is now at “In assessment”." in page.text
    with committed():
        assert db.session.query(Round).count() == 1
        assert {each.person_id for each in db.session.query(Assignment)} == set(chosen)


@pytest.mark.parametrize(
    "who", ["champion", "member", "reviewer", "director", "conflicted manager", "visitor"]
)
def test_start_assessment_is_the_managers_alone(client: Client, committed: Committed, who: str) -> None:
    with committed():
        champion = make_champion()
        people = {
            "champion": champion,
            "member": make_person(organisation=OTHER),
            "reviewer": make_reviewer(),
            "director": make_director(),
            "conflicted manager": make_manager(organisation=TEAM),
        }
        proposal = make_submitted(champion)
    if who == "visitor":
        page = client.visitor().get("assessment.start_assessment", ref=proposal.reference, status=302)
        assert "/login" in page.location
    else:
        start_page(client, people[who], proposal, status=403)


def test_start_assessment_of_a_proposal_that_is_kept_from_a_member_is_not_found(
    client: Client, committed: Committed
) -> None:
    with committed():
        member, conflicted = make_person(organisation=OTHER), make_manager(organisation=TEAM)
        proposal = make_submitted(make_champion(), visibility="assessors")
    start_page(client, member, proposal, status=404)
    start_page(client, conflicted, proposal, status=404)


def test_a_second_round_starts_afresh(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        for index in range(3):
            submit(cast.assignment(index))
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
        proposals.advance(cast.proposal, "develop", make_director())
        proposals.submit(cast.proposal, cast.champion)
        newcomer = make_reviewer("New Person")
        chosen = [cast.reviewers[0], cast.reviewers[1], newcomer]
        services.start_assessment(cast.proposal, cast.manager, [person.id for person in chosen])
    with committed():
        round_ = queries.current_round(db.session.get_one(Proposal, cast.proposal.id))
        assert round_ is not None
        assert (round_.number, round_.version_number) == (2, 2)
        assert sorted(each.letter for each in round_.assignments) == ["A", "B", "C"]
        levels = {reader.person_id: reader.level for reader in db.session.query(Reader)}
        assert levels == {person.id: ReadingLevel.SUMMARY for person in chosen}
        assert queries.counted_reviews(round_) == []
    # The first round stays readable for the staff; who reviews now reads no earlier review before declaring.
    page = client.as_(cast.manager).get("assessment.earlier_assessment", ref=cast.ref, number=1)
    assert "75 of 100, the weighted mean" in page.text
    client.as_(cast.reviewers[0]).get("assessment.earlier_assessment", ref=cast.ref, number=1, status=404)
    client.as_(cast.reviewers[2]).get("assessment.earlier_assessment", ref=cast.ref, number=1, status=404)


def test_candidates_show_their_load_and_their_other_roles(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0))
        make_grant(cast.manager, Role.REVIEWER)
        other = make_submitted(make_champion(), title="Another")
    page = start_page(client, cast.manager, other)
    hints = dict(
        zip(page.texts(".nhsuk-checkboxes__label"), page.texts(".nhsuk-checkboxes__hint"), strict=True)
    )
    assert "0 of 8 open reviews" in hints[cast.reviewers[0].name]
    assert "1 of 8 open reviews" in hints[cast.reviewers[1].name]
    assert (
        "Is a programme manager of the lead theme: who reviews it cannot close it." in hints["Rachel Tolley"]
    )


def _theme(id: str) -> Theme:
    return Theme(id=id, name="Other theme", purpose="Other.", services=[], position=9)


def test_reviewer_of_an_earlier_version_does_not_read_the_next(committed: Committed) -> None:
    with committed():
        case = make_case()
        release(case, DecisionKind.DEVELOP, override_reason="Too early.")
        reviewer = db.session.scalars(select(Reader)).first()
        assert reviewer is not None
        proposals.submit(case.proposal, case.proposal.champion)
        assert db.session.scalars(select(Reader)).all() == []
