"""What counts as naming a reviewer, and that nothing which the team reads does."""

from __future__ import annotations

import pytest

from exchange.assessment import services
from exchange.decisions.rules import DecisionKind
from exchange.proposals.lifecycle import Stage
from exchange.proposals.naming import Named, named_in
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
from tests.proposals.arrange import make_theme

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
        ("Smith asks", [], ["Smith"]),
        ("Jo Smith and Jo Smith Jones", ["Jo Smith-Jones"], []),
        ("a smith asks", [], []),
        ("Ann B. Ward asks", ["Ann Ward"], []),
        ("Ann–led: Ward–led", [], ["Ward"]),
        ("Prince asks the princess", [], ["Prince"]),
        ("Listening to people", [], []),
        ("LI said: 2 wards", [], ["Li"]),
    ],
)
def test_named_in(text: str, names: list[str], surnames: list[str]) -> None:
    assert named_in(text, REVIEWERS) == Named(names, surnames)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dr Anil Desai", "as anil desai said"),
        ("Dr Anil Desai", "Anil Desai thinks"),
        ("Dr Anil Desai", "Write to anil.desai@uhb.nhs.uk"),
        ("Prof. Dame Anil Desai", "ANIL DESAI’s view"),
        ("Anil K. Desai", "Anil Desai thinks"),
        ("Anil Kumar Desai", "Anil Desai thinks"),
        ("Dr Thanh Nguyễn", "Thanh Nguyen asks"),
        ("Dr Łukasz Zieliński", "Łukasz Zielinski asks"),
        ("Dr Łukasz Zieliński", "lukasz zielinski asks"),
        ("Søren Weiß", "Soren Weiss asks"),
        ("Zoë O'Callaghan-Müller", "Zoe O’Callaghan asks"),
        ("Zoë O'Callaghan-Müller", "Zoë Mu\u0308ller asks"),
        ("Zoe\u0308 O'Callaghan", "Zo\u00eb O\u02bcCallaghan asks"),
        ("Kwame Asante-Boateng", "Kwame Asante asks"),
        ("Kwame Asante-Boateng", "the Kwame Boateng-led work"),
        ("Anne-Marie Ward", "Anne Marie Ward asks"),
        ("Priya Patel RN", "Priya Patel asks"),
        ("Priya Patel, MBChB PhD", "Priya Patel asks"),
        ("Priya Ma", "Priya Ma asks"),
        ("Dr Patel", "Dr Patel asks"),
        ("Jo van der Berg", "Jo Berg asks"),
        ("Jo van der Berg", "Jo van der Berg asks"),
        ("Priya Patel", "Pri\u00adya Pa\u200btel asks"),
    ],
)
def test_full_name_is_known_however_it_is_written(name: str, text: str) -> None:
    assert named_in(text, [name]) == Named([name], [])


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("Dr Łukasz Zieliński", "Zielinski asks", ["Zieliński"]),
        ("Dr Thanh Nguyễn", "Nguye\u0302\u0303n asks", ["Nguyễn"]),
        ("Zoë O'Callaghan-Müller", "Muller asks O’Callaghan", ["Müller", "O'Callaghan"]),
        ("Kwame Asante-Boateng", "Asante-Boateng asks", ["Asante-Boateng"]),
        ("Priya Patel RN", "Patel asks the RN", ["Patel"]),
        ("Dr Patel", "Patel asks", ["Patel"]),
        ("Maria Garcia Lopez", "Maria Garcia asks", ["Maria Garcia"]),
        ("Dr Grace Field", "By the grace of the field; dr field", []),
        ("Dr Grace Field", "Grace asks Dr Ward", []),
        ("Omar Al-Amin", "Al asks", []),
        ("Anne-Marie Ward", "Anne-Marie fell", []),
        ("Jo van der Berg", "Jo van hire", []),
        ("", "", []),
    ],
)
def test_what_may_be_another_word_is_only_asked(name: str, text: str, asked: list[str]) -> None:
    assert named_in(text, [name]) == Named([], asked)


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
        ("decisions.approve_spread", "Save", deciding.APPROVAL_SENT, "minute_reference"),
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


