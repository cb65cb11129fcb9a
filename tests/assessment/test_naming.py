"""What counts as naming a reviewer, and that nothing which the team reads does."""

from __future__ import annotations

import pytest

from exchange.assessment import services
from exchange.assessment.naming import Named, named_in
from tests.assessment.arrange import (
    make_cast,
    make_champion,
    make_manager,
    make_reviewer,
    make_submitted,
    start,
)
from tests.conftest import Committed
from tests.decisions import arrange as deciding
from tests.decisions.test_develop import SENT as DEVELOPMENT_SENT
from tests.pages import Client, Page

REVIEWERS = ("Ann Ward", "Sunita  Chaudhari", "Mary O'Brien", "Jo Smith-Jones", "Prince", "Lee 2", "Wu Li")


@pytest.mark.parametrize(
    ("text", "names", "surnames"),
    [
        ("", [], []),
        ("As ann  ward says, count.", ["Ann Ward"], []),
        ("ANN WARD’S view", ["Ann Ward"], []),
        ("Joann Warden says so", [], []),
        ("Ward thinks otherwise", [], ["Ward"]),
        ("On Ward 6 people fell.", [], ["Ward"]),
        ("on the ward, every ward’s door", [], []),
        ("The sister of Ward’s", [], ["Ward"]),
        ("Dr Chaudhari-led work", [], ["Chaudhari"]),
        ("Mary O’Brien asks", ["Mary O'Brien"], []),
        ("O’BRIEN asks", [], ["O'Brien"]),
        ("Smith-Jones asks", [], ["Smith-Jones"]),
        ("Smith asks", [], []),
        ("Prince asks the princess", [], ["Prince"]),
        ("Listening to people", [], []),
        ("LI said: 2 wards", [], ["Li"]),
    ],
)
def test_named_in(text: str, names: list[str], surnames: list[str]) -> None:
    assert named_in(text, REVIEWERS) == Named(names, surnames)


def asks(page: Page) -> list[str]:
    return page.texts("[name=means_nobody] + label")


def test_requested_changes_name_no_reviewer(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
        proposal = make_submitted(make_champion())
        panel = [make_reviewer(name) for name in ("Ann Ward", "Jo Field", "Cy Marsh")]
        start(proposal, manager, panel)
    sent = {"sections": "need"}
    page = client.as_(manager).get("assessment.request_changes", ref=proposal.reference)
    assert asks(page) == []
    page = page.submit("Request changes", sent, message="Ann Ward and Ward 6 say: count.", status=422)
    assert page.errors == ["Take “Ann Ward” out of “What to change”: the team must not learn who assesses it"]
    page = page.submit("Request changes", sent, message="Count on Ward 6, says Field.", status=422)
    assert page.errors == [
        "“Field” and “Ward” are also names of reviewers: take them out of “What to change” where you mean a reviewer, "
        "or tick below that you do not"
    ]
    assert asks(page) == [
        "“Field” does not stand there as a reviewer",
        "“Ward” does not stand there as a reviewer",
    ]
    page = page.submit(
        "Request changes", sent, message="Count on Ward 6, says Field.", means_nobody=["Ward"], status=422
    )
    assert [error.partition(":")[0] for error in page.errors] == ["“Field” is also the name of a reviewer"]
    page = page.submit("Request changes", sent, message="Count on Ward 6.", means_nobody=["Ward"])
    assert "is asked for changes" in page.text


DECLINED = {"reason_code": "out-of-scope", "override_reason": "Done elsewhere.", "feedback": "A good idea."}


@pytest.mark.parametrize(
    ("endpoint", "button", "sent", "field"),
    [
        ("decisions.develop", "Save", {**DEVELOPMENT_SENT, "override_reason": "Too soon."}, "must_show"),
        ("decisions.approve_spread", "Save", deciding.APPROVAL_SENT, "statement"),
        ("decisions.approve_spread", "Save", deciding.APPROVAL_SENT, "condition-1-evidence"),
        ("decisions.decline", "Save", DECLINED, "would_change"),
        ("decisions.edit_letter", "Save the letter", {}, "text"),
    ],
)
def test_what_a_decision_says_names_no_reviewer(
    client: Client, committed: Committed, endpoint: str, button: str, sent: dict[str, str], field: str
) -> None:
    with committed():
        staff = deciding.make_staff()
        staff.reviewers[0].name = "Ann Ward"
        case = deciding.make_case(staff)
        deciding.prepare(case)
    page = client.as_(case.director).get(endpoint, ref=case.ref)
    page = page.submit(button, {**sent, field: "As Ann Ward says."}, status=422)
    assert [error.partition(" out of ")[0] for error in page.errors] == ["Take “Ann Ward”"]
    page = page.submit(button, {field: "Count on Ward 6."}, status=422)
    assert asks(page) == ["“Ward” does not stand there as a reviewer"]
    page = page.submit(button, means_nobody=["Ward"])
    assert "aved" in page.text


def test_whom_to_talk_to_may_be_a_reviewer_when_that_is_meant(client: Client, committed: Committed) -> None:
    with committed():
        staff = deciding.make_staff()
        staff.reviewers[0].name = "Ann Ward"
        case = deciding.make_case(staff)
    page = client.as_(case.director).get("decisions.develop", ref=case.ref)
    page = page.submit(
        "Save",
        {**DEVELOPMENT_SENT, "override_reason": "Too soon.", "talk_to": "Ann Ward, who runs huddles."},
        status=422,
    )
    assert asks(page) == ["“Ann Ward” does not stand there as a reviewer"]
    page = page.submit("Save", means_nobody=["Ann Ward"])
    assert "Saved." in page.text


def test_reviewers_of_every_round_are_known(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        cast.assignment(0).person.name = "Ann Ward"
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="She left.")
    page = client.as_(cast.manager).get("assessment.request_changes", ref=cast.ref)
    page = page.submit("Request changes", sections="need", message="Ann Ward asks.", status=422)
    assert page.errors[0].startswith("Take “Ann Ward” out")
