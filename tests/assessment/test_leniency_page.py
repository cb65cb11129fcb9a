"""What a manager is told of how lenient reviewers are, and of what nobody may tell from it."""

from __future__ import annotations

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment.tables import signed
from tests.assessment.arrange import (
    make_champion,
    make_manager,
    make_reviewer,
    make_submitted,
    start,
    submit,
)
from tests.conftest import Committed
from tests.factories import make_grant, make_interest
from tests.pages import Client

NAMES = ("Strict Reviewer", "Middling Reviewer", "Lenient Reviewer")


def assess(manager: Person, reviewers: list[Person], champion: Person, *, proposals: int) -> list[str]:
    """Assessments in which each reviewer scores a point above the one before; their references."""
    references = []
    for number in range(proposals):
        proposal = make_submitted(champion, title=f"Proposal {number}")
        for assignment in start(proposal, manager, reviewers).assignments:
            place = reviewers.index(assignment.person)
            submit(assignment, 2 + place, 2 + place - (number + place) % 2)
        references.append(proposal.reference)
    return references


def make_panel() -> list[Person]:
    return [make_reviewer(name) for name in NAMES]


def test_too_few_reviews_tell_nothing(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
        assess(manager, make_panel(), make_champion(), proposals=4)
    page = client.as_(manager).get("assessment.triage").click("How lenient reviewers are")
    assert "It takes three reviewers who have each reviewed five proposals." in page.text
    assert "from 12 reviews" in page.text
    assert page.texts("table") == []


def test_reviewers_and_proposals_are_estimated(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
        references = assess(manager, make_panel(), make_champion(), proposals=6)
    page = client.as_(manager).get("assessment.leniency")
    reviewers, proposals = page.select("table")
    rows = [[cell.text(strip=True) for cell in row.css("td, th")] for row in reviewers.css("tbody tr")]
    assert [row[0].removeprefix("Reviewer") for row in rows] == [*reversed(NAMES)]
    assert [row[2].removeprefix("Points above others") for row in rows] == ["+25", "0", "−25"]
    links = [link.attributes["href"] for link in proposals.css("tbody a")]
    assert links == [f"/proposals/{reference}/assessment" for reference in reversed(references)]


def test_nothing_enters_of_proposals_in_which_the_manager_has_an_interest(
    client: Client, committed: Committed
) -> None:
    with committed():
        manager, bound = make_manager(), make_manager(name="Bound Manager")
        champion = make_champion()
        make_interest(bound, email=champion.email)
        assess(manager, make_panel(), champion, proposals=5)
    assert "from no reviews" in client.as_(bound).get("assessment.leniency").text
    assert "from 15 reviews" in client.as_(manager).get("assessment.leniency").text


def test_nothing_enters_of_a_panel_on_which_the_manager_owes_a_review(
    client: Client, committed: Committed
) -> None:
    with committed():
        manager, other = make_manager(), make_manager(name="Reviewing Manager")
        make_grant(other, Role.REVIEWER)
        champion, panel = make_champion(), make_panel()
        assess(manager, panel, champion, proposals=5)
        proposal = make_submitted(champion)
        round_ = start(proposal, manager, [*panel, other])
        submit(next(each for each in round_.assignments if each.person is panel[0]), 5, 5)
    assert "from 16 reviews" in client.as_(manager).get("assessment.leniency").text
    assert "from 15 reviews" in client.as_(other).get("assessment.leniency").text


def test_points_have_a_sign() -> None:
    assert [signed(points) for points in (3.6, 0.4, -0.4, -3.6)] == ["+4", "0", "0", "−4"]