def test_letter_may_say_what_was_allowed(client: Client, committed: Committed) -> None:
    """Word for word it is not asked about again; said otherwise it is asked about, as it was there."""
    with committed():
        staff = deciding.make_staff()
        staff.reviewers[0].name = "Ann Ward"
        case = deciding.make_case(staff, recommending=deciding.NONE_RECOMMENDS)
        said = {**deciding.DEVELOPMENT, "talk_to": "Ann Ward,\r\nwho runs huddles."}
        deciding.prepare(case, DecisionKind.DEVELOP, **said)
    page = client.as_(case.director).get("decisions.edit_letter", ref=case.ref)
    text = page.value("text")
    assert "Ann Ward" in text
    page = page.submit("Save the letter", text=f"{text}\n\nAsk Ann Ward.", status=422)
    assert asks(page) == ["“Ann Ward” does not stand there as a reviewer"]
    page = page.submit("Save the letter", text=text)
    assert "The letter is saved." in page.text


def test_tick_outlasts_one_more_condition(client: Client, committed: Committed) -> None:
    with committed():
        staff = deciding.make_staff()
        staff.reviewers[0].name = "Ann Ward"
        case = deciding.make_case(staff)
    page = client.as_(case.director).get("decisions.approve_spread", ref=case.ref)
    page = page.submit("Save", {**deciding.APPROVAL_SENT, "statement": "Ward 6 is safe."}, status=422)
    page = page.submit("Add another condition", means_nobody=["Ward"])
    assert asks(page) == ["“Ward” does not stand there as a reviewer"]
    assert "aved" in page.submit("Save").text


def test_conditions_sent_as_lines_name_no_reviewer(client: Client, committed: Committed) -> None:
    with committed():
        staff = deciding.make_staff()
        staff.reviewers[0].name = "Ann Ward"
        case = deciding.make_case(staff)
    browser = client.as_(case.director)
    state = browser.get("decisions.approve_spread", ref=case.ref).value("state")
    sent = {**deciding.APPROVAL_SENT, "conditions": "later: What Ann Ward asks for", "state": state}
    page = browser.post("decisions.approve_spread", sent, ref=case.ref, status=422)
    assert page.errors == ["Take “Ann Ward” out of “Conditions”: the team must not learn who assesses it"]


@pytest.mark.parametrize(
    ("endpoint", "button"), [("proposals.reopen", "Reopen"), ("proposals.transfer", "Move it")]
)
def test_why_it_is_reopened_or_moved_names_no_reviewer(
    client: Client, committed: Committed, endpoint: str, button: str
) -> None:
    with committed():
        make_theme()
        cast = make_cast()
        cast.assignment(0).person.name = "Ann Ward"
        proposal = cast.proposal
        if endpoint == "proposals.reopen":
            services.withdraw(proposal, cast.champion, reason="Our plans changed.")
        else:
            proposal.stage = Stage.SUBMITTED
    page = client.as_(cast.manager).get(endpoint, ref=cast.ref)
    page = page.submit(button, reason="As Ann Ward says.", status=422)
    assert page.errors[-1].startswith("Take “Ann Ward” out of “Why you")


def test_how_a_condition_is_met_names_no_reviewer(client: Client, committed: Committed) -> None:
    with committed():
        staff = deciding.make_staff()
        staff.reviewers[0].name = "Ann Ward"
        case = deciding.make_case(staff)
        deciding.release(case)
    page = client.as_(case.director).get("spread.settle_condition", slug="falls-huddles", number=1)
    page = page.submit("Settle condition", outcome="met", note="As Ann Ward says.", status=422)
    assert [error.partition(" out of ")[0] for error in page.errors] == ["Take “Ann Ward”"]
    assert "is met" in page.submit("Settle condition", note="It is signed.").text


def test_reviewers_of_every_round_are_known(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        cast.assignment(0).person.name = "Ann Ward"
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="She left.")
    page = client.as_(cast.manager).get("assessment.request_changes", ref=cast.ref)
    page = page.submit("Request changes", sections="need", message="Ann Ward asks.", status=422)
    assert page.errors[0].startswith("Take “Ann Ward” out")
