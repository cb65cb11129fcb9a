"""The page on which a manager fills many panels at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import allocation, queries, services
from exchange.assessment.allocation import Pair
from exchange.assessment.models import Assignment, Interest, Round
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from tests.assessment.arrange import (
    TEAM,
    make_cast,
    make_champion,
    make_director,
    make_manager,
    make_reviewer,
    make_submitted,
    start,
    submit,
)
from tests.conftest import Committed, Statements
from tests.factories import make_grant, make_interest, make_person
from tests.pages import Browser, Client, Page
from tests.proposals.arrange import OTHER_THEME, make_theme
from tests.races.racing import Race, Sent

ENDPOINT = "assessment.choose_reviewers"


def limit_to(most: int) -> None:
    """Inside `with committed():`. So few reviews that a test needs no more than that to fill them."""
    found = region.current()
    found.rules = {**found.rules, "reviewer_limit": most}


def make_reviewers(number: int) -> list[Person]:
    return [make_reviewer(f"Reviewing Person {each}") for each in range(number)]


def theirs(person: Person) -> Person:
    """The same person, in the session at hand."""
    return db.session.get_one(Person, person.id)


def chosen(page: Page, ref: str) -> set[int]:
    return {int(value) for value in page.value(f"reviewers-{ref}")}


def panel_of(proposal: Proposal) -> set[int]:
    """Inside `with committed():`."""
    round_ = queries.current_round(proposal)
    assert round_ is not None
    return {each.person_id for each in round_.assignments if each.removed_at is None}


def kinds(proposal: Proposal) -> list[str]:
    query = db.session.query(Event).filter_by(subject=proposal.event_subject).order_by(Event.position)
    return [event.kind for event in query]


def decline(round_: Round, person: Person) -> None:
    place = queries.assignment_of(person, round_)
    assert place is not None
    services.declare(place, Interest.TOO_MANY)


def test_panels_are_proposed_adjusted_and_applied_in_one_go(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        people = make_reviewers(5)
        first, second = make_submitted(champion), make_submitted(champion, title="Second")
        begun = make_submitted(champion, title="Begun")
        decline(start(begun, manager, people[:3]), people[0])
    page = client.as_(manager).get("assessment.triage").click("Choose reviewers for all that wait")
    assert "3 proposals wait for reviewers." in page.text
    assert {len(chosen(page, each.reference)) for each in (first, second)} == {3}
    assert "On its panel: Reviewing Person 1 and Reviewing Person 2. It needs 1 more." in page.text
    # Who declined can be chosen again by hand, but is not proposed.
    assert chosen(page, begun.reference) < {people[3].id, people[4].id}
    picked = [person.id for person in people[1:5]]
    page = page.submit("Ask these reviewers", {f"reviewers-{first.reference}": picked})
    assert (
        "2 assessments have started and 1 panel has new reviewers."
        in page.texts(".nhsuk-notification-banner")[0]
    )
    assert page.h1 == "Choose reviewers"
    assert "Nothing waits for reviewers" in page.text
    with committed():
        assert panel_of(first) == set(picked)
        assert len(panel_of(second)) == 3
        assert len(panel_of(begun)) == 3
        assert kinds(first)[-2:] == kinds(second)[-2:] == ["start_assessment", "add_reviewers"]
        added = (
            db.session.query(Event).filter_by(subject=begun.event_subject).order_by(Event.id.desc()).first()
        )
        assert added is not None
        assert added.kind == "add_reviewers"
        assert [(text.content, text.audience) for text in added.texts] == [
            ("Its panel had too few reviewers left.", "director")
        ]


def test_what_is_proposed_is_what_the_optimiser_says(client: Client, committed: Committed) -> None:
    """The same input, put together here by hand."""
    with committed():
        champion, manager = make_champion(), make_manager()
        people = make_reviewers(4)
        make_theme()
        make_grant(people[0], Role.REVIEWER, theme=OTHER_THEME)
        elsewhere = make_reviewer("Of The Other Theme", theme=OTHER_THEME)
        bound = make_reviewer("Bound Person")
        make_interest(bound, organisation_id=TEAM)
        reviewed = start(make_submitted(champion, title="Reviewed"), manager, people[:3])
        for person in people[:2]:
            place = queries.assignment_of(person, reviewed)
            assert place is not None
            submit(place)
        waiting = [
            make_submitted(champion, title="Alone"),
            make_submitted(champion, title="With another", supporting_themes=[OTHER_THEME]),
        ]
    # They share the one priority that they have reviewed for; the third of them has yet to send it in.
    fits = {
        **{Pair(waiting[0].id, person.id): 3 + (person in people[:2]) for person in people},
        **{Pair(waiting[1].id, person.id): 3 + (person in people[:2]) for person in people},
        Pair(waiting[1].id, elsewhere.id): 1,
    }
    fits[Pair(waiting[1].id, people[0].id)] += 1
    fits |= {Pair(each.id, bound.id): 3 for each in waiting}
    found = allocation.allocate(
        [allocation.Proposal(each.id, 3) for each in waiting],
        [
            allocation.Reviewer(person.id, int(person is people[2]), 8)
            for person in [*people, elsewhere, bound]
        ],
        fits,
        {Pair(each.id, bound.id) for each in waiting},
    )
    page = client.as_(manager).get(ENDPOINT)
    proposed = {Pair(each.id, number) for each in waiting for number in chosen(page, each.reference)}
    assert proposed == set(found.pairs)
    assert found.missing == ()
    assert "Bound Person, River Community Trust" in page.text
    assert "They registered an interest in Hill Hospital" in page.text
    hint = next(
        text
        for text in page.texts(".nhsuk-checkboxes__hint")
        if "supporting theme" in text and "priorities" in text
    )
    assert hint == (
        "River Community Trust · reviews in the lead theme and in Quiet nights, a supporting theme · "
        "has reviewed for 1 of its priorities · 0 of 8 open reviews, then 2."
    )


def test_empty_places_are_named_with_their_reason(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        make_reviewers(2)
        proposal = make_submitted(champion)
        make_reviewer("Colleague Conflicted", organisation=TEAM)
    page = client.as_(manager).get(ENDPOINT)
    assert page.texts(".app-vacancy__why") == [
        "1 place stays empty: the other reviewers of its themes have an interest in it. "
        "Ask an administrator to add reviewers to its themes."
    ]
    # It cannot start like that, and what was chosen stays.
    page = page.submit("Ask these reviewers", status=422)
    assert page.errors == [
        f"Select 3 reviewers or more for {proposal.reference}, or none to leave it for later. You selected 2"
    ]
    assert len(chosen(page, proposal.reference)) == 2
    page = page.submit("Ask these reviewers", {f"reviewers-{proposal.reference}": []}, status=422)
    assert page.errors == ["Select reviewers for at least one proposal"]


def test_a_reviewer_at_the_limit_is_not_proposed_but_can_be_chosen(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        limit_to(1)
        busy, *others = make_reviewers(3)
        bystanders = [make_reviewer() for _ in range(2)]
        start(make_submitted(champion), manager, [busy, *bystanders])
        for person in bystanders:
            person.active = False
        proposal = make_submitted(champion, title="The next")
    page = client.as_(manager).get("assessment.choose_panel", ref=proposal.reference)
    assert chosen(page, proposal.reference) == {person.id for person in others}
    assert page.texts(".app-vacancy__why") == [
        "1 place stays empty: the other reviewers of its themes owe as many reviews as we ask of anyone. "
        "Wait until they have sent reviews in, or choose one of them all the same."
    ]
    everyone = [busy.id, *(person.id for person in others)]
    page = page.submit("Count the reviews again", {f"reviewers-{proposal.reference}": everyone})
    assert "1 of 1 open review, then 2, more than we ask of anyone." in page.text
    page = page.submit("Ask these reviewers")
    assert page.path == f"/proposals/{proposal.reference}/reviewers"
    with committed():
        assert panel_of(proposal) == set(everyone)


def other_manager_acts(client: Client, committed: Committed, manager: Person) -> tuple[Page, list[Proposal]]:
    """A page with three proposals, of which another manager has started one since."""
    with committed():
        champion = make_champion()
        make_reviewers(4)
        waiting = [make_submitted(champion, title=f"Number {number}") for number in range(3)]
    page = client.as_(manager).get(ENDPOINT)
    ref = waiting[1].reference
    with committed():
        other = make_manager(name="Other Manager")
    client.as_(other).get("assessment.choose_panel", ref=ref).submit("Ask these reviewers")
    return page, waiting


def test_what_changed_meanwhile_is_named_and_nothing_is_done(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
    page, waiting = other_manager_acts(client, committed, manager)
    left = [waiting[0], waiting[2]]
    before = [chosen(page, each.reference) for each in left]
    page = page.submit("Ask these reviewers", status=409)
    assert page.errors == [
        f"{waiting[1].reference} no longer waits for reviewers: someone acted on it, or took it back. It has left this page"
    ]
    assert [chosen(page, each.reference) for each in left] == before
    with committed():
        assert {db.session.get_one(Proposal, each.id).stage for each in left} == {Stage.SUBMITTED}
        assert db.session.query(Round).count() == 1
    page.submit("Ask these reviewers")
    with committed():
        assert [panel_of(each) for each in left] == before


def test_two_managers_at_the_same_moment(client: Client, committed: Committed) -> None:
    """Each from a page of both proposals: one does all of it, and the other is told and does nothing."""
    with committed():
        champion, managers = make_champion(), [make_manager(name=name) for name in ("First", "Second")]
        people = make_reviewers(6)
        waiting = [make_submitted(champion) for _ in range(2)]
    panels = [[person.id for person in some] for some in (people[:3], people[3:])]
    shown = client.as_(managers[0]).get(ENDPOINT).value("shown")
    race = Race(
        client,
        [
            Sent(
                manager,
                ENDPOINT,
                {"shown": shown, **{f"reviewers-{each.reference}": panel for each in waiting}},
                "start_assessment",
                {},
            )
            for manager, panel in zip(managers, panels, strict=True)
        ],
    )
    answers = race.run()
    assert sorted(answers) == [302, 409]
    with committed():
        assert [panel_of(each) for each in waiting] == [set(panels[answers.index(302)])] * 2
        assert db.session.query(Round).count() == 2


def test_loads_that_grew_meanwhile_are_told(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        limit_to(1)
        people = make_reviewers(3)
        mine, other = make_submitted(champion), make_submitted(champion)
    page = client.as_(manager).get("assessment.choose_panel", ref=mine.reference)
    with committed():
        start(db.session.get_one(Proposal, other.id), theirs(manager), people)
    page = page.submit("Ask these reviewers", status=409)
    assert [error.partition(" was")[0] for error in page.errors] == [person.name for person in people]
    assert page.errors[0].endswith(
        "was given other reviews since you opened this page, and would owe 2. "
        "We ask for 1 at most. Choose someone else, or send it again as it is"
    )
    page.submit("Ask these reviewers")
    with committed():
        assert panel_of(mine) == {person.id for person in people}


def test_a_panel_that_changed_meanwhile_is_shown_as_it_is(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        decline(cast.round, cast.reviewers[0])
        decline(cast.round, cast.reviewers[1])
        newcomer, another = make_reviewer("New Person"), make_reviewer("Another Person")
    page = client.as_(cast.manager).get(ENDPOINT)
    assert chosen(page, cast.ref) < {newcomer.id, another.id}
    with committed():
        decline(cast.round, cast.reviewers[2])
    page = page.submit("Ask these reviewers", {f"reviewers-{cast.ref}": [newcomer.id]}, status=409)
    assert page.errors == [
        f"{cast.ref} has changed since you opened this page. It is shown as it is now: check whom you chose for it"
    ]
    assert "It needs 2 more." in page.text
    with committed():
        services.add_reviewers(cast.round, cast.manager, [newcomer.id], reason="At hand.")
    page = page.submit("Ask these reviewers", status=409)
    assert page.errors[0].startswith(f"{cast.ref} has changed")
    assert any(
        error.startswith(f"Someone you chose for {cast.ref} is on its panel by now") for error in page.errors
    )
    page.submit("Ask these reviewers", {f"reviewers-{cast.ref}": [another.id]})
    with committed():
        assert panel_of(cast.proposal) == {cast.reviewers[3].id, newcomer.id, another.id}


def test_a_conflicted_manager_sees_nothing_of_it(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        waiting = make_submitted(cast.champion)
        decline(cast.round, cast.reviewers[0])
        submit(cast.assignment(1))
        conflicted = make_manager(name="Conflicted Manager", organisation=TEAM)
        # Free for this one, and not to learn from it what the others reviewed.
        own = make_submitted(make_champion(name="Of The University", organisation="valley-university"))
    page = client.as_(conflicted).get(ENDPOINT)
    assert "1 proposal waits for reviewers." in page.text
    assert [cast.ref in page.text, waiting.reference in page.text] == [False, False]
    assert "has reviewed for" not in page.text
    assert "by theme alone, as nobody has reviewed a proposal for you yet" in page.text
    client.as_(conflicted).get("assessment.choose_panel", ref=waiting.reference, status=403)
    # Nor by sending what their page did not have.
    forged = {
        "shown": f"{waiting.reference}.{'0' * 12}",
        f"reviewers-{waiting.reference}": cast.reviewers[1].id,
    }
    page = client.as_(conflicted).post(ENDPOINT, forged, status=409)
    assert "Hidden" not in page.text
    assert [own.reference in page.text, "Falls huddles" in page.text] == [False, False]
    with committed():
        assert db.session.get_one(Proposal, waiting.id).stage is Stage.SUBMITTED


def test_choosing_a_conflicted_reviewer_is_refused(client: Client, committed: Committed) -> None:
    with committed():
        proposal, manager = make_submitted(make_champion()), make_manager()
        people = make_reviewers(3)
        colleague = make_reviewer("Colleague Conflicted", organisation=TEAM)
    browser = client.as_(manager)
    page = browser.get(ENDPOINT)
    sent = {"shown": page.value("shown"), f"reviewers-{proposal.reference}": colleague.id}
    page = browser.post(ENDPOINT, sent, status=422)
    assert page.errors == [
        "Colleague Conflicted cannot be chosen. "
        "They are from the same organisation as Amina Begum, who is on the team."
    ]
    with committed():
        assert db.session.query(Assignment).count() == 0
        assert len(people) == 3


def test_who_would_close_or_decide_it_is_not_proposed(client: Client, committed: Committed) -> None:
    with committed():
        proposal, manager = make_submitted(make_champion()), make_manager()
        director = make_director()
        for person in (manager, director):
            make_grant(person, Role.REVIEWER)
        people = make_reviewers(2)
    page = client.as_(manager).get(ENDPOINT)
    assert chosen(page, proposal.reference) == {person.id for person in people}
    assert page.texts(".app-vacancy__why") == [
        "1 place stays empty: its themes have no other reviewers who come into question. "
        "Ask an administrator to add reviewers to its themes."
    ]
    assert "who reviews it cannot decide on it" in page.text


def test_a_resting_assessment_keeps_its_panel(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        decline(cast.round, cast.reviewers[0])
        services.request_changes(
            cast.proposal, cast.manager, sections=["need"], message="Say more.", due=date(2026, 12, 21)
        )
        newcomer = make_reviewer("New Person")
        proposals.submit(cast.proposal, cast.champion)
    page = client.as_(cast.manager).get(ENDPOINT)
    assert "Its assessment waits to go on." in page.text
    assert chosen(page, cast.ref) == {newcomer.id}
    page.submit("Ask these reviewers")
    with committed():
        assert panel_of(cast.proposal) == {newcomer.id, *(person.id for person in cast.reviewers[1:])}
        assert db.session.query(Round).count() == 1


def test_a_full_panel_leaves_nothing_to_choose(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
    page = client.as_(cast.manager).get("assessment.choose_panel", ref=cast.ref, status=409)
    assert "Its panel has no empty place" in page.text
    assert "Nothing waits for reviewers" in client.as_(cast.manager).get(ENDPOINT).text


def test_many_are_shown_fifty_at_a_time_the_oldest_first(
    client: Client, committed: Committed, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.assessment.queries.places_to_fill.AT_A_TIME", 2)
    monkeypatch.setattr("exchange.assessment.choosing.AT_A_TIME", 2)
    with committed():
        champion, manager = make_champion(), make_manager()
        make_reviewers(3)
        for number in (1, 2, 3):
            make_submitted(champion, title=f"Number {number}")
            clock.shift(timedelta(hours=1))
    page = client.as_(manager).get(ENDPOINT)
    assert "3 proposals wait for reviewers. These are 2 of them, the longest waiting first." in page.text
    assert page.texts(".app-vacancy h2") == ["Number 1", "Number 2"]
    page = page.browser.get(f"{page.path}?page=2")
    assert page.texts(".app-vacancy h2") == ["Number 3"]
    assert [address for words, address in page.links().items() if "longer" in words] == [
        f"{page.path}?page=1"
    ]


@pytest.mark.parametrize("sent", ["", "x", "WM-2026-0001", "TV-2026-0001.000000000000 " * 3])
def test_a_page_of_nothing_is_refused(client: Client, committed: Committed, sent: str) -> None:
    with committed():
        manager = make_manager()
    page = client.as_(manager).post(ENDPOINT, {"shown": sent}, status=409 if "." in sent else 422)
    assert page.h1 == "Choose reviewers"


def test_the_page_is_for_managers(client: Client, committed: Committed) -> None:
    with committed():
        people = [make_director(), make_reviewer(), make_champion(), make_person(role=Role.ADMINISTRATOR)]
    for person in people:
        client.as_(person).get(ENDPOINT, status=403)


def test_it_asks_as_much_for_many_as_for_one(
    client: Client, committed: Committed, statements: Statements
) -> None:
    def asked(browser: Browser) -> int:
        with statements() as sent:
            browser.get(ENDPOINT)
        return len(sent)

    def add(number: int) -> None:
        champion = make_champion(name=f"Champion {number}")
        people = [make_reviewer(f"Reviewer {each} of {number}") for each in range(3)]
        make_submitted(champion, title=f"New {number}", co_authors=[make_person(organisation=TEAM)])
        make_interest(people[0], organisation_id="valley-university")
        # Reviews that tell their priorities, a place to fill, and an assessment that rests.
        full, lacking, resting = (start(make_submitted(champion), theirs(manager), people) for _ in range(3))
        place = queries.assignment_of(people[1], full)
        assert place is not None
        submit(place)
        decline(lacking, people[1])
        services.request_changes(
            resting.proposal, theirs(manager), sections=["need"], message="Say more.", due=date(2026, 12, 21)
        )
        proposals.submit(resting.proposal, champion)

    with committed():
        manager = make_manager()
        add(0)
    one = asked(client.as_(manager))
    with committed():
        for number in (1, 2):
            add(number)
    assert asked(client.as_(manager)) == one
