"""Totals over programmes: from the tables, from the events alone, and on the page; and who is asked to confirm."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.audience import Audience
from exchange.benefits import services, sums
from exchange.benefits.benefit_chart import Year, drawn
from exchange.benefits.models import Benefit
from exchange.benefits.services import Said
from exchange.benefits.sums import Figure, Kind, Period, Status, Sureness
from exchange.benefits.totals import Amounts, Ledger, ledger
from exchange.benefits.waiting import waiting_for
from exchange.events import Event
from exchange.extensions import db
from exchange.spread.life import CHANGES
from exchange.spread.models import Programme, ProgrammeStatus
from exchange.spread.services import change_programme
from tests.benefits.arrange import HILL, RIVER, SENT, SLUG, SUMMER, enter, make_another, make_one
from tests.conftest import Committed
from tests.decisions.arrange import Staff
from tests.factories import make_person
from tests.notifications.arrange import tell, texts_to
from tests.pages import Client, words

WINTER = Period(date(2026, 1, 1), date(2026, 3, 1))
SECOND = "second-steps"


def make_many(staff: Staff) -> None:
    """Figures of every status: those that count are £900 and 40 people in 2026/27, and £50 in 2025/26."""
    make_another(staff, title="Second steps")
    manager = db.session.get_one(Person, staff.manager.id)
    first = enter(staff, 60_000)
    enter(staff, 5_000, WINTER)
    enter(staff, 30_000, organisation=HILL)
    enter(staff, 40, kind=Kind.PEOPLE, slug=SECOND)
    enter(staff, 70_000, SUMMER, is_confirmed=False)
    enter(staff, 60_000, slug=SECOND, counted_in=first)
    mistaken = enter(staff, 80_000, SUMMER, slug=SECOND)
    services.withdraw_benefit(mistaken, manager, reason="Mistyped.", seen=mistaken.version)
    said = Said(60_000, "Four a week.", "Counted again.", Sureness.MEASURED)
    services.correct_benefit(
        first, manager, said, reason="To be sure.", is_confirmed=True, seen=first.version
    )


def figure_told(event: Event) -> Figure:
    """A figure as an event alone tells it."""
    facts = event.facts
    held = facts["counted_in"]
    return Figure(
        int(event.subject.partition(":")[2]),
        facts["benefit"],
        facts["organisation"],
        Kind(facts["kind_of_benefit"]),
        facts["promise"],
        Period(date.fromisoformat(facts["first"]), date.fromisoformat(facts["last"])),
        facts["amount"],
        Status(facts["status"]),
        (held[0], held[1]) if held else None,
    )


def book_of(ids: list[int]) -> Ledger:
    return ledger(ids, audiences=frozenset(Audience))


def test_events_alone_tell_all_totals(committed: Committed) -> None:
    with committed():
        make_many(make_one())
        ids = list(db.session.scalars(select(Programme.id)))
        told = select(Event).where(Event.subject.startswith("programme:"), Event.kind.endswith("_benefit"))
        # What holds of each is what was told of it last.
        figures = {each.key: each for each in map(figure_told, db.session.scalars(told.order_by(Event.id)))}
        assert figures == {each.as_figure.key: each.as_figure for each in db.session.scalars(select(Benefit))}
        for year in (2025, 2026, None):
            counting = sums.counting(figures.values())
            by_kind = sums.realised(each for each in counting if year in {None, each.year})
            wanted = Amounts(by_kind.get((Kind.MONEY, None), 0), by_kind.get((Kind.PEOPLE, None), 0))
            assert book_of(ids).total(ids, year).realised == wanted
        assert book_of(ids).total(ids, 2026).realised == Amounts(90_000, 40)
        assert book_of(ids).total(ids).realised == Amounts(95_000, 40)


def test_totals_of_programmes_add_up_to_those_of_all(committed: Committed) -> None:
    with committed():
        make_many(make_one())
        for programme in db.session.scalars(select(Programme)):
            programme.active_since = programme.approved_at.replace(month=1)  # ten months before November
        db.session.flush()
        ids = list(db.session.scalars(select(Programme.id).order_by(Programme.id)))
        book = book_of(ids)
        whole = book.total(ids)
        assert whole.investment == 80_000
        # Of £120,000 and 2,500 people a year: three months of one financial year, and seven of the next.
        assert book.total(ids[:1]).promised == Amounts(10_000_000, 2_083)
        assert book.total(ids[:1], 2025).promised == Amounts(3_000_000, 625)
        assert whole.promised == Amounts(20_000_000, 4_166)
        assert book.total([]).realised == Amounts()
        # Nothing more is promised once it is completed.
        completed = db.session.get_one(Programme, ids[0])
        completed.status = ProgrammeStatus.COMPLETED
        completed.status_since = completed.approved_at.replace(month=3)
        db.session.flush()
        assert book_of(ids).total(ids[:1]).promised == Amounts(3_000_000, 625)


def test_promises_rest_while_a_programme_is_paused(client: Client, committed: Committed) -> None:
    """Active from January to October 2026, and paused from February to May but for a day; then from August on."""
    with committed():
        staff = make_one()
        programme = db.session.scalars(select(Programme)).one()
        programme.active_since = programme.approved_at.replace(month=1)
        for name, month in (("pause", 2), ("resume", 5), ("pause", 8)):
            with clock.pretend(datetime(2026, month, 15, 12, tzinfo=UTC)):
                said = {"reason": "The wards are full.", "review_on": date(2026, 12, 1)}
                change_programme(programme, CHANGES[name], staff.director, said)
        # January, February; May to August.
        book = book_of([programme.id])
        assert book.total([programme.id]).promised == Amounts(2_000_000 + 4_000_000, 417 + 833)
        assert book.total([programme.id], 2025).promised == Amounts(2_000_000, 417)
    page = client.as_(staff.manager).get("benefits.benefits", slug=SLUG)
    assert "£60,000" in page.text
    assert "A month through which it was paused does not count." in page.text


def test_every_total_leads_to_the_figures_behind_it(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        make_many(staff)
    browser = client.visitor()
    page = browser.get("benefits.totals")
    assert page.texts(".nhsuk-lede-text") == ["£950 saved and 40 people helped so far."]
    leading = {
        link.attributes["href"] or "": words(link) for link in page.select("a[href*='/benefits/figures']")
    }
    # Two years, two programmes (one has people alone), a theme and a priority.
    assert len(leading) == 3 + 2 + 2 + 2
    for address, amount in leading.items():
        said = f"{amount} saved" if amount.startswith("£") else f"{amount} people helped"
        assert f"Together {said}" in browser.get(address).text
    page = browser.get("benefits.totals", year="2025")
    assert page.texts(".nhsuk-lede-text") == ["£50 saved and no people helped in 2025/26."]
    behind = browser.get("benefits.figures", year="2025", kind="money")
    assert behind.texts(".app-result__title") == ["River Community Trust: £50"]
    assert behind.texts(".nhsuk-lede-text") == ["Money saved · 2025/26"]
    # A year without any is not all years.
    page = browser.get("benefits.totals", year="2019")
    assert page.texts(".nhsuk-lede-text") == ["No benefit is confirmed in 2019/20."]
    behind = browser.get("benefits.figures", year="2019", kind="money")
    assert behind.texts(".nhsuk-lede-text") == ["Money saved · 2019/20"]
    assert "There are no figures that count" in behind.text
    # Filters that name nothing are left out.
    odd: dict[str, Any] = {"year": "x", "theme": "\x00", "kind": "?", "programme": "\x00", "after": "-1"}
    assert "£950" in browser.get("benefits.totals", **odd).text
    assert "5 figures" not in browser.get("benefits.figures", **odd).text
    assert "4 figures" in browser.get("benefits.figures", **odd).text
    assert "There are no figures that count" in browser.get("benefits.figures", programme="none").text


def test_the_public_reads_no_investment_and_no_promise_of_members(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
        enter(staff, 2_000_000)
        programme = db.session.scalars(select(Programme)).one()
        programme.active_since = programme.approved_at.replace(month=5)
        member = make_person(organisation="valley-university")
    public = client.visitor().get("benefits.totals").text
    assert "Investment" not in public
    assert "60,000" not in public  # half a year's saving, promised to members
    member_text = client.as_(member).get("benefits.totals").text
    assert "£60,000" in member_text
    assert "Investment" not in member_text
    page = client.as_(staff.manager).get("benefits.totals")
    [returns] = [each for each in page.texts("table") if each.startswith("Investment and return")]
    amounts = [each for each in returns.split() if each.startswith("£")]
    assert {"£40,000", "£20,000", "£0.50"} <= set(amounts)


def test_leads_are_asked_to_confirm_and_where_there_is_none_managers(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
        nurse = make_person(organisation=RIVER, name="Nell Nurse")
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER, name="Lena Lead")
    page = client.as_(nurse).get("benefits.enter_benefit", slug=SLUG, organisation_id=RIVER)
    page.submit("Save the figure", **SENT)
    with committed():
        enter(staff, 700, organisation=HILL, is_confirmed=False)
    tell(app)
    [to_lead] = texts_to(committed, lead)
    assert "a figure of River Community Trust waits for you" in to_lead
    assert "money saved, £1,250.50, April to June 2026" in to_lead
    assert "/programmes/falls-huddles/benefits/1" in to_lead
    assert texts_to(committed, staff.manager) == []  # who entered it knows
    with committed():
        counts = {
            person.name: [each.count for each in waiting_for(db.session.get_one(Person, person.id))]
            for person in (lead, nurse, staff.manager)
        }
    assert counts == {lead.name: [1], nurse.name: [], staff.manager.name: [1]}
    page = client.as_(lead).get("reports.my_work")
    assert "1 figure of what it brought to confirm." in page.text
    page = page.click("Falls huddles").click("River Community Trust, April to June 2026")
    page.click("Confirm this figure").submit("Confirm the figure")
    tell(app)
    [to_nurse] = texts_to(committed, nurse)
    assert "your figure of River Community Trust is confirmed" in to_nurse
    assert "Nothing waits for you" in client.as_(lead).get("reports.my_work").text


def test_a_bar_is_as_long_as_its_amount() -> None:
    chart = drawn([Year("2025/26", 50, 200), Year("2026/27", 100, None)], str)
    first, second = chart.bars
    assert (first.promised, second.promised) == (4 * first.realised, None)
    assert second.realised == 2 * first.realised
    assert first.promised == chart.width - 2 * chart.edge
    assert [bar.words for bar in chart.bars] == ["2025/26: 50 of 200 promised", "2026/27: 100"]


def test_nothing_at_all_is_drawn_without_length() -> None:
    [bar] = drawn([Year("2025/26", 0, 0)], str).bars
    assert (bar.realised, bar.promised) == (0, 0)
