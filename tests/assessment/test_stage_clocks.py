"""The manager's page of how long proposals stay in each stage, and each proposal's own days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from exchange.assessment import services
from exchange.assessment.queries.clocks import moves
from exchange.clock import now
from exchange.extensions import db
from exchange.proposals.models import Proposal
from tests.assessment.arrange import TEAM, make_cast, make_champion, make_manager, make_submitted, submit
from tests.conftest import Committed, Statements
from tests.factories import make_person
from tests.pages import Client, Page

DAY = timedelta(days=1)


def row_of(page: Page, stage: str, table: int = 0) -> list[str]:
    return next(
        [" ".join(cell.text(deep=True).split()) for cell in row.css("th, td")]
        for row in page.select("table")[table].css("tbody tr")
        if stage in row.text()
    )


def figures(page: Page, stage: str) -> list[str]:
    """The numbers of a stage's row, without the names of their columns, which stand in them for phones."""
    return [cell.rsplit(" ", 1)[-1] for cell in row_of(page, stage)[1:]]


def test_no_move_is_read_of_what_ended_before_the_period(
    committed: Committed, clock: time_machine.Traveller
) -> None:
    def read(since: date | None) -> set[str]:
        return {row.reference for row in db.session.execute(moves(manager, since))}

    with committed():
        manager, champion = make_manager(), make_champion()
        gone, waits = make_submitted(champion), make_submitted(champion)
        services.withdraw(gone, champion, reason="We stop.")
        today = now().date()
        assert read(today) == read(None) == {gone.reference, waits.reference}
    clock.shift(DAY)
    with committed():
        assert read(today) == {gone.reference, waits.reference}
        assert read(today + DAY) == {waits.reference}


def test_stage_clocks_tell_what_is_usual_and_what_waits(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
    clock.shift(12 * DAY)
    with committed():
        for index in range(3):
            submit(cast.assignment(index))
        services.close_assessment(
            db.session.get_one(Proposal, cast.proposal.id),
            cast.manager,
            panel_summary="Good.",
            feedback="Good.",
        )
        waiting = make_submitted(make_champion(), title="Waits since today")
    clock.shift(3 * DAY)
    page = client.as_(cast.manager).get("assessment.triage").click("Days in each stage")
    assert figures(page, "Submitted") == ["1", "0", "0", "1", "3"]
    assert figures(page, "In assessment") == ["1", "12", "12", "0", "–"]
    assert figures(page, "Assessed") == ["0", "–", "–", "1", "3"]
    assert waiting.reference in page.text
    page = client.as_(cast.champion).get("proposals.history", ref=cast.ref)
    rows = dict(zip(page.texts("dl dt"), page.texts("dl dd"), strict=True))
    assert rows == {"Submitted": "0 days", "In assessment": "12 days", "Assessed": "3 days"} or rows == {
        "Submitted": "no days",
        "In assessment": "12 days",
        "Assessed": "3 days",
    }


def test_a_period_takes_what_ended_in_it(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
        services.withdraw(cast.proposal, cast.champion, reason="No time.")
    clock.shift(100 * DAY)
    page = client.as_(cast.manager).get("assessment.stage_clocks")
    assert "Stays that ended since 4 March 2026." in page.text
    assert figures(page, "In assessment")[0] == "1"
    page = page.click("Last 90 days")
    assert figures(page, "In assessment")[0] == "0"
    assert "No proposal of this theme waits now." in page.text
    assert figures(page.click("All time"), "In assessment")[0] == "1"
    nonsense = client.as_(cast.manager).get("assessment.stage_clocks", period="yesterday")
    assert figures(nonsense, "In assessment")[0] == "1"


def test_stage_clocks_leave_out_what_binds_the_manager(client: Client, committed: Committed) -> None:
    with committed():
        make_submitted(make_champion(), title="Of their own trust")
        bound = make_manager(organisation=TEAM)
    page = client.as_(bound).get("assessment.stage_clocks")
    assert figures(page, "Submitted") == ["0", "–", "–", "0", "–"]
    assert "Of their own trust" not in page.text


def test_members_read_no_days(client: Client, committed: Committed) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        member = make_person(organisation="valley-university")
    page = client.as_(member).get("proposals.history", ref=proposal.reference)
    assert "Days in each stage" not in page.text


def test_many_proposals_ask_as_much_as_one(
    client: Client, committed: Committed, statements: Statements
) -> None:
    def asked() -> int:
        with statements() as sent:
            client.as_(manager).get("assessment.stage_clocks")
        return len(sent)

    with committed():
        manager, champion = make_manager(), make_champion()
        make_submitted(champion)
    few = asked()
    with committed():
        for _ in range(3):
            make_submitted(champion)
    assert asked() == few


@pytest.mark.parametrize("moment", [datetime(2026, 7, 1, 23, 30, tzinfo=UTC)])
def test_a_day_is_londons(client: Client, committed: Committed, moment: datetime) -> None:
    """Half an hour before midnight in UTC it is the next day in London's summer."""
    with time_machine.travel(moment, tick=False), committed():
        make_submitted(make_champion())
        manager = make_manager()
    with time_machine.travel(datetime(2026, 7, 3, 9, tzinfo=UTC), tick=False):
        page = client.as_(manager).get("assessment.stage_clocks")
    assert figures(page, "Submitted")[-1] == "1"
