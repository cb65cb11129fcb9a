"""Approving, through the page: what it asks, what it keeps, what it does, and what it refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.decisions.models import Decision, Letter
from exchange.decisions.rules import DecisionKind
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.spread.models import Condition, Programme, ProgrammeStatus
from tests.assessment import arrange as assessing
from tests.conftest import Committed
from tests.decisions import arrange
from tests.decisions.arrange import Case
from tests.factories import make_person
from tests.pages import Browser, Client, Page

PAGE = "decisions.approve_spread"
SENT: dict[str, Any] = {**arrange.APPROVAL_SENT, "investment": "£40,000"}
APPROVED_ELSEWHERE = {
    "approving_body": "The Board",
    "approved_on-day": "2",
    "approved_on-month": "11",
    "approved_on-year": "2026",
    "minute_reference": "26/114",
}


def stage_of(case: Case) -> Stage:
    return db.session.get_one(Proposal, case.proposal.id).stage


def events_of(case: Case, kind: str) -> list[Event]:
    return list(
        db.session.scalars(
            select(Event).where(Event.subject == case.proposal.event_subject, Event.kind == kind)
        )
    )


def counts() -> tuple[int, int, int]:
    """Of decisions, letters and programmes."""
    found = [
        db.session.scalar(select(func.count()).select_from(model)) for model in (Decision, Letter, Programme)
    ]
    return found[0] or 0, found[1] or 0, found[2] or 0


def ask(client: Client, person: Person, case: Case) -> Page:
    return client.as_(person).get(PAGE, ref=case.ref)


def test_page_says_what_the_panel_thinks_and_what_releasing_does(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = arrange.make_case()
    page = ask(client, case.director, case)
    assert page.h1.endswith("Approve spread at scale")
    assert "3 of 3 counted reviews recommend spread" in page.text
    assert "against the panel" not in page.text
    assert "The proposal seeks £40,000." in page.text
    assert "Amina Begum gets a letter" in page.text
    assert page.select("[name=override_reason]") == []


def test_first_button_saves_so_that_enter_releases_nothing(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = ask(client, case.director, case)
    assert page.select("main form button")[0].attributes["name"] == "save"
    client.as_(case.director).post(PAGE, SENT, ref=case.ref)
    with committed():
        assert stage_of(case) is Stage.ASSESSED


def test_save_keeps_the_decision_for_directors(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        other = arrange.make_other_director()
    page = ask(client, case.director, case).submit("Save", **SENT)
    assert "Saved. Only the theme’s directors see it until it is released." in page.text
    for director in (case.director, other):
        page = client.as_(director).get("decisions.decision_pack", ref=case.ref)
        assert "Prepared: Approve spread" in page.text
        assert "People fall less." in page.text
    with committed():
        decision = db.session.scalars(select(Decision)).one()
        assert (decision.kind, decision.statement, decision.investment) == (
            DecisionKind.APPROVE_SPREAD,
            "People fall less.",
            40_000,
        )
        assert decision.round_id == case.round.id
        assert stage_of(case) is Stage.ASSESSED
        event = db.session.scalars(select(Event).where(Event.kind == "prepare_decision")).one()
        assert (event.audience, event.actor_id, event.texts) == (Audience.DIRECTOR, case.director.id, [])


def test_save_keeps_the_unfinished(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    ask(client, case.director, case).submit("Save", statement="Half a thought")
    page = ask(client, case.director, case)
    assert page.value("statement") == "Half a thought"
    assert page.value("investment") == ""
    page = client.as_(case.director).get("decisions.decision_pack", ref=case.ref)
    assert "Enter the adoption target, like 12" in page.text
    assert "Release it" not in page.links()


def test_saving_again_replaces_what_was_prepared(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    ask(client, case.director, case).submit("Save", **SENT)
    ask(client, case.director, case).submit("Save", statement="Better words.")
    with committed():
        decision = db.session.scalars(select(Decision)).one()
        assert (decision.statement, decision.adoption_target) == ("Better words.", 12)


def test_changing_ones_mind_loses_nothing_typed(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    browser = client.as_(case.director)
    browser.get(PAGE, ref=case.ref).submit("Save", **SENT)
    browser.get("decisions.develop", ref=case.ref).submit("Save", must_show="A second ward.")
    page = browser.get(PAGE, ref=case.ref)
    assert page.value("statement") == "People fall less."
    assert browser.get("decisions.develop", ref=case.ref).value("must_show") == "A second ward."
    page.submit("Release")
    with committed():
        decision = db.session.scalars(select(Decision)).one()
        assert (decision.kind, decision.must_show, decision.due) == (DecisionKind.APPROVE_SPREAD, "", None)


def test_release_does_it_all(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = ask(client, case.director, case).submit("Add another condition", **SENT)
    second = {key.replace("1", "2", 1): value for key, value in SENT.items() if key.startswith("condition-1")}
    second |= {"condition-2-text": "Yearly figures", "condition-2-starts": "later"}
    page = page.submit("Release", **second)
    assert page.path == "/programmes/falls-huddles"
    assert "Released. Amina Begum gets your letter." in page.text
    with committed():
        assert stage_of(case) is Stage.SPREAD
        assert counts() == (1, 1, 1)
        decision = db.session.scalars(select(Decision)).one()
        assert (decision.released_by_id, decision.prepared_by_id) == (case.director.id, case.director.id)
        programme = db.session.scalars(select(Programme)).one()
        assert (programme.status, programme.adoption_target, programme.investment) == (
            ProgrammeStatus.SETTING_UP,
            12,
            40_000,
        )
        rest = ("The ward sister", date(2028, 3, 31), "A signed letter")
        assert [
            (each.number, each.text, each.is_blocking, each.owner, each.due, each.evidence)
            for each in programme.conditions
        ] == [(1, "A data agreement", True, *rest), (2, "Yearly figures", False, *rest)]
        assert programme.promised == {
            "benefit_patients": "Fewer falls.",
            "benefit_system": "Fewer bed days.",
            "population": 2_500,
            "saving_yearly": 120_000,
            "payback": "under-6-months",
            "adoption_potential": 9,
        }
        letter = db.session.scalars(select(Letter)).one()
        for words in (
            "Dear Amina Begum",
            "People fall less.",
            "Say who leads at night.",
            "£40,000",
            "Rachel Tolley",
        ):
            assert words in letter.text
        event = events_of(case, "approve_spread")[0]
        assert event.audience is Audience.PUBLIC
        assert event.facts["decision"] == decision.id
        assert {text.name: text.audience for text in event.texts} == {
            "statement": Audience.PUBLIC,
            "conditions": Audience.TEAM,
        }


def test_release_of_what_was_prepared_keeps_who_prepared_it(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        other = arrange.make_other_director()
        arrange.prepare(case)
    ask(client, other, case).submit("Release")
    with committed():
        decision = db.session.scalars(select(Decision)).one()
        assert (decision.prepared_by_id, decision.released_by_id) == (other.id, other.id)
        letter = db.session.scalars(select(Letter)).one()
        assert letter.text.endswith("Nia Rees\nTheme director, Safe care\nThree Valleys Health Network")


def test_release_without_blocking_conditions_is_active_at_once(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = ask(client, case.director, case).submit("Release", {**SENT, "condition-1-starts": "later"})
    assert page.texts(".app-programme__status .nhsuk-tag") == ["Active"]
    with committed():
        programme = db.session.scalars(select(Programme)).one()
        assert programme.status is ProgrammeStatus.ACTIVE
        assert programme.active_since == programme.approved_at


def test_release_asks_for_everything_and_keeps_what_was_typed(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = ask(client, case.director, case).submit("Add another condition")
    assert "Condition 2" in page.text
    page = page.submit("Release", {"condition-2-text": "A data agreement"}, status=422)
    assert page.errors == [
        "Enter why you approve it",
        "Enter the adoption target, like 12",
        "Enter the investment, like 45,000, or 0",
        "Enter who sees to “A data agreement”",
        "Enter the date by which “A data agreement” is to be met",
        "Enter what will show that “A data agreement” is met",
    ]
    assert page.value("condition-2-text") == "A data agreement"
    assert page.title.startswith("Error: ")
    with committed():
        assert counts() == (0, 0, 0)


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("statement", "word " * 301, "Why you approve it must be 300 words or fewer. It has 301"),
        ("statement", "bad \x07 bell", "Remove the characters shown as � from “Why you approve it”"),
        ("adoption_target", "many", "Enter the adoption target as a whole number, like 12"),
        ("adoption_target", "0", "Enter “Adoption target” from 1 to 100,000"),
        ("adoption_target", "9" * 400, "Enter “Adoption target” from 1 to 100,000"),
        ("investment", "45.5", "Enter the investment in whole pounds, like 45,000, or 0"),
        ("investment", "-1", "Enter “Investment from the network” from £0 to £1,000,000,000"),
        ("condition-1-text", "", "Enter condition 1, or empty its other fields"),
        ("condition-1-text", "word " * 81, "What must be met must be 80 words or fewer. It has 81"),
        ("condition-1-owner", "o" * 201, "Who sees to it must be 200 characters or fewer. It has 201"),
        (
            "condition-1-evidence",
            "word " * 61,
            "What will show that it is met must be 60 words or fewer. It has 61",
        ),
        ("condition-1-due-month", "13", "Enter “By when” as a real date, like 27 3 2027"),
        ("condition-1-due-year", "2999", None),
        ("approving_body", "b" * 201, "Approving body must be 200 characters or fewer. It has 201"),
        ("minute_reference", "m" * 101, "Minute reference must be 100 characters or fewer. It has 101"),
    ],
)
def test_bad_input_is_kept_with_how_to_mend_it(
    client: Client, committed: Committed, field: str, typed: str, error: str | None
) -> None:
    with committed():
        case = arrange.make_case()
    for button in ("Save", "Release"):
        page = ask(client, case.director, case).submit(button, {**SENT, field: typed}, status=422)
        assert page.errors == [error] if error else "must be" in page.errors[0]
        assert page.value("statement" if field != "statement" else "condition-1-owner")
    with committed():
        assert counts() == (0, 0, 0)


@pytest.mark.parametrize(
    ("day", "month", "year", "error"),
    [
        ("31", "2", "2026", "Enter “Date of approval” as a real date, like 27 3 2027"),
        ("2", "", "2026", "“Date of approval” must have a month"),
        ("2", "11", "26", "Enter the year of “Date of approval” with 4 numbers, like 2027"),
        ("1", "1", "2999", None),
    ],
)
def test_impossible_date_is_kept_with_how_to_mend_it(
    client: Client, committed: Committed, day: str, month: str, year: str, error: str | None
) -> None:
    with committed():
        case = arrange.make_case()
    typed = {"approved_on-day": day, "approved_on-month": month, "approved_on-year": year}
    page = ask(client, case.director, case).submit("Save", typed, status=422)
    assert len(page.errors) == 1
    assert error is None or page.errors == [error]
    assert page.value("approved_on-year") == year


def test_emoji_and_markup_stand_as_typed(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = ask(client, case.director, case).submit("Release", {**SENT, "statement": "<b>Grand</b> 🎉 & good"})
    assert "<b>Grand</b> 🎉 & good" in page.text


@pytest.mark.parametrize(("investment", "status"), [("50,000", 200), ("50,001", 422)])
def test_over_the_limit_needs_the_approving_body(
    client: Client, committed: Committed, investment: str, status: int
) -> None:
    with committed():
        case = arrange.make_case()
    page = ask(client, case.director, case).submit(
        "Release", {**SENT, "investment": investment}, status=status
    )
    if status == 422:
        assert page.errors == [
            "Enter the body that approved the investment",
            "Enter the date on which it was approved",
            "Enter the minute reference",
        ]


def test_over_the_limit_is_released_with_the_approving_body(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    sent = {**SENT, "investment": "50,001", **APPROVED_ELSEWHERE}
    ask(client, case.director, case).submit("Release", sent)
    with committed():
        decision = db.session.scalars(select(Decision)).one()
        assert decision.approved_on == date(2026, 11, 2)
        assert (
            "The Board approved this on 2 November 2026 (minute 26/114)."
            in db.session.scalars(select(Letter)).one().text
        )
        texts = {
            text.name: (text.content, text.audience) for text in events_of(case, "approve_spread")[0].texts
        }
        assert texts["approval"] == ("The Board, 2 November 2026, minute 26/114", Audience.TEAM)


def test_against_the_panel_needs_a_reason_that_only_directors_read(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
    page = ask(client, case.director, case)
    assert "This decision goes against the panel, so it needs a reason." in page.text
    page = page.submit("Release", **SENT, status=422)
    assert page.errors == ["Enter why you decide against the panel"]
    page.submit("Release", override_reason="The trial reported since.")
    with committed():
        texts = {text.name: text.audience for text in events_of(case, "approve_spread")[0].texts}
        assert texts["override_reason"] is Audience.DIRECTOR
        assert "The trial" not in db.session.scalars(select(Letter)).one().text


def test_reason_that_was_not_needed_is_not_kept(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    client.as_(case.director).post(
        PAGE, {**SENT, "override_reason": "Just so.", "release": "yes"}, ref=case.ref
    )
    with committed():
        assert db.session.scalars(select(Decision)).one().override_reason == ""


def test_record_must_be_full(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case(stage_of_development="idea", barriers="", payback=None)
    page = client.as_(case.director).get(PAGE, ref=case.ref, status=409)
    assert page.h1 == "Something is needed first"
    assert (
        "2 answers are needed before it can be approved: “What could stop it, and your answer” and "
        "“Time to return on investment”. To ask the champion for them, choose “Develop further”." in page.text
    )


def test_who_reviewed_does_not_decide(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        director = arrange.make_director_who_reviewed(case)
    page = client.as_(director).get(PAGE, ref=case.ref, status=409)
    assert "You are on the panel that reviews this proposal, so somebody else has to decide it." in page.text
    client.as_(director).post(PAGE, {**SENT, "release": "yes"}, ref=case.ref, status=409)
    with committed():
        assert counts() == (0, 0, 0)


@pytest.mark.parametrize(
    "who", ["champion", "co_author", "manager", "member", "conflicted", "reviewer", "elsewhere"]
)
@pytest.mark.parametrize("visibility", ["members", "assessors"])
def test_nobody_else_decides(client: Client, committed: Committed, who: str, visibility: str) -> None:
    with committed():
        case = arrange.make_case(visibility=visibility)
        people = {
            "champion": case.champion,
            "co_author": case.co_author,
            "manager": case.manager,
            "member": make_person(organisation="river-trust"),
            "conflicted": arrange.make_conflicted_director(),
            "reviewer": case.reviewers[0],
            "elsewhere": make_person(organisation="river-trust"),
        }
    sees = visibility == "members" or who in {"champion", "co_author", "manager", "reviewer"}
    status = 403 if sees else 404
    browser = client.as_(people[who])
    browser.get(PAGE, ref=case.ref, status=status)
    browser.post(PAGE, {**SENT, "release": "yes"}, ref=case.ref, status=status)
    with committed():
        assert counts() == (0, 0, 0)


def test_visitor_is_led_to_sign_in(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = client.visitor().get(PAGE, ref=case.ref, status=302)
    assert page.location.startswith("/login")


def test_before_assessment_it_is_too_early(client: Client, committed: Committed) -> None:
    with committed():
        cast = assessing.make_cast(**arrange.FULL)
        director = assessing.make_director()
    page = client.as_(director).get(PAGE, ref=cast.ref, status=409)
    assert "The proposal is now at “In assessment”. “Approve spread” starts from “Assessed”." in page.text


def test_pressing_twice_makes_one_programme_and_one_letter(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = ask(client, case.director, case)
    first = page.submit("Release", **SENT)
    again = page.submit("Release", **SENT)
    assert (again.path, again.h1) == (first.path, first.h1)
    assert "Released. Amina Begum gets your letter." in again.text
    again = page.submit("Release", {**SENT, "statement": "Another reason."}, status=409)
    assert again.h1 == "It is already decided"
    assert "Another reason." in again.text
    assert "You released “Approve spread” for this proposal on" in again.text
    with committed():
        assert counts() == (1, 1, 1)
        assert len(events_of(case, "approve_spread")) == 1


def test_two_directors_at_the_same_moment_make_one_programme(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        other = arrange.make_other_director()
    browsers = [client.as_(case.director), client.as_(other)]
    address = browsers[0].address(PAGE, ref=case.ref)
    together = Barrier(len(browsers))

    def release(browser: Browser) -> int:
        data = {**SENT, "release": "yes", "csrf_token": browser.csrf_token()}
        together.wait()
        return browser.flask_client.post(address, data=data).status_code

    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(release, browsers)) == [302, 409]
    with committed():
        assert counts() == (1, 1, 1)
        assert len(events_of(case, "approve_spread")) == 1


def test_second_director_is_told_who_decided_and_keeps_the_text(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        other = arrange.make_other_director()
    theirs = client.as_(other).get("decisions.decline", ref=case.ref)
    ask(client, case.director, case).submit("Release", **SENT)
    page = theirs.submit("Release", feedback="All this typing.", status=409)
    assert "Paul Okafor released “Approve spread” for this proposal on" in page.text
    assert "All this typing." in page.text
    with committed():
        assert counts() == (1, 1, 1)
        assert stage_of(case) is Stage.SPREAD


@pytest.mark.parametrize("button", ["Save", "Release"])
def test_what_another_director_saved_meanwhile_is_not_overwritten(
    client: Client, committed: Committed, button: str
) -> None:
    with committed():
        case = arrange.make_case()
        other = arrange.make_other_director()
    page = ask(client, case.director, case)
    client.as_(other).get("decisions.develop", ref=case.ref).submit("Save", must_show="A second ward.")
    page = page.submit(button, **SENT, status=409)
    assert "Nia Rees saved “Develop further” on" in page.errors[0]
    assert page.value("statement") == "People fall less."
    with committed():
        assert db.session.scalars(select(Decision)).one().kind is DecisionKind.DEVELOP
    page.submit(button)
    with committed():
        assert db.session.scalars(select(Decision)).one().kind is DecisionKind.APPROVE_SPREAD


def test_withdrawn_meanwhile_releases_nothing(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.prepare(case)
    page = ask(client, case.director, case)
    with committed():
        from exchange.assessment import services

        services.withdraw(case.proposal, case.champion, reason="We move.")
    page = page.submit("Release", status=409)
    assert "The proposal is now at “Withdrawn”." in page.text
    with committed():
        assert counts() == (1, 0, 0)


def test_two_programmes_of_one_title_have_addresses_of_their_own(committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        for _ in range(3):
            arrange.release(arrange.make_case(staff), conditions=[])
    with committed():
        slugs = list(db.session.scalars(select(Programme.slug).order_by(Programme.id)))
        assert slugs == ["falls-huddles", "falls-huddles-2", "falls-huddles-3"]
        assert db.session.scalar(select(func.count()).select_from(Condition)) == 0
