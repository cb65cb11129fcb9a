"""My work: everything that waits for one person, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from selectolax.lexbor import LexborNode

from exchange import clock, outbox
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import services as assessment
from exchange.assessment.models import Round
from exchange.decisions.models import DecisionKind
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.reports import queries
from exchange.spread.life import CHANGES
from exchange.spread.services import change_programme
from tests.assessment.arrange import (
    make_cast,
    make_champion,
    make_draft,
    make_manager,
    make_submitted,
    submit,
)
from tests.conftest import Committed
from tests.decisions.arrange import APPROVAL, make_case, make_staff, prepare, release
from tests.factories import make_grant, make_person
from tests.pages import Client, Page, words
from tests.spread.arrange import make_programme
from tests.statements import counted_queries

# A Monday; a round that starts now is due on 21 December.
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def travelled() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def waiting(page: Page) -> list[tuple[str, str]]:
    """What waits, and what to do about it."""
    todos = page.texts(".app-result__todo")
    return list(zip(page.texts(".app-result__title")[: len(todos)], todos, strict=True))


def own(page: Page) -> list[tuple[str, str, str]]:
    """The proposals that wait for others: title, stage, what happens next."""
    rows = [row for row in page.select(".app-result") if not row.css(".app-result__todo")]
    return [(_word(row, "h3"), _word(row, ".nhsuk-tag"), _word(row, ".app-result__summary")) for row in rows]


def _word(row: LexborNode, css: str) -> str:
    return words(row.css(css)[0])


def test_newer_proposals_do_not_push_out_what_is_overdue(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_PROPOSALS", 1)
    with committed():
        champion, manager = make_champion(), make_manager()
        with clock.pretend(datetime(2026, 10, 1, 9, tzinfo=UTC)):
            late = make_submitted(champion, title="Late changes")
            proposals.request_changes(
                late, manager, sections=["need"], message="More.", due=date(2026, 11, 2)
            )
        make_draft(champion, title="A newer draft")
        make_submitted(champion, title="A newer one")
    page = client.as_(champion).get("reports.my_work")
    assert [title for title, _ in waiting(page)] == ["Late changes"]
    assert [title for title, *_ in own(page)] == ["A newer one"]


def test_newcomer_is_told_what_to_do_first(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
    page = client.as_(person).get("reports.my_work")
    assert "Nothing waits for you" in page.text
    assert "Put it forward." in page.text
    assert page.click("Propose an innovation").path == "/proposals/new"


def test_lay_member_is_offered_what_they_can_do(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person(is_lay=True)
    page = client.as_(person).get("reports.my_work")
    assert "Nothing waits for you" in page.text
    assert "Propose an innovation" not in page.links()
    assert page.click("See what spreads across the region").path == "/programmes"


def test_someone_whose_organisation_is_not_settled_knows_why(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person(organisation=None)
    page = client.as_(person).get("reports.my_work")
    assert "An administrator is settling which organisation you belong to." in page.text
    assert "Propose an innovation" in page.links()


def test_member_without_terms_is_asked_to_accept_them(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person(terms_accepted_at=None)
    page = client.as_(person).get("reports.my_work")
    assert waiting(page) == [
        (
            "Accept the confidentiality terms",
            "You can then submit proposals, and read what other members share.",
        )
    ]
    assert page.click("Accept the confidentiality terms").path == "/account/terms"


def test_champion_sees_what_to_write_and_where_the_rest_stands(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        make_draft(champion)
        asked = make_submitted(champion, title="Changes asked")
        proposals.request_changes(asked, manager, sections=[], message="More", due=date(2026, 11, 27))
        make_submitted(champion, title="With the manager")
        gone = make_submitted(champion, title="Taken back")
        assessment.withdraw(gone, champion, reason="No staff")
    page = client.as_(champion).get("reports.my_work")
    assert waiting(page) == [
        ("Changes asked", "Submit it again: changes are due on Friday."),
        ("Falls huddles", "Finish your draft, then submit it."),
    ]
    assert sorted(own(page)) == [
        ("Taken back", "Withdrawn", "It was withdrawn on 23 November 2026."),
        ("With the manager", "Submitted", "A programme manager of Safe care reads it next."),
    ]
    assert page.click("Changes asked").path == f"/proposals/{asked.reference}/edit"


def test_co_author_helps_with_changes(
    client: Client, committed: Committed, travelled: time_machine.Traveller
) -> None:
    with committed():
        champion, author, manager = make_champion(), make_person(), make_manager()
        proposal = make_submitted(champion, co_authors=[author])
        proposals.request_changes(proposal, manager, sections=[], message="More", due=date(2026, 11, 24))
    travelled.shift(86_400 * 2)
    page = client.as_(author).get("reports.my_work")
    assert waiting(page) == [("Falls huddles", "Help to change it: changes were due yesterday.")]


def test_reviewer_sees_what_is_due_first(
    client: Client, committed: Committed, travelled: time_machine.Traveller
) -> None:
    with committed():
        early = make_cast(title="Early one")
        reviewer = early.reviewers[0]
        db.session.get_one(Round, early.round.id).due = date(2026, 11, 22)
        later = make_submitted(early.champion, title="Later one")
        assessment.start_assessment(later, early.manager, [person.id for person in early.reviewers])
    page = client.as_(reviewer).get("reports.my_work")
    [(first, first_todo), (second, second_todo)] = waiting(page)
    assert (first, second) == ("Early one", "Later one")
    assert first_todo.startswith("Your review was due yesterday. It takes about ")
    assert second_todo.startswith("Your review is due on 21 December 2026. It takes about ")
    assert page.click("Your reviews").path == "/reviews"
    with committed():
        submit(early.assignment(0))
    assert [title for title, _ in waiting(client.as_(reviewer).get("reports.my_work"))] == ["Later one"]


def test_manager_sees_how_much_waits(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        make_submitted(cast.champion)
        make_submitted(cast.champion)
        for index in range(3):
            submit(cast.assignment(index))
    page = client.as_(cast.manager).get("reports.my_work")
    assert waiting(page) == [
        ("New, waiting for triage", "2 proposals, the first since 23 November 2026."),
        ("Ready to close", "1 proposal, since 23 November 2026."),
    ]
    assert page.click("Ready to close").h1 == "Triage"


def test_manager_whom_something_binds_sees_nothing_of_it(client: Client, committed: Committed) -> None:
    with committed():
        colleague = make_manager(organisation="hill-hospital")
        make_submitted(make_champion())
    assert waiting(client.as_(colleague).get("reports.my_work")) == []


def test_director_sees_what_waits_for_a_decision(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        case, prepared = make_case(staff), make_case(staff)
        prepare(prepared)
    page = client.as_(staff.director).get("reports.my_work")
    assert waiting(page) == [
        ("Prepared, waiting for release", "1 proposal, since 23 November 2026."),
        (
            "Ready for your decision",
            "1 proposal, since 23 November 2026.",
        ),
    ]
    assert page.click("Decisions").path == "/decisions"
    assert waiting(client.as_(case.manager).get("reports.my_work")) == []


def test_administrator_sees_people_and_mail_that_wait(client: Client, committed: Committed) -> None:
    with committed():
        administrator = make_person(role=Role.ADMINISTRATOR, organisation="host")
        make_person(organisation=None)
        make_person(organisation=None, confirmed_at=None)
        make_person(organisation=None, active=False)
        make_person(is_lay=True)
        message = outbox.queue("news", "p@example.org", "News", "Text", message_id="news.1")
        message.given_up_at = clock.now()
    page = client.as_(administrator).get("reports.my_work")
    assert waiting(page) == [
        ("Mail that could not be sent", "1 message, since 23 November 2026."),
        ("People to settle", "1 person, since 23 November 2026."),
    ]
    assert page.click("Administration").path == "/admin"


def test_decided_proposals_say_how_they_ended(client: Client, committed: Committed) -> None:
    with committed():
        case = make_case()
        release(case, DecisionKind.APPROVE_SPREAD, **APPROVAL)
    [(_, stage, status)] = own(client.as_(case.champion).get("reports.my_work"))
    assert (stage, status) == ("Spread at scale", "It spreads across the region.")


def test_work_takes_as_many_queries_for_many_things_as_for_one(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        person = make_champion(organisation="valley-university")
        for role in (Role.REVIEWER, Role.PROGRAMME_MANAGER, Role.THEME_DIRECTOR, Role.ADMINISTRATOR):
            make_grant(person, role)
        add_work(person)
    before = counted_queries(app, client, person, "/my-work")
    with committed():
        for _ in range(3):
            add_work(db.session.merge(person))
    assert counted_queries(app, client, person, "/my-work") == before


def add_work(person: Person) -> None:
    """One more thing of each kind for this person."""
    staff = make_staff()
    staff.reviewers[0] = person
    make_case(staff)
    proposal = make_submitted(staff.champion)
    assessment.start_assessment(proposal, staff.manager, [reviewer.id for reviewer in staff.reviewers])
    make_submitted(staff.champion)
    make_draft(person)
    make_submitted(person)
    make_person(organisation=None)


def test_a_pause_whose_day_has_come_waits_for_the_staff(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        said = {"reason": "Beds are closed.", "review_on": date(2026, 11, 23)}
        change_programme(make_programme(staff), CHANGES["pause"], staff.director, said)
        later = make_programme(staff, title="Night huddles")
        change_programme(later, CHANGES["pause"], staff.director, said | {"review_on": date(2026, 11, 24)})
        member = make_person(organisation="valley-university")
    expected = (
        "Falls huddles",
        "It is paused, to be looked at again today: it goes on, stays paused or ends.",
    )
    for person in (staff.manager, staff.director):
        assert waiting(client.as_(person).get("reports.my_work")) == [expected]
    assert waiting(client.as_(member).get("reports.my_work")) == []
    page = client.as_(staff.director).get("spread.change_programme", slug="falls-huddles", name="prolong")
    day: dict[str, Any] = {"review_on-day": "1", "review_on-month": "12", "review_on-year": "2026"}
    page = page.submit("Keep the programme paused", reason="Beds are still closed.", **day)
    assert "We look at it again on 1 December 2026" in page.text
    assert waiting(client.as_(staff.manager).get("reports.my_work")) == []
