from __future__ import annotations

import pytest

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import queries, services
from exchange.assessment.models import Interest, Recommendation
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from tests.assessment.arrange import (
    OTHER,
    STAFF,
    TEAM,
    declare,
    make_cast,
    make_director,
    make_manager,
    make_reviewer,
    submit,
    written,
)
from tests.conftest import Committed
from tests.factories import make_grant, make_person
from tests.pages import Client, words

NOT_YET = Recommendation.NOT_YET


def test_staff_read_names_and_reviewers_letters(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        director = make_director()
        submit(cast.assignment(0), 5, 5, comment="Ready.")
        submit(cast.assignment(1), 2, 4, recommendation=NOT_YET, comment="Wait for the second audit.")
    names = [person.name for person in cast.reviewers]
    for person in (cast.manager, director):
        text = client.as_(person).get("assessment.assessment", ref=cast.ref).text
        assert [name in text for name in names] == [True, True, True]
        assert "Reviewer A" not in text
    text = client.as_(cast.reviewers[0]).get("assessment.assessment", ref=cast.ref).text
    assert [name in text for name in names] == [False, False, False]
    for letter in ("You (Reviewer A)", "Reviewer B", "Waiting for Reviewer C."):
        assert letter in text


def test_the_panel_in_figures(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0), 5, 5)
        submit(cast.assignment(1), 2, 4, recommendation=NOT_YET, comment="Wait for the second audit.")
        submit(cast.assignment(2), 4, 4)
    page = client.as_(cast.manager).get("assessment.assessment", ref=cast.ref)
    figures = dict(
        zip(page.texts(".nhsuk-summary-list__key"), page.texts(".nhsuk-summary-list__value"), strict=True)
    )
    # 100, 55 and 75: the first has all of 40 and 60, the second 10 and 45, the third 30 and 45.
    assert figures == {
        "Score": "77 of 100, the weighted mean",
        "Range": "55 to 100",
        "Counted": "3 reviews",
        "Recommend spread": "2 of 3: 2 spread and 1 not yet",
        "Disagreement": "On Need, by 3 points or more",
    }
    first, second = page.select("table")
    # In the table of reviews each cell repeats its heading, for narrow screens.
    assert [words(cell).rpartition(" ")[2] for cell in first.css("tbody td:last-child")] == [
        "100",
        "55",
        "75",
    ]
    assert [words(row) for row in second.css("tbody tr")] == [
        "Need 40 5 2 4 2 to 5, 3 apart",
        "Benefit 60 5 4 4 4 to 5",
    ]
    assert page.texts("main h2")[1:] == [
        "In figures", "Scores by criterion", "Dissent", "Why, by criterion", "Comments",
    ]  # fmt: skip
    assert "Wait for the second audit." in page.text
    assert "Because of benefit, 4." in page.text


def test_an_evenly_split_panel_has_no_dissent(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0))
        submit(cast.assignment(1), recommendation=NOT_YET)
    assert "Dissent" not in client.as_(cast.manager).get("assessment.assessment", ref=cast.ref).text


def test_before_any_review_the_page_says_so(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
        services.save_review(cast.assignment(0), written(5, 5), opened_at_state=services.state_of(None))
    page = client.as_(cast.manager).get("assessment.assessment", ref=cast.ref)
    assert "No review is in yet." in page.text
    assert "Because of need" not in page.text, "drafts are their authors' alone"


def test_who_reads_the_panel(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0))
        readers = [cast.manager, cast.reviewers[0], make_director()]
        nobody_else: list[Person | None] = [
            None,
            cast.champion,
            cast.reviewers[1],
            make_reviewer("Not Chosen"),
            make_person(organisation=OTHER),
            make_person(role=Role.ADMINISTRATOR, organisation=STAFF),
            make_manager(organisation=TEAM),
            make_director(organisation=TEAM),
        ]
    for person in readers:
        client.as_(person).get("assessment.assessment", ref=cast.ref)
    for each in nobody_else:
        browser = client.visitor() if each is None else client.as_(each)
        browser.get("assessment.assessment", ref=cast.ref, status=302 if each is None else 404)
        browser.get(
            "assessment.earlier_assessment", ref=cast.ref, number=1, status=302 if each is None else 404
        )
        browser.get("assessment.reviewers", ref=cast.ref, status=302 if each is None else 404)


def test_there_is_no_panel_before_the_first_round(client: Client, committed: Committed) -> None:
    from tests.assessment.arrange import make_champion, make_submitted

    with committed():
        manager, proposal = make_manager(), make_submitted(make_champion())
    client.as_(manager).get("assessment.assessment", ref=proposal.reference, status=404)
    client.as_(manager).get("assessment.reviewers", ref=proposal.reference, status=404)
    client.as_(manager).get("assessment.earlier_assessment", ref=proposal.reference, number=7, status=404)
    client.as_(manager).get(f"/proposals/{proposal.reference}/assessment/{10**30}", status=404)


