"""Several people, or one person's two clicks, at the very same time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from exchange.assessment import queries, services
from exchange.assessment.models import Assignment, Review, Round
from exchange.events import Event
from exchange.extensions import db
from tests.assessment.arrange import (
    declare,
    make_cast,
    make_champion,
    make_manager,
    make_reviewer,
    make_submitted,
    submit,
)
from tests.conftest import Committed
from tests.pages import Client, Page

FULL = {
    "score-need": "5",
    "rationale-need": "Measured.",
    "score-benefit": "2",
    "rationale-benefit": "Small.",
    "recommendation": "spread",
}


def at_once(*actions: Callable[[], int]) -> list[int]:
    """What each of them answers, all let go together."""
    answers: list[int] = []
    start = Barrier(len(actions))

    def run(action: Callable[[], int]) -> None:
        start.wait()
        answers.append(action())

    threads = [Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def sender(page: Page, button: str, data: dict[str, object]) -> Callable[[], int]:
    """Sends the page's form and gives the status of the answer, whatever it is."""
    form = {
        str(node.attributes["name"]): node.attributes.get("value") or ""
        for node in page.select("form [type=hidden]")
    }

    def send() -> int:
        response = page.browser.flask_client.post(page.path, data={**form, button: "yes", **data})
        return response.status_code

    return send


def test_two_managers_start_one_round(client: Client, committed: Committed) -> None:
    with committed():
        managers = [make_manager(name=f"Manager {number}") for number in range(2)]
        people = [make_reviewer(f"Free Person {number}") for number in range(4)]
        proposal = make_submitted(make_champion())
    pages = [
        client.as_(manager).get("assessment.start_assessment", ref=proposal.reference) for manager in managers
    ]
    chosen = [[person.id for person in people[:3]], [person.id for person in people[1:]]]
    answers = at_once(
        *(sender(page, "go", {"reviewers": ids}) for page, ids in zip(pages, chosen, strict=True))
    )
    assert answers == [302, 409]
    with committed():
        assert db.session.query(Round).count() == 1
        assert sorted(each.person_id for each in db.session.query(Assignment)) in chosen


def test_a_double_click_submits_one_review(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
    pages = [client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref) for _ in range(3)]
    assert at_once(*(sender(page, "submit_review", dict(FULL)) for page in pages)) == [302, 302, 302]
    with committed():
        assert db.session.query(Review).count() == 1
        assert db.session.query(Event).filter_by(kind="submit_review").count() == 1


def test_closing_and_a_last_review_end_in_one_story(client: Client, committed: Committed) -> None:
    """Whoever is first, the round is closed, and its figures hold just the reviews that were let in."""
    with committed():
        cast = make_cast(reviewers=4)
        for index in range(3):
            submit(cast.assignment(index))
        declare(cast.assignment(3))
    closing = client.as_(cast.manager).get("assessment.close_assessment", ref=cast.ref)
    review = client.as_(cast.reviewers[3]).get("assessment.review", ref=cast.ref)
    answers = at_once(
        sender(closing, "go", {"panel_summary": "Good.", "feedback": "Good."}),
        sender(review, "submit_review", dict(FULL)),
    )
    assert answers in ([302, 302], [302, 409])
    with committed():
        expected = 4 if answers == [302, 302] else 3
        round_ = db.session.get_one(Round, cast.round.id)
        assert not round_.is_open
        assert queries.aggregate(round_).count == expected


def test_reviewers_save_at_once_without_waiting_for_each_other_to_fail(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        for index in range(4):
            declare(cast.assignment(index))
    pages = [client.as_(person).get("assessment.review", ref=cast.ref) for person in cast.reviewers]
    assert at_once(*(sender(page, "save", dict(FULL)) for page in pages)) == [302] * 4
    with committed():
        kept = [services.written_in(cast.assignment(index).review).scores for index in range(4)]
        assert kept == [{"need": 5, "benefit": 2}] * 4
