"""Adoption through its pages: who records what, what everyone reads, and that events alone tell all figures."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.adoption.coverage import Adopter, Taken, share
from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.audience import Audience
from exchange.events import Event
from exchange.extensions import db
from exchange.spread.models import Programme
from exchange.wording import day
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_staff
from tests.factories import make_person
from tests.pages import Client, Page
from tests.spread.arrange import make_programme
from tests.statements import statements_of

SLUG = "falls-huddles"
HILL, RIVER, VALLEY = "hill-hospital", "river-trust", "valley-university"


def make_one(*eligible: str) -> tuple[Staff, Programme]:
    staff = make_staff()
    programme = make_programme(staff)
    set_eligible(programme, staff.manager, eligible or [HILL, RIVER, VALLEY])
    return staff, programme


def step(page: Page, to: Step | str, on: date, reason: str = "", *, status: int = 200) -> Page:
    day: dict[str, Any] = {"on-day": str(on.day), "on-month": str(on.month), "on-year": str(on.year)}
    return page.submit("Record the step", step=str(to), reason=reason, status=status, **day)


def recorded() -> list[tuple[str, str, str, str]]:
    query = select(Event).where(Event.kind == "record_adoption").order_by(Event.id)
    return [
        (
            each.facts["organisation"],
            each.facts["step"],
            each.facts["on"],
            "".join(text.content for text in each.texts),
        )
        for each in db.session.scalars(query)
    ]


def test_a_lead_records_steps_and_everyone_reads_them(client: Client, committed: Committed) -> None:
    with committed():
        make_one()
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)
    browser = client.as_(lead)
    page = browser.get("adoption.adoption", slug=SLUG)
    assert page.texts(".app-adopters__record") == ["Record a step of River Community Trust"]
    page = step(page.click("Record a step of River Community Trust"), Step.PILOTING, date(2026, 11, 2))
    assert "River Community Trust is now recorded as “Piloting”." in page.text
    page = step(
        browser.get("adoption.record", slug=SLUG, organisation_id=RIVER), Step.ADOPTED, date(2026, 11, 20)
    )
    assert "1 of 3 eligible organisations has adopted it. The target is 12 organisations." in page.text
    visitor = client.visitor().get("adoption.steps", slug=SLUG, organisation_id=RIVER)
    assert visitor.texts(".app-timeline__sentence") == ["Adopted", "Piloting"]
    with committed():
        assert recorded() == [(RIVER, "piloting", "2026-11-02", ""), (RIVER, "adopted", "2026-11-20", "")]
        subjects = set(db.session.scalars(select(Event.subject).where(Event.kind == "record_adoption")))
        assert len(subjects) == 1
        assert subjects.pop().startswith("programme:")


def test_reasons_are_asked_for_and_kept_from_visitors(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
        member = make_person(organisation=VALLEY)
    browser = client.as_(staff.manager)
    page = browser.get("adoption.record", slug=SLUG, organisation_id=HILL)
    refused = step(page, Step.NOT_PROCEEDING, date(2026, 11, 2), status=422)
    assert refused.errors == ["Enter why, so that others can learn from it"]
    step(refused, Step.NOT_PROCEEDING, date(2026, 11, 2), "No money until spring.")
    place: dict[str, Any] = {"slug": SLUG, "organisation_id": HILL}
    assert "No money until spring." in client.as_(member).get("adoption.steps", **place).text
    assert "No money" not in client.visitor().get("adoption.steps", **place).text
    with committed():
        event = db.session.scalars(select(Event).where(Event.kind == "record_adoption")).one()
        assert (event.audience, [text.audience for text in event.texts]) == (
            Audience.PUBLIC,
            [Audience.MEMBERS],
        )


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (date(2026, 11, 1), "“Since when” must be 2 November 2026 or later"),
        (date(2099, 1, 1), "“Since when” must be "),
    ],
)
def test_a_day_before_the_last_step_or_to_come_is_refused(
    client: Client, committed: Committed, on: date, message: str
) -> None:
    with committed():
        staff, programme = make_one()
        take(programme, staff.manager, HILL, Step.PLANNING, date(2026, 11, 2))
    page = client.as_(staff.manager).get("adoption.record", slug=SLUG, organisation_id=HILL)
    refused = step(page, Step.PILOTING, on, status=422)
    assert refused.errors[0].startswith(message)


def test_a_step_recorded_meanwhile_is_shown_and_what_was_typed_stays(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff, programme = make_one()
    page = client.as_(staff.manager).get("adoption.record", slug=SLUG, organisation_id=HILL)
    with committed():
        programme = db.session.scalars(select(Programme)).one()
        take(programme, staff.manager, HILL, Step.PLANNING, date(2026, 11, 2))
    page = step(page, Step.PILOTING, date(2026, 11, 10), "We began early.", status=409)
    assert "It stands at “Planning” now. Nothing of yours was saved." in page.text
    assert page.texts("textarea") == ["We began early."]
    with committed():
        assert len(recorded()) == 1
    step(page, Step.PILOTING, date(2026, 11, 10), "We began early.")
    with committed():
        assert [each[1] for each in recorded()] == ["planning", "piloting"]


def test_a_form_sent_twice_records_once(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = client.as_(staff.manager).get("adoption.record", slug=SLUG, organisation_id=HILL)
    for _ in range(2):
        step(page, Step.PLANNING, date(2026, 11, 2))
    with committed():
        assert len(recorded()) == 1


def take(
    programme: Programme, actor: Person, organisation: str, to: Step, on: date, reason: str = "Why."
) -> None:
    held = db.session.get_one(Adoption, (programme.id, organisation))
    record_step(held, actor, step=to, on=on, reason=reason, expected=held.step)


def test_the_manager_chooses_for_whom_it_is(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one(HILL, RIVER)
        take(programme, staff.manager, RIVER, Step.ADOPTED, date(2026, 11, 2))
    page = client.as_(staff.manager).get("adoption.choose_eligible", slug=SLUG)
    page = page.submit("Save", organisations=[HILL, VALLEY])
    assert "0 of 2 eligible organisations have adopted it." in page.text
    client.as_(staff.manager).get("adoption.steps", slug=SLUG, organisation_id=RIVER, status=404)
    page = client.as_(staff.manager).get("adoption.choose_eligible", slug=SLUG)
    page = page.submit("Save", organisations=[RIVER])
    assert "1 of 1 eligible organisation has adopted it." in page.text
    refused = client.as_(staff.manager).get("adoption.choose_eligible", slug=SLUG)
    assert refused.submit("Save", organisations=[], status=422).errors == ["Select at least one organisation"]


def test_many_are_updated_from_a_table_after_a_look(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = client.as_(staff.manager).get("adoption.update_many", slug=SLUG)
    page = page.submit(
        "Check the rows", rows="RH1, adopted, 2/11/2026\nNowhere, adopted, 2/11/2026", status=422
    )
    assert "1 row cannot be used." in page.text
    assert page.text.index("Row 2 Organisation") < page.text.index("Row 1 Organisation"), (
        "what is to mend comes first"
    )
    assert page.texts("textarea") == ["RH1, adopted, 2/11/2026 Nowhere, adopted, 2/11/2026"]
    page = page.submit(
        "Check the rows", rows="RH1, adopted, 2/11/2026\nRiver Community Trust, planning, 3 Nov 2026"
    )
    with committed():
        assert recorded() == []
    page = page.submit("Record 2 steps")
    assert "2 steps recorded." in page.text
    assert "1 of 3 eligible organisations has adopted it." in page.text
    with committed():
        assert recorded() == [(HILL, "adopted", "2026-11-02", ""), (RIVER, "planning", "2026-11-03", "")]


def test_rows_that_changed_since_they_were_seen_are_shown_again(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = client.as_(staff.manager).get("adoption.update_many", slug=SLUG)
    page = page.submit("Check the rows", rows="RH1, adopted, 20/11/2026")
    with committed():
        programme = db.session.scalars(select(Programme)).one()
        take(programme, db.session.get_one(Person, staff.manager.id), HILL, Step.PLANNING, date(2026, 11, 2))
    page = page.submit("Record 1 step", status=409)
    assert "This is not what you saw before" in page.text
    assert "From “Planning” to “Adopted” on 20 November 2026" in page.text
    assert "1 step recorded." in page.submit("Record 1 step").text


def test_two_managers_who_choose_at_once_are_told(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one(HILL)
    page = client.as_(staff.manager).get("adoption.choose_eligible", slug=SLUG)
    client.as_(staff.manager).get("adoption.choose_eligible", slug=SLUG).submit(
        "Save", organisations=[HILL, RIVER]
    )
    refused = page.submit("Save", organisations=[HILL, VALLEY], status=409)
    assert "Somebody chose other organisations meanwhile." in refused.text


def test_a_lead_without_the_terms_records_nothing(client: Client, committed: Committed) -> None:
    with committed():
        make_one()
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER, terms_accepted_at=None)
    client.as_(lead).get("adoption.record", slug=SLUG, organisation_id=RIVER, status=403)


def test_a_target_of_any_size_is_drawn(client: Client, committed: Committed) -> None:
    with committed():
        _, programme = make_one()
        programme.adoption_target = 100_000
        programme.active_since = programme.approved_at = clock.now() - timedelta(days=30)
    assert "Target 100,000" in client.visitor().get("adoption.adoption", slug=SLUG).text


def test_events_alone_tell_the_coverage_of_any_day(committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        take(programme, staff.manager, HILL, Step.ADOPTED, date(2026, 3, 1))
        take(programme, staff.manager, RIVER, Step.PILOTING, date(2026, 4, 1))
        take(programme, staff.manager, RIVER, Step.EMBEDDED, date(2026, 5, 1))
        take(programme, staff.manager, HILL, Step.STOPPED, date(2026, 6, 1))
        set_eligible(programme, staff.manager, [HILL, RIVER])
        told = db.session.scalars(
            select(Event).where(Event.subject == programme.event_subject).order_by(Event.position)
        ).all()
        eligible = next(each.facts["organisations"] for each in reversed(told) if each.kind == "set_eligible")
        adopters = [
            Adopter(
                id_,
                id_,
                "",
                None,
                tuple(
                    Taken(Step(each.facts["step"]), date.fromisoformat(each.facts["on"]))
                    for each in told
                    if each.facts.get("organisation") == id_
                ),
            )
            for id_ in eligible
        ]
        held = {
            each.organisation_id: each.step
            for each in db.session.scalars(select(Adoption))
            if each.is_eligible
        }
        days = [date(2026, month, 15) for month in range(2, 7)]
        assert [share(adopters, day).covered for day in days] == [0, 1, 1, 2, 1]
        assert {each.id: each.taken[-1].step for each in adopters} == held


def test_an_organisation_shows_all_its_programmes(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        take(programme, staff.manager, HILL, Step.ADOPTED, date(2026, 11, 2))
    page = client.visitor().get("adoption.organisations").click("Hill Hospital")
    assert page.h1 == "Hill Hospital"
    assert "1 of 1 programme adopted" in page.text
    assert page.texts(".app-adopters__step") == ["Adopted since 2 November 2026"]
    client.as_(staff.manager).get("adoption.organisation", organisation_id="nowhere", status=404)


def test_the_table_of_all(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one(HILL, RIVER)
        take(programme, staff.manager, HILL, Step.ADOPTED, date(2026, 11, 2))
        second = make_programme(staff, title="Night huddles")
        set_eligible(second, staff.manager, [RIVER])
    page = client.visitor().get("adoption.matrix")
    assert [page.texts("tbody tr:nth-child(1) td"), page.texts("tbody tr:nth-child(2) td")] == [
        ["– not for it", "Adopted"],
        ["", ""],
    ]
    only = client.visitor().get("/adoption?theme=safe-care&system=QV1")
    assert only.texts("tbody th") == ["Hill Hospital", "River Community Trust"]


@pytest.mark.parametrize("endpoint", ["adoption.adoption", "adoption.matrix", "adoption.organisation"])
def test_a_page_takes_as_many_queries_for_many_organisations_as_for_one(
    app: Flask, client: Client, committed: Committed, endpoint: str
) -> None:
    values: dict[str, dict[str, Any]] = {
        "adoption.adoption": {"slug": SLUG},
        "adoption.organisation": {"organisation_id": HILL},
    }
    taken = []
    with committed():
        staff, programme = make_one(HILL)
        take(programme, staff.manager, HILL, Step.ADOPTED, date(2026, 11, 2))
        make_programme(staff, title="Night huddles")
    for eligible in ([], [HILL, RIVER, VALLEY]):
        with committed():
            manager = db.session.get_one(Person, staff.manager.id)
            for each in db.session.scalars(select(Programme)) if eligible else ():
                set_eligible(each, manager, eligible)
                take(each, manager, RIVER, Step.ADOPTED, date(2026, 11, 3))
        with statements_of(app) as asked:
            client.visitor().get(endpoint, **values.get(endpoint, {}))
        taken.append(len(asked))
    assert taken[0] == taken[1]


def test_a_table_is_taken_out_filled_in_and_sent_back(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        take(programme, staff.manager, HILL, Step.PLANNING, date(2026, 11, 2))
    browser = client.as_(staff.manager)
    sheet = browser.get("adoption.adoption_table", slug=SLUG).response.data
    assert sheet.decode("utf-8-sig").splitlines() == [
        "Organisation,Step,Since,Reason",
        "Hill Hospital,Planning,02/11/2026,",
        "River Community Trust,,,",
        "Valley University,,,",
    ]
    filled = sheet.replace(b"River Community Trust,,,", b"River Community Trust,piloting,03/11/2026,")
    page = browser.get("adoption.update_many", slug=SLUG)
    page = page.submit("Check the rows", file=(BytesIO(filled), "adoption.csv"))
    assert page.text.count("Stays as it is") == 2
    page = page.submit("Record 1 step")
    assert "1 step recorded." in page.text
    with committed():
        assert [each[:2] for each in recorded()] == [(HILL, "planning"), (RIVER, "piloting")]


def test_what_is_no_table_is_refused(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = client.as_(staff.manager).get("adoption.update_many", slug=SLUG)
    assert page.submit("Check the rows", status=422).errors == ["Choose a file or paste at least one row"]
    refused = page.submit("Check the rows", file=(BytesIO(b"PK\x03\x04"), "adoption.xlsx"), status=422)
    assert refused.errors == ["The file is no CSV file. In Excel, choose “Save as” and then “CSV”"]
    long = page.submit("Check the rows", rows="RH1, adopted, 2/11/2026\n" * 501, status=422)
    assert long.errors == ["Send 500 rows or fewer at a time"]


def test_it_is_chosen_by_type_and_system(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    browser = client.as_(staff.manager)
    page = browser.get("adoption.choose_eligible", slug=SLUG)
    assert "It is for 3 organisations now, and coverage is counted of these." in page.text
    refused = page.submit("Save", how="kind", status=422)
    assert refused.errors == ["Select at least one type or one system"]
    refused = refused.submit("Save", types=["university"], systems=["QV1"], status=422)
    assert refused.errors == ["No organisation is of these types in these systems. Select others"]
    page = refused.submit("Save", types=[], systems=["QV1"])
    assert "The programme is now for 2 organisations." in page.text
    page = browser.get("adoption.choose_eligible", slug=SLUG).submit("Save", how="kind", types=["university"])
    assert "The programme is now for 1 organisation." in page.text


def test_the_map_names_each_system_and_the_table_says_the_same(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        take(programme, staff.manager, HILL, Step.ADOPTED, date(2026, 11, 2))
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)
    page = client.as_(lead).get("adoption.adoption", slug=SLUG)
    assert page.texts(".app-map__tile") == ["Upper Valley 1 of 2 (50%)"]
    [tile] = page.select(".app-map__tile")
    assert "app-map__tile--half" in str(tile.attributes["class"])
    missing = page.texts(".app-missing li")
    assert missing == [f"River Community Trust Ask {lead.name}, its lead", "Valley University"]
    assert client.visitor().get("adoption.adoption", slug=SLUG).texts(".app-missing li") == [
        "River Community Trust",
        "Valley University",
    ]


def test_a_curve_is_drawn_of_a_system_or_a_type(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        programme.active_since = programme.approved_at = clock.now() - timedelta(days=30)
        take(programme, staff.manager, HILL, Step.ADOPTED, clock.today() - timedelta(days=3))
    page = client.visitor().get("adoption.adoption", slug=SLUG)
    assert "1 of 3 eligible organisations had adopted it" in page.text
    assert [option.attributes["value"] for option in page.select("select[name=of] option")] == [
        "",
        "system-QV1",
        "system-",
        "type-acute",
        "type-community",
        "type-university",
    ]
    page = client.visitor().get("adoption.adoption", slug=SLUG, of="type-acute")
    assert page.texts("#over-time") == ["Over time: Acute"]
    assert "1 of 1 eligible organisation had adopted it" in page.text
    page = client.visitor().get("adoption.adoption", slug=SLUG, of="system-")
    assert "0 of 1 eligible organisation had adopted it" in page.text
    assert client.visitor().get("adoption.adoption", slug=SLUG, of="nowhere").texts("#over-time") == [
        "Over time"
    ]


@pytest.mark.parametrize("days_since", [0, 9])
def test_the_curve_of_steps_from_before_the_start_is_drawn_with_words(
    client: Client, committed: Committed, days_since: int
) -> None:
    with committed():
        staff, programme = make_one()
        programme.active_since = clock.now() - timedelta(days=days_since)
        for site, days in ((HILL, 40), (RIVER, 20)):
            take(programme, staff.manager, site, Step.ADOPTED, clock.today() - timedelta(days=days))
        first = clock.today() - timedelta(days=40)
    page = client.visitor().get("adoption.adoption", slug=SLUG)
    assert (
        f"2 of 3 eligible organisations had adopted it on {day(clock.today())}, after 1 on {day(first)}."
        in page.text
    )
    assert "These steps were taken before the programme started on" in page.text
    page = client.visitor().get("adoption.adoption", slug=SLUG, of="type-university")
    assert "These steps were taken" not in page.text
    assert bool(page.select("svg.app-chart__picture")) == bool(days_since)
