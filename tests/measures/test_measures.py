"""Measures through their pages: defining, entering, correcting, re-basing, and what everyone reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from exchange import events
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.adoption.services import set_eligible
from exchange.audience import Audience
from exchange.events import Event
from exchange.extensions import db
from exchange.measures import queries
from exchange.measures.models import Combined, Direction, Measure
from exchange.measures.services import define_measure, enter_figures
from exchange.spread.models import Programme
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_staff
from tests.factories import make_person
from tests.pages import Client
from tests.spread.arrange import make_programme
from tests.statements import statements_of

SLUG = "falls-huddles"
HILL, RIVER = "hill-hospital", "river-trust"
ONE: dict[str, Any] = {"slug": SLUG, "number": 1}
AT_RIVER = {**ONE, "organisation_id": RIVER}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DEFINED: dict[str, Any] = {
    "name": "Falls with harm",
    "unit": "falls",
    "definition": "Falls that hurt somebody.",
    "direction": "decrease",
    "target": "5",
    "combined": "added",
}


def make_one() -> Staff:
    staff = make_staff()
    set_eligible(make_programme(staff), staff.manager, [HILL, RIVER])
    return staff


def make_measure(staff: Staff) -> Measure:
    programme = db.session.scalars(select(Programme)).one()
    return define_measure(
        programme,
        db.session.get_one(Person, staff.manager.id),
        name="Falls with harm",
        unit="falls",
        definition="Falls that hurt somebody.",
        direction=Direction.DECREASE,
        target=Decimal(5),
        combined=Combined.ADDED,
    )


def enter(measure: Measure, staff: Staff, organisation: str, *values: int) -> None:
    entered = {date(2025, month, 1): Decimal(value) for month, value in enumerate(values, 1)}
    enter_figures(measure, organisation, db.session.get_one(Person, staff.manager.id), entered, reason="Why.")


def test_a_manager_defines_and_a_lead_enters(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)
    page = client.as_(staff.manager).get("measures.measures", slug=SLUG)
    assert "Nothing is measured yet" in page.text
    page = page.click("Add a measure").submit("Add the measure", **DEFINED)
    assert "“Falls with harm” is now a measure of this programme." in page.text
    page = client.as_(lead).get("measures.measure", **ONE).click("Enter figures of River Community Trust")
    page = page.submit("Save figures", rows="September 2026\t7\nOctober 2026\t6")
    assert "2 figures saved for River Community Trust." in page.text
    assert page.texts(".app-multiples__one h3") == ["River Community Trust"]
    visitor = client.visitor().get("measures.measures", slug=SLUG)
    assert "6 falls in October 2026." in visitor.text
    assert "The sum of 1 organisation" in visitor.text


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        (
            {},
            [
                "Enter what is measured",
                "Enter the unit",
                "Enter how it is counted",
                "Select what is better",
                "Select how the region’s figure is made",
            ],
        ),
        ({**DEFINED, "target": "few"}, ["Enter the target as a number, like 12 or 4.5"]),
        (
            {**DEFINED, "name": "x" * 121},
            ["What is measured must be 120 characters or fewer. It has 121"],
        ),
    ],
)
def test_what_a_measure_needs(
    client: Client, committed: Committed, sent: dict[str, Any], errors: list[str]
) -> None:
    with committed():
        staff = make_one()
    page = client.as_(staff.manager).get("measures.define_measure", slug=SLUG)
    assert page.submit("Add the measure", status=422, **sent).errors == errors


def test_a_correction_needs_a_reason_and_keeps_what_was(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        enter(make_measure(staff), staff, RIVER, 7, 6)
    browser = client.as_(staff.manager)
    page = browser.get("measures.enter_figures", **AT_RIVER)
    page = page.submit("Save figures", rows="January 2025, 9\nMarch 2025, 4", status=422)
    assert page.errors == ["Enter why the figure of January 2025 changes"]
    page = page.submit("Save figures", rows="January 2025, 9\nMarch 2025, 4", reason="Two were found later.")
    assert "2 figures saved" in page.text
    entered = browser.get("measures.enter_figures", **AT_RIVER).texts(".app-entered strong")
    assert entered == ["4", "6", "9", "7"]
    with committed():
        measure = db.session.scalars(select(Measure)).one()
        held = queries.figures_of([measure.id])[measure.id][RIVER]
        assert held == {date(2025, 1, 1): 9, date(2025, 2, 1): 6, date(2025, 3, 1): 4}
        told = db.session.scalars(select(Event).where(Event.kind == "enter_figure").order_by(Event.id)).all()
        # The events alone tell the figures that hold.
        assert {
            date.fromisoformat(each.facts["month"]): Decimal(each.facts["value"]) for each in told
        } == held
        assert [(each.facts["before"], [text.content for text in each.texts]) for each in told[2:]] == [
            ("7", ["Two were found later."]),
            (None, []),
        ]


def test_the_same_figures_again_change_nothing(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        enter(make_measure(staff), staff, RIVER, 7)
    page = client.as_(staff.manager).get("measures.enter_figures", **AT_RIVER)
    assert "No figures saved" in page.submit("Save figures", rows="January 2025, 7.0").text


def test_a_correction_entered_meanwhile_is_not_overwritten_unseen(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
        measure = make_measure(staff)
    page = client.as_(staff.manager).get("measures.enter_figures", **AT_RIVER)
    with committed():
        enter(db.session.get_one(Measure, measure.id), staff, RIVER, 7)
    page = page.submit("Save figures", rows="January 2025, 8", status=422)
    assert page.errors == ["Enter why the figure of January 2025 changes"]


def test_limits_are_computed_anew_from_a_month(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        enter(make_measure(staff), staff, RIVER, *[20, 22, 21, 20, 22, 21], *[5, 6, 4, 5, 6, 4])
    page = client.as_(staff.manager).get("measures.measure", **ONE)
    assert len(page.select(".app-chart__mean")) == 2
    page = page.click("Compute limits anew from a month")
    assert page.submit("Compute limits anew", month="soon", reason="We began.", status=422).errors == [
        "Enter the month like November 2026"
    ]
    page = page.submit("Compute limits anew", month="July 2025", reason="We began.")
    assert "The region, from July 2025: We began." in page.text
    assert len(page.select(".app-chart__mean")) == 3
    page = client.as_(staff.manager).get("measures.rebase_measure", **ONE)
    page = page.submit("Compute limits anew", month="July 2025", reason="They began.", of=RIVER)
    assert len(page.select(".app-chart__mean")) == 4


def test_a_month_that_not_all_have_entered_is_not_in_the_sum(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        measure = make_measure(staff)
        enter(measure, staff, RIVER, 7, 6, 5)
        enter(measure, staff, HILL, 3, 3)
    text = client.visitor().get("measures.measures", slug=SLUG).text
    assert "9 falls in February 2025." in text
    assert "March 2025 is not in it yet: 1 of 2 have entered it." in text


def test_organisations_taken_away_count_no_more(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        measure = make_measure(staff)
        enter(measure, staff, RIVER, 7)
        enter(measure, staff, HILL, 3)
        set_eligible(measure.programme, db.session.get_one(Person, staff.manager.id), [HILL])
    text = client.visitor().get("measures.measures", slug=SLUG).text
    assert "3 falls in January 2025." in text
    assert "The sum of 1 organisation." in text


@pytest.mark.parametrize("endpoint", ["measures.measures", "measures.measure"])
def test_a_page_takes_as_many_queries_for_many_figures_as_for_one(
    app: Flask, client: Client, committed: Committed, endpoint: str
) -> None:
    with committed():
        staff = make_one()
        enter(make_measure(staff), staff, RIVER, 7)
    taken = []
    for more in (False, True):
        if more:
            with committed():
                enter(make_measure(staff), staff, HILL, *range(12))
                enter(db.session.scalars(select(Measure)).all()[0], staff, HILL, *range(12))
        values = ONE if endpoint == "measures.measure" else {"slug": SLUG}
        with statements_of(app) as asked:
            client.visitor().get(endpoint, **values)
        taken.append(len(asked))
    assert taken[0] == taken[1]


def test_a_table_is_entered_after_a_look_and_each_enters_their_own(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
        enter(make_measure(staff), staff, HILL, 7)
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)
    page = client.as_(lead).get("measures.measure", **ONE).click("Enter figures from a table")
    refused = page.submit("Check the rows", rows="RH1, Feb 2025, 1\nRR1, Feb 2025, 2", status=422)
    assert refused.texts("tbody td:last-child")[0].endswith(
        "To mend: You enter figures of no organisation of this name. Check how it is written."
    )
    table = (
        "Organisation;Month;Figure;Reason\r\nHill Hospital;Jan-25;8;Counted again – twice\r\nRR1;Jan-25;2\r\n"
    )
    page = client.as_(staff.manager).get("measures.enter_table", **ONE)
    page = page.submit("Check the rows", file=(BytesIO(table.encode("cp1252")), "figures.csv"))
    assert [row.split(" ", 1)[1] for row in page.texts("tbody td:last-child")] == [
        "happens January 2025: 8, before 7",
        "happens January 2025: 2",
    ]
    page = page.submit("Record 2 figures")
    assert "2 figures saved." in page.text
    with committed():
        measure = db.session.scalars(select(Measure)).one()
        held = queries.figures_of([measure.id])[measure.id]
        assert held == {HILL: {date(2025, 1, 1): Decimal(8)}, RIVER: {date(2025, 1, 1): Decimal(2)}}
        reasons = [figure.reason for figure in queries.entered(measure, HILL)]
        assert reasons == ["Counted again – twice", ""]
    sheet = (
        client.as_(lead).get("measures.figures_table", **ONE).response.data.decode("utf-8-sig").splitlines()
    )
    assert (sheet[0], len(sheet)) == ("Organisation,Month,Figure,Reason", 13)
    assert all(row.startswith("River Community Trust,") for row in sheet[1:])


def test_a_table_takes_as_many_statements_for_many_figures_as_for_two(
    app: Flask, client: Client, committed: Committed
) -> None:
    """But for one each on SQLite, which adds events one by one."""
    with committed():
        staff = make_one()
        make_measure(staff)
    taken = []
    for year, months in ((2022, MONTHS[:1]), (2023, MONTHS), (2024, MONTHS)):
        rows = "\n".join(f"{name}, {month} {year}, 7" for name in ("RH1", "RR1") for month in months)
        page = (
            client.as_(staff.manager).get("measures.enter_table", **ONE).submit("Check the rows", rows=rows)
        )
        with statements_of(app) as asked:
            page.submit(f"Record {2 * len(months)} figures")
        taken.append(len(asked))
    with app.app_context():
        each_one = int(db.engine.dialect.name == "sqlite")
    assert taken == [taken[0], taken[0] + 22 * each_one, taken[0] + 22 * each_one]
    with committed():
        programme = db.session.scalars(select(Programme)).one()
        told = events.history(programme, frozenset(Audience))
        assert len([each for each in told if each.kind == "enter_figure"]) == 2 + 24 + 24
        assert [each.position for each in told] == list(range(1, len(told) + 1))


def test_a_figure_entered_meanwhile_is_shown_before_the_table_is_kept(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
        make_measure(staff)
    page = client.as_(staff.manager).get("measures.enter_table", **ONE)
    page = page.submit("Check the rows", rows="RR1, Jan 2025, 2, Why.")
    with committed():
        enter(db.session.scalars(select(Measure)).one(), staff, RIVER, 9)
    page = page.submit("Record 1 figure", status=409)
    assert "This is not what you saw before" in page.text
    assert "January 2025: 2, before 9" in page.text


def test_many_organisations_are_shown_page_by_page(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.measures.page.SHOWN", 1)
    with committed():
        staff = make_one()
        measure = make_measure(staff)
        enter(measure, staff, HILL, 7)
        enter(measure, staff, RIVER, 9)
    page = client.visitor().get("measures.measure", **ONE)
    assert page.texts(".app-multiples__one h3") == ["Hill Hospital"]
    page = page.click("Next page: More organisations")
    assert page.texts(".app-multiples__one h3") == ["River Community Trust"]
    page = page.click("Previous page: Organisations before these")
    assert page.texts(".app-multiples__one h3") == ["Hill Hospital"]
    assert client.visitor().get("measures.measure", after="nobody", **ONE).texts(
        ".app-multiples__one h3"
    ) == ["Hill Hospital"]
