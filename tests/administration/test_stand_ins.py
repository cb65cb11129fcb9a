"""Where nobody of a theme is free to act, an administrator names a stand-in, and learns nothing of the assessment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import services as assessment
from exchange.assessment.models import Interest
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals import stand_ins
from exchange.proposals.models import Proposal, StandIn
from exchange.spread.life import ProgrammeStatus
from exchange.spread.models import Programme
from tests.assessment.arrange import (
    OTHER,
    STAFF,
    TEAM,
    make_champion,
    make_director,
    make_manager,
    make_reviewer,
    make_submitted,
)
from tests.conftest import Committed, Statements
from tests.decisions import arrange as deciding
from tests.factories import make_grant, make_person
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client
from tests.proposals.arrange import OTHER_THEME, make_theme

MANAGER, DIRECTOR = Role.PROGRAMME_MANAGER, Role.THEME_DIRECTOR


@dataclass
class Scene:
    """A proposal whose only manager works where its champion does, and a manager of another theme."""

    proposal: Proposal
    champion: Person
    bound: Person
    elsewhere: Person
    administrator: Person

    @property
    def ref(self) -> str:
        return self.proposal.reference


def lacking() -> stand_ins.AllLacking:
    """As an administrator sees it who has no interest."""
    return stand_ins.lacking(make_person(organisation=None))


def make_administrator() -> Person:
    return make_person(role=Role.ADMINISTRATOR, name="Ada Minister", organisation=STAFF)


@pytest.fixture
def scene(committed: Committed) -> Scene:
    with committed():
        make_theme()
        make_director()
        bound = make_manager(name="Bea Bound", organisation=TEAM)
        elsewhere = make_manager(name="Imran Yusuf", theme=OTHER_THEME)
        champion = make_champion()
        made = Scene(
            make_submitted(champion, visibility="assessors"), champion, bound, elsewhere, make_administrator()
        )
        tell_in_here()
    forget(committed)
    return made


def name(client: Client, scene: Scene, person: str = "Imran Yusuf") -> None:
    page = client.as_(scene.administrator).get("administration.stand_ins")
    page = page.click(f"{scene.ref}: programme manager")
    [choice] = [
        box.attributes["value"]
        for box, label in zip(
            page.select("input[type=radio]"), page.texts(".nhsuk-radios__label"), strict=True
        )
        if label == person
    ]
    page = page.submit("Name the stand-in", person=choice)
    assert f"{person} stands in for {scene.ref}. We tell them." in page.text


def test_stand_in_is_named_told_and_acts_for_this_proposal_alone(
    app: Flask, client: Client, committed: Committed, scene: Scene
) -> None:
    with committed():
        other = make_submitted(scene.champion, visibility="assessors")
        tell_in_here()
    forget(committed)
    stand_in = client.as_(scene.elsewhere)
    stand_in.get("proposals.show", ref=scene.ref, status=404)
    work = client.as_(scene.administrator).get("reports.my_work")
    assert work.texts(".app-result__title")[0] == "Stand-ins to name"
    assert work.texts(".app-result__todo")[0].startswith("2 stand-ins, the first since")
    name(client, scene)
    tell(app)
    assert told(committed) == {"Imran Yusuf": ["you stand in as its programme manager"]}
    [letter] = texts_to(committed, scene.elsewhere)
    assert "Ada Minister has named you to stand in as programme manager" in letter
    triage = stand_in.get("assessment.triage")
    assert scene.ref in triage.text
    assert other.reference not in triage.text
    assert scene.ref in stand_in.get("proposals.proposals").text
    stand_in.get("proposals.show", ref=other.reference, status=404)
    page = stand_in.get("proposals.show", ref=scene.ref)
    assert "A stand-in was named for the programme manager" in page.text
    page = page.click("Request changes").submit(
        "Request changes", sections=["need"], message="Say how many wards."
    )
    assert "is asked for changes" in page.text
    with committed():
        assert lacking().count == 1
        assert proposals.lock(scene.proposal).stage == "changes-requested"


def test_what_comes_next_is_told_to_the_stand_in(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        make_theme()
        staff = deciding.make_staff()
        proposal = deciding.make_proposal(staff)
        stand_in = make_director(name="Nia Rees", theme=OTHER_THEME)
        staff.director.organisation_id = TEAM
        proposals.name_stand_in(proposal, DIRECTOR, stand_in, make_administrator())
        tell_in_here()
    forget(committed)
    with committed():
        deciding.assess(db.session.get_one(Proposal, proposal.id), deciding.make_staff_like(staff))
    tell(app)
    assert told(committed)["Nia Rees"] == ["ready for your decision"]
    assert "Paul Okafor" not in told(committed)


def registers(client: Client, committed: Committed, scene: Scene) -> None:
    page = client.as_(scene.elsewhere).get("interests.add")
    page.submit("Add to your register", kind="person", email=scene.champion.email, reason="He is my brother.")


def loses_the_role(client: Client, committed: Committed, scene: Scene) -> None:
    page = client.as_(scene.administrator).get("administration.person", person_id=scene.elsewhere.id)
    page.click("Take this role away: Programme manager, Quiet nights").submit("Take the role away")


def moves(client: Client, committed: Committed, scene: Scene) -> None:
    page = client.as_(scene.administrator).get("administration.settle", person_id=scene.elsewhere.id)
    page.submit("Save", organisation=TEAM)


def is_relieved(client: Client, committed: Committed, scene: Scene) -> None:
    page = client.as_(scene.administrator).get("administration.stand_ins")
    page = page.click(f"Take it back: Imran Yusuf, {scene.ref}")
    assert "no longer stands in for" in page.submit("Take it back").text


def has_a_colleague_join(client: Client, committed: Committed, scene: Scene) -> None:
    with committed():
        newcomer = make_person(organisation=STAFF)
        invitation = proposals.invite(
            db.session.get_one(Proposal, scene.proposal.id),
            db.session.get_one(Person, scene.champion.id),
            newcomer.email,
        )
    page = client.as_(newcomer).get("assessment.invitation", ref=invitation.proposal.reference)
    page.submit("Continue", answer="accept")


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (registers, "You have an interest in it now"),
        (loses_the_role, "You no longer hold the role of programme manager"),
        (moves, "You have an interest in it now"),
        (is_relieved, "Ada Minister has taken it back"),
        (has_a_colleague_join, "You have an interest in it now"),
    ],
)
def test_standing_in_ends_when_something_stands_against_it(
    app: Flask,
    client: Client,
    committed: Committed,
    scene: Scene,
    happens: Callable[[Client, Committed, Scene], None],
    why: str,
) -> None:
    name(client, scene)
    tell(app)
    forget(committed)
    happens(client, committed, scene)
    client.as_(scene.elsewhere).get("proposals.show", ref=scene.ref, status=404)
    tell(app)
    letter = texts_to(committed, scene.elsewhere)[-1]
    assert letter.startswith(f"{scene.ref}: you no longer stand in as its programme manager")
    assert why in letter
    with committed():
        assert db.session.query(StandIn).one().ended_at is not None
        assert MANAGER in [each.role for each in lacking().rows]


def test_a_move_to_another_theme_ends_it(app: Flask, committed: Committed, scene: Scene) -> None:
    with committed():
        proposal = db.session.get_one(Proposal, scene.proposal.id)
        bound = db.session.get_one(Person, scene.bound.id)
        standing = make_manager(name="Second Elsewhere", theme=OTHER_THEME)
        administrator = db.session.get_one(Person, scene.administrator.id)
        proposals.name_stand_in(proposal, MANAGER, standing, administrator)
        theme = standing.grants[0].theme
        assert theme is not None
        proposals.transfer(proposal, standing, theme, reason="It is about nights.")
        assert {person.name for person in stand_ins.acting(MANAGER, proposal)} == {
            "Imran Yusuf",
            "Second Elsewhere",
        }
        assert stand_ins.running_in(proposal, MANAGER) is None
        assert bound not in stand_ins.acting(MANAGER, proposal)


def test_only_director_who_reviewed_it_needs_a_stand_in_too(client: Client, committed: Committed) -> None:
    with committed():
        make_theme()
        case = deciding.make_case()
        make_director(name="Nia Rees", theme=OTHER_THEME)
        administrator = make_administrator()
        assert lacking().rows == []
        deciding.make_director_who_reviewed(case)
        db.session.delete(case.director.grants[0])
    browser = client.as_(administrator)
    page = browser.get("administration.stand_ins").click(f"{case.ref}: theme director")
    assert page.texts(".nhsuk-radios__label") == ["Nia Rees"]
    page = page.submit("Name the stand-in", person=page.select("input[type=radio]")[0].attributes["value"])
    assert "Nia Rees stands in" in page.text
    assert "No proposal waits for a stand-in" in page.text


def test_pack_names_nobody_from_the_panel_as_who_acts_instead(client: Client, committed: Committed) -> None:
    with committed():
        case = deciding.make_case()
        deciding.make_director_who_reviewed(case)
        deciding.make_conflicted_director()
    said = " ".join(
        client.as_(case.director).get("decisions.decision_pack", ref=case.ref).texts("#conflicts li")
    )
    assert "Takes no part in deciding it. Paul Okafor acts instead." in said


def test_programme_whose_only_director_is_bound_waits_for_a_stand_in_until_it_ends(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_theme()
        case = deciding.make_case()
        deciding.release(case)
        stand_in = make_director(name="Nia Rees", theme=OTHER_THEME)
        administrator = make_administrator()
        assert lacking().rows == []
        case.director.organisation_id = case.manager.organisation_id = TEAM
    with committed():
        assert [(each.reference, each.role) for each in lacking().rows] == [(case.ref, DIRECTOR)]
        proposal = db.session.get_one(Proposal, case.proposal.id)
        administrator = db.session.get_one(Person, administrator.id)
        proposals.name_stand_in(proposal, DIRECTOR, db.session.get_one(Person, stand_in.id), administrator)
    page = client.as_(stand_in).get("spread.programme", slug="falls-huddles")
    page.click("Settle condition 1")
    with committed():
        proposals.take_back_stand_in(
            db.session.query(StandIn).one(), db.session.get_one(Person, administrator.id)
        )
        assert lacking().count == 1
        db.session.query(Programme).one().status = ProgrammeStatus.COMPLETED
        db.session.flush()
        assert lacking().rows == []


def test_administrator_with_an_interest_leaves_it_to_another(
    client: Client, committed: Committed, scene: Scene
) -> None:
    """Who is offered tells who reviews it."""
    with committed():
        bound = make_person(role=Role.ADMINISTRATOR, organisation=TEAM)
    one = client.as_(bound)
    assert scene.ref not in one.get("administration.stand_ins").text
    assert "Stand-ins to name" not in one.get("reports.my_work").texts(".app-result__title")
    one.get("administration.name_stand_in", ref=scene.ref, role=MANAGER.value, status=404)
    assert scene.ref in client.as_(scene.administrator).get("administration.stand_ins").text


def test_nobody_with_an_interest_is_offered(client: Client, committed: Committed, scene: Scene) -> None:
    with committed():
        make_manager(name="Zoe Bound", organisation=TEAM, theme=OTHER_THEME)
        closed = make_manager(name="Yan Gone", theme=OTHER_THEME)
        closed.active = False
        both = make_manager(name="Una Both", organisation=OTHER, theme=OTHER_THEME)
        make_grant(both, Role.REVIEWER)
        bound = make_person(role=MANAGER, theme=OTHER_THEME, organisation=TEAM)
    browser = client.as_(scene.administrator)
    page = browser.get("administration.name_stand_in", ref=scene.ref, role=MANAGER.value)
    assert page.texts(".nhsuk-radios__label") == ["Imran Yusuf", "Una Both"]
    for sent, message in ({"person": str(bound.id)}, "Select from the list"), ({}, "Select who stands in"):
        page = browser.post(
            "administration.name_stand_in", sent, status=422, ref=scene.ref, role=MANAGER.value
        )
        assert message in page.errors[0]


def test_nobody_who_reviews_it_is_offered(client: Client, committed: Committed, scene: Scene) -> None:
    with committed():
        panel = [make_reviewer(f"Reviewing Person {number}") for number in range(3)]
        make_grant(panel[0], MANAGER, theme=OTHER_THEME)
        once = make_manager(name="Una Once", theme=OTHER_THEME)
        make_grant(once, Role.REVIEWER)
        people = [each.id for each in (*panel, once)]
        manager = make_manager(name="Max Moved")
        round_ = assessment.start_assessment(db.session.get_one(Proposal, scene.proposal.id), manager, people)
        place = next(each for each in round_.assignments if each.person_id == once.id)
        assessment.declare(place, Interest.TOO_MANY)
        manager.organisation_id = TEAM
    page = client.as_(scene.administrator).get(
        "administration.name_stand_in", ref=scene.ref, role=MANAGER.value
    )
    assert page.texts(".nhsuk-radios__label") == ["Imran Yusuf", "Una Once"]


def test_two_administrators_at_once_name_one(client: Client, committed: Committed, scene: Scene) -> None:
    first, second = (
        client.as_(scene.administrator).get("administration.name_stand_in", ref=scene.ref, role=MANAGER.value)
        for _ in range(2)
    )
    first.submit("Name the stand-in", person=str(scene.elsewhere.id))
    second.submit("Name the stand-in", person=str(scene.elsewhere.id), status=404)
    with committed():
        assert db.session.query(StandIn).count() == 1


def test_administrator_learns_nothing_of_the_proposal(
    client: Client, committed: Committed, scene: Scene
) -> None:
    browser = client.as_(scene.administrator)
    name(client, scene)
    pages = [
        browser.get("administration.stand_ins"),
        browser.get("administration.name_stand_in", ref=scene.ref, role=DIRECTOR.value, status=404),
        browser.get("reports.my_work"),
    ]
    for page in pages:
        for secret in (scene.proposal.title, "Amina Begum", "Hill Hospital", "Bea Bound"):
            assert secret not in page.text
    for endpoint in (
        "proposals.show",
        "proposals.history",
        "assessment.assessment",
        "decisions.decision_pack",
    ):
        browser.get(endpoint, ref=scene.ref, status=404)


@pytest.mark.parametrize(
    "place",
    [
        "/admin/stand-ins/TV-2026-9999/programme-manager",
        "/admin/stand-ins/nonsense/programme-manager",
        "/admin/stand-ins/{ref}/reviewer",
        "/admin/stand-ins/{ref}/theme-director",
        "/admin/stand-ins/{draft}/programme-manager",
        "/admin/stand-ins/999/take-back",
    ],
)
def test_where_no_stand_in_is_needed_there_is_nothing_to_name(
    client: Client, committed: Committed, scene: Scene, place: str
) -> None:
    with committed():
        draft = proposals.create(scene.champion, "A draft", "safe-care")
    address = place.format(ref=scene.ref, draft=draft.reference)
    client.as_(scene.administrator).get(address, status=404)


def test_page_says_when_nobody_is_free_anywhere(client: Client, committed: Committed, scene: Scene) -> None:
    with committed():
        db.session.get_one(Person, scene.elsewhere.id).organisation_id = TEAM
    page = client.as_(scene.administrator).get(
        "administration.name_stand_in", ref=scene.ref, role=MANAGER.value
    )
    assert "Nobody who holds this role in another theme is free either." in page.text
    assert page.select("main button") == []


def test_stand_in_decides_and_everything_says_as_what(client: Client, committed: Committed) -> None:
    with committed():
        make_theme()
        case = deciding.make_case()
        case.director.organisation_id = TEAM
        stand_in = make_director(name="Nia Rees", theme=OTHER_THEME)
        administrator = make_administrator()
        db.session.flush()
        proposals.name_stand_in(case.proposal, DIRECTOR, stand_in, administrator)
    browser = client.as_(stand_in)
    assert case.ref in browser.get("decisions.decisions").text
    said = " ".join(browser.get("decisions.decision_pack", ref=case.ref).texts("#conflicts li"))
    assert "Takes no part in deciding it. Nia Rees acts instead." in said
    assert "Nia Rees stands in as theme director, named by Ada Minister, an administrator, on" in said
    with committed():
        decisions.release(
            db.session.get_one(Proposal, case.proposal.id),
            DecisionKind.APPROVE_SPREAD,
            db.session.get_one(Person, stand_in.id),
            deciding.APPROVAL,
        )
    letter = client.as_(case.champion).get("decisions.letter", ref=case.ref).text
    assert "Standing in as theme director, Safe care" in letter
    programme = client.visitor().get("spread.programme", slug="falls-huddles").text
    assert "Nia Rees, standing in as theme director, Safe care" in programme


def test_lists_ask_the_database_as_often_for_many_as_for_one(
    client: Client, committed: Committed, scene: Scene, statements: Statements
) -> None:
    def asked() -> int:
        browser = client.as_(scene.administrator)
        with statements() as made:
            browser.get("administration.stand_ins")
        return len(made)

    def stand_in_for_another() -> None:
        proposal = make_submitted(db.session.get_one(Person, scene.champion.id))
        admin = db.session.get_one(Person, scene.administrator.id)
        proposals.name_stand_in(proposal, MANAGER, make_manager(theme=OTHER_THEME), admin)

    with committed():
        stand_in_for_another()
    one = asked()
    with committed():
        for _ in range(2):
            make_submitted(db.session.get_one(Person, scene.champion.id))
            stand_in_for_another()
    assert asked() == one
