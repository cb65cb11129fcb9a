"""The score that would be expected if all reviewers were alike stands beside the score as given, or why it cannot be told."""

from __future__ import annotations

from flask import Flask

from exchange.accounts.models import Person
from exchange.assessment import queries as assessment
from exchange.assessment.leniency import AdjustedScore, Untold
from exchange.assessment.scoring import whole
from exchange.assessment.tables import ADJUSTED
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.models import Proposal
from tests.assessment.arrange import make_champion, make_director, make_submitted, start, submit
from tests.conftest import Committed
from tests.decisions import arrange
from tests.decisions.arrange import Case, Staff
from tests.factories import make_interest
from tests.pages import Client, Page
from tests.statements import counted_queries

PAGE = "decisions.decision_pack"


def told_on(page: Page) -> dict[str, str]:
    rows = zip(page.texts("#panel dt"), page.texts("#panel dd"), strict=True)
    return dict(rows)


def make_cases(staff: Staff, number: int) -> list[Case]:
    return [arrange.make_case(staff, title=f"Proposal {each}") for each in range(number)]


def adjusted(person: Person, case: Case) -> AdjustedScore | Untold:
    return assessment.adjusted_score(
        db.session.get_one(Person, person.id), db.session.get_one(Proposal, case.proposal.id)
    )


def test_adjusted_score_stands_beside_the_raw_one(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        case = make_cases(staff, 5)[0]
        found = adjusted(staff.director, case)
    assert isinstance(found, AdjustedScore)
    said = told_on(client.as_(staff.director).get(PAGE, ref=case.ref))
    assert said["Score"] == f"{whole(found.raw)} of 100, the weighted mean"
    low, high = (min(max(whole(end), 0), 100) for end in found.adjusted[1:])
    assert said[ADJUSTED] == f"{whole(found.adjusted.value)} of 100 (95% interval: {low} to {high})"


def test_reviews_of_an_earlier_round_do_not_enter_into_it(committed: Committed) -> None:
    """The score beside it is of the last round, so both are of the same reviews."""
    with committed():
        staff = arrange.make_staff()
        case, *others = make_cases(staff, 6)
        proposals.advance(case.proposal, "develop", staff.director)
        proposals.submit(case.proposal, staff.champion)
        round_ = start(case.proposal, staff.manager, staff.reviewers)
        assert adjusted(staff.director, case) is Untold.TOO_FEW_REVIEWS
        for assignment in round_.assignments:
            submit(assignment, 2, 2)
        found, other = adjusted(staff.director, case), adjusted(staff.director, others[0])
        assert isinstance(found, AdjustedScore)
        assert isinstance(other, AdjustedScore)
        assert (found.reviews, found.raw) == (3, assessment.aggregate(round_).mean)
        assert other.reviews == 3


def test_pack_says_why_it_cannot_be_told(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    said = told_on(client.as_(case.director).get(PAGE, ref=case.ref))
    assert said["Score"].endswith("of 100, the weighted mean")
    assert said[ADJUSTED] == (
        "It cannot be told. It takes three reviewers who have each reviewed five proposals. "
        "Until then a high score may as well be a good proposal."
    )


def test_proposals_that_bind_the_reader_do_not_enter_into_it(committed: Committed) -> None:
    """Nobody tells from an adjusted score how a proposal was scored in which they have an interest."""
    with committed():
        staff = arrange.make_staff()
        cases = make_cases(staff, 5)
        bound = make_director(name="Nia Rees")
        elsewhere = make_champion(organisation="valley-university", name="Ola Far")
        staff.champion, staff.co_author = elsewhere, elsewhere
        kept = arrange.assess(make_submitted(elsewhere, **arrange.FULL), staff).proposal
        make_interest(bound, organisation_id="hill-hospital")
        assert isinstance(adjusted(staff.director, cases[0]), AdjustedScore)
        assert assessment.adjusted_score(bound, kept) is Untold.TOO_FEW_REVIEWS


def test_pack_asks_the_database_as_often_for_many_reviews_as_for_few(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff = arrange.make_staff()
        case = make_cases(staff, 5)[0]
    path = f"/proposals/{case.ref}/decision-pack"
    before = counted_queries(app, client, staff.director, path)
    with committed():
        make_cases(arrange.make_staff_like(staff), 2)
    assert counted_queries(app, client, staff.director, path) == before