def test_a_manager_on_the_panel_waits_for_their_own_review(client: Client, committed: Committed) -> None:
    with committed():
        both = make_reviewer("Both Roles", organisation=STAFF)
        make_grant(both, Role.PROGRAMME_MANAGER)
        cast = make_cast()
        services.add_reviewers(cast.round, cast.manager, [both.id], reason="She knows falls.")
        submit(cast.assignment(0))
    client.as_(both).get("assessment.assessment", ref=cast.ref, status=404)
    with committed():
        own = queries.assignment_of(both, cast.round)
        assert own is not None
        submit(own)
    client.as_(both).get("assessment.assessment", ref=cast.ref)


def test_tabs_are_those_that_a_person_may_open(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(1))
        submit(cast.assignment(2))
        director, member = make_director(), make_person(organisation=OTHER)
        conflicted = make_manager(organisation=TEAM)
    own = {"Assessment", "Your review", "Declare", "Reviewers"}

    def tabs(person: Person) -> set[str]:
        return own & set(client.as_(person).get("proposals.show", ref=cast.ref).links())

    assert tabs(cast.manager) == {"Assessment", "Reviewers"}
    assert tabs(director) == {"Assessment"}
    assert tabs(cast.reviewers[0]) == {"Declare"}
    assert tabs(cast.reviewers[1]) == {"Your review"}
    assert tabs(cast.reviewers[2]) == {"Your review", "Assessment"}
    for nobody in (member, conflicted, cast.champion):
        assert tabs(nobody) == set()


@pytest.mark.parametrize("recommendation", list(Recommendation))
def test_share_recommending_counts_both_kinds_of_spread(
    committed: Committed, recommendation: Recommendation
) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0), recommendation=recommendation)
        expected = recommendation in {Recommendation.SPREAD, Recommendation.SPREAD_WITH_CONDITIONS}
        assert queries.aggregate(cast.round).share_recommending == (1.0 if expected else 0.0)


def test_aggregates_of_many_rounds_are_those_of_each(committed: Committed) -> None:
    with committed():
        first, second = make_cast(), make_cast()
        submit(first.assignment(0), 5, 1)
        submit(first.assignment(2), 2, 4)
        submit(second.assignment(1), 3, 3)
        rounds = [first.round, second.round]
        assert queries.aggregates(rounds) == {round_.id: queries.aggregate(round_) for round_ in rounds}
        assert [queries.aggregate(round_).count for round_ in rounds] == [2, 1]


def test_a_review_that_is_recused_is_as_if_never_there(committed: Committed) -> None:
    with committed():
        cast, without = make_cast(), make_cast()
        for index, scores in enumerate(((5, 1), (2, 4))):
            submit(cast.assignment(index), *scores)
            submit(without.assignment(index), *scores)
        submit(cast.assignment(2), 1, 5, recommendation=NOT_YET)
        services.declare(cast.assignment(2), Interest.INTEREST, reason="My wife leads it.")
        assert queries.aggregate(cast.round) == queries.aggregate(without.round)


def test_supplier_without_organisation_of_the_reviewer_counts(committed: Committed) -> None:
    """A reviewer whose organisation is not settled has none that could be the supplier's."""
    with committed():
        cast = make_cast(supplier="valley-university")
        submit(cast.assignment(0))
        db.session.get_one(Person, cast.reviewers[0].id).organisation_id = None
        db.session.flush()
        assert queries.aggregate(cast.round).count == 1
        db.session.get_one(Person, cast.reviewers[0].id).organisation_id = "valley-university"
        db.session.flush()
        assert queries.aggregate(cast.round).count == 0
        assert queries.tally(cast.round).panel == 2


def test_leavers_drafts_are_void_and_their_submitted_reviews_count(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0))
        declare(cast.assignment(1))
        services.save_review(cast.assignment(1), written(5, 5), opened_at_state=services.state_of(None))
        for index in (0, 1):
            db.session.get_one(Person, cast.reviewers[index].id).active = False
        db.session.flush()
        tally = queries.tally(cast.round)
        assert (tally.counted, tally.panel) == (1, 2)
    page = client.as_(cast.manager).get("assessment.reviewers", ref=cast.ref)
    assert "Has left, so their review will not come." in page.text
    page = client.as_(cast.manager).get("assessment.assessment", ref=cast.ref)
    assert f"Waiting for {cast.reviewers[2].name}." in page.text
    with committed():
        assert db.session.get_one(Proposal, cast.proposal.id).stage is Stage.IN_ASSESSMENT
