"""Sending a proposal back to its champion."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from exchange import clock
from exchange.accounts.models import Person
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.wording import day
from tests.conftest import Committed
from tests.pages import Client, Page
from tests.proposals.arrange import (
    make_champion,
    make_director,
    make_draft,
    make_manager,
    make_member,
    make_submitted,
)

ASK = "Request changes"


def asking(client: Client, committed: Committed) -> tuple[Page, Proposal]:
    with committed():
        manager = make_manager()
        proposal = make_submitted(make_champion())
    return client.as_(manager).get("assessment.request_changes", ref=proposal.reference), proposal


@time_machine.travel("2026-12-01T10:00:00Z", tick=False)
def test_request_changes_sends_it_back_with_what_to_change(client: Client, committed: Committed) -> None:
    page, proposal = asking(client, committed)
    # Twenty working days from 1 December, over Christmas and New Year.
    assert [page.value(f"due-{part}") for part in ("day", "month", "year")] == ["31", "12", "2026"]
    page = page.submit(ASK, sections=["need", "value"], message="Say how many wards.")
    assert page.path == f"/proposals/{proposal.reference}"
    assert "Amina Begum is asked for changes." in page.text
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert held.stage is Stage.CHANGES_REQUESTED
        assert (held.changes_due, held.changes_sections) == (date(2026, 12, 31), ["need", "value"])
        champion = held.champion
    page = client.as_(champion).get("proposals.edit", ref=proposal.reference)
    assert (
        "Rachel Tolley asked for changes on 1 December 2026 What to change Say how many wards." in page.text
    )
    assert "Sections: Need and benefit and Value." in page.text
    assert "Submit it again by 31 December 2026." in page.text
    hints = page.texts(".nhsuk-task-list__hint")
    assert hints == ["Changes requested", "Changes requested"]
    page = page.click("Need and benefit")
    assert "Say how many wards." in page.text
    page = page.submit("Save and continue", need="Twelve wards")
    assert page.texts(".nhsuk-task-list__hint") == ["You changed it", "Changes requested"]
    page = page.click("The idea")
    assert "Say how many wards." not in page.text


def test_request_changes_asks_for_everything(client: Client, committed: Committed) -> None:
    page, proposal = asking(client, committed)
    empty = {"due-day": "", "due-month": "", "due-year": ""}
    page = page.submit(ASK, empty, status=422)
    assert page.errors == [
        "Select the sections to change",
        "Enter what to change",
        "Enter the day by which to send it back",
    ]
    page = page.submit(ASK, sections=["need"], message="More.", status=422)
    assert page.value("message") == "More."
    with committed():
        assert db.session.get_one(Proposal, proposal.id).stage is Stage.SUBMITTED


@pytest.mark.parametrize("days", [0, -1, 367])
def test_request_changes_by_a_day_to_come(client: Client, committed: Committed, days: int) -> None:
    page, _ = asking(client, committed)
    wanted = clock.today() + timedelta(days=days)
    due = {"due-day": wanted.day, "due-month": wanted.month, "due-year": wanted.year}
    page = page.submit(ASK, due, sections=["need"], message="More.", status=422)
    limit = clock.today() + timedelta(days=1 if days < 1 else 366)
    assert page.errors == [f"“Send it back by” must be {day(limit)} or {'later' if days < 1 else 'earlier'}"]
    assert page.value("message") == "More."


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sections", "no-such", "Select from the list for “Sections to change”"),
        ("message", "word " * 501, "What to change must be 500 words or fewer. It has 501"),
        ("message", "a\x00b", "Remove the characters shown as � from “What to change”"),
        ("due", "31 February", "Enter “Send it back by” as a real date, like 27 3 2027"),
    ],
)
def test_request_changes_says_how_to_mend_it(
    client: Client, committed: Committed, name: str, value: str, message: str
) -> None:
    page, proposal = asking(client, committed)
    due = (clock.today() + timedelta(days=9)).isoformat()
    sent = {"sections": "need", "message": "More.", "due": due, name: value}
    page = page.browser.post("assessment.request_changes", sent, ref=proposal.reference, status=422)
    assert len(page.errors) == 1
    if name != "due":
        assert page.errors == [message]


def test_request_changes_clicked_twice_happens_once(client: Client, committed: Committed) -> None:
    page, proposal = asking(client, committed)
    for _ in range(2):
        assert page.submit(ASK, sections=["need"], message="More.").path == f"/proposals/{proposal.reference}"
    with committed():
        assert db.session.scalar(select(func.count()).where(Event.kind == "request_changes")) == 1


def test_the_second_manager_is_told_and_keeps_their_words(client: Client, committed: Committed) -> None:
    page, proposal = asking(client, committed)
    with committed():
        other = make_manager(name="Second Manager")
        held = db.session.get_one(Proposal, proposal.id)
        services.request_changes(held, other, sections=["idea"], message="First.", due=clock.today())
    page = page.submit(ASK, sections=["need"], message="My long words.", status=409)
    assert (
        "The proposal is now at “Changes requested”. “Request changes” starts from “Submitted” or “In assessment”."
        in page.text
    )
    assert "My long words." in page.text


def test_request_changes_is_the_managers_and_of_what_is_submitted(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, director, manager, member = make_champion(), make_director(), make_manager(), make_member()
        bound = make_manager(organisation="hill-hospital")
        proposal, draft = make_submitted(champion), make_draft(champion)
    for person in (champion, director, member, bound):
        page = client.as_(person).get("assessment.request_changes", ref=proposal.reference, status=403)
        assert (
            "Only a programme manager of the lead theme who has no interest in the proposal can do this."
            in page.text
        )
    client.as_(champion).get("assessment.request_changes", ref=draft.reference, status=403)
    client.as_(manager).get("assessment.request_changes", ref=draft.reference, status=404)
    with committed():
        services.request_changes(
            db.session.get_one(Proposal, proposal.id),
            db.session.get_one(Person, manager.id),
            sections=["need"],
            message="x",
            due=clock.today(),
        )
    page = client.as_(manager).get("assessment.request_changes", ref=proposal.reference, status=409)
    assert "The proposal is now at “Changes requested”." in page.text
