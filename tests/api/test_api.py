"""The open interface as other systems use it."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from exchange import clock
from exchange.accounts.models import Person
from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.api.description import description
from exchange.api.parameters import NAMES, Cursor, asked
from exchange.audience import Audience
from exchange.errors import InvalidInput
from exchange.events import Event
from exchange.extensions import db
from exchange.measures.models import Combined, Measure
from exchange.measures.services import define_measure, enter_figures, rebase
from exchange.spread.beyond.models import Answer
from exchange.spread.beyond.services import Said, offer_programme, record_answer
from exchange.spread.life import CHANGES, ProgrammeStatus
from exchange.spread.models import ConditionStatus, Programme
from exchange.spread.services import change_programme, settle_condition
from tests.api.arrange import COAST, HILL, check_shape, fill, the_offer
from tests.conftest import Committed
from tests.databases import Databases, make_app
from tests.decisions.arrange import Staff, make_staff, make_staff_like
from tests.pages import Client
from tests.spread.arrange import make_programme
from tests.statements import statements_of

LIST, ONE = "/api/v1/programmes", "/api/v1/programmes/falls-huddles"
ATOM = "{http://www.w3.org/2005/Atom}"


def ask(client: Client, address: str, **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.visitor().flask_client.get(address, headers=sent)


def data(client: Client, address: str) -> dict[str, Any]:
    response = ask(client, address)
    assert (response.status_code, response.mimetype) == (200, "application/json"), response.text
    found: dict[str, Any] = response.get_json()
    return found


def ids(found: dict[str, Any]) -> list[str]:
    return [each["id"] for each in found["programmes"]]


def make_several(staff: Staff, *titles: str) -> None:
    """A minute between each."""
    for minute, title in enumerate(titles):
        with time_machine.travel(clock.now() + timedelta(minutes=minute), tick=False):
            make_programme(staff, title=title)


def test_one_programme_tells_what_its_pages_tell(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        fill(make_programme(staff), staff)
    found = data(client, ONE)
    check_shape(app, "Programme", found)
    assert (found["title"], found["status"], found["proposed_by"]) == (
        "Falls huddles",
        "active",
        "Hill Hospital",
    )
    assert found["adoption"] | {"by_step": None} == {
        "url": "http://localhost/programmes/falls-huddles/adoption",
        "target": 12,
        "eligible": 3,
        "adopted": 1,
        "percent": 33,
        "by_step": None,
    }
    steps = found["adoption"]["by_step"]
    assert {name: count for name, count in steps.items() if count} == {
        "adopted": 1,
        "not-proceeding": 1,
        "nothing-recorded": 1,
    }
    [measure] = found["measures"]
    assert (measure["name"], measure["target"], measure["latest"]) == (
        "Falls with harm",
        "5",
        "6 falls in October 2026",
    )
    assert found["used_elsewhere"] == [
        {"network": COAST, "organisations": ["North Pier Hospital"], "since": "2026-11-01"}
    ]
    evidence = {each["id"]: each["answer"] for each in found["evidence"]}
    assert evidence["evidence_level"] == ["Local audit"]
    assert evidence["evidence_summary"] == ["Falls fell by a third."]


def test_list_goes_on_to_the_end_and_shows_each_once(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        make_several(make_staff(), *(f"Programme {number}" for number in range(5)))
    seen, address = [], f"{LIST}?limit=2&status=active"
    while address:
        response = ask(client, address)
        found = response.get_json()
        check_shape(app, "Programmes", found)
        seen.append(ids(found))
        address = (found["next"] or "").removeprefix("http://localhost")
        assert response.headers.get("Link") == (f'<{found["next"]}>; rel="next"' if address else None)
    assert seen == [["programme-0", "programme-1"], ["programme-2", "programme-3"], ["programme-4"]]


def test_one_that_changes_while_somebody_reads_comes_again_and_none_is_missed(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_staff()
        make_several(staff, "Programme 0", "Programme 1", "Programme 2")
    first = data(client, f"{LIST}?limit=2")
    with committed(), time_machine.travel(clock.now() + timedelta(hours=1)):
        programme = db.session.scalars(select(Programme).where(Programme.slug == "programme-0")).one()
        set_eligible(programme, make_staff_like(staff).manager, [HILL])
    rest = data(client, first["next"].removeprefix("http://localhost"))
    assert (ids(first), ids(rest)) == (["programme-0", "programme-1"], ["programme-2", "programme-0"])


def test_filters_and_what_changed_since(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        make_several(staff, "Early", "Late")
        make_programme(staff, title="Of sleep", priorities=["sleep"])
        [early] = db.session.scalars(select(Programme).where(Programme.slug == "early"))
        early.status = ProgrammeStatus.ENDED
        late = db.session.scalars(select(Programme.changed_at).where(Programme.slug == "late")).one()
    assert ids(data(client, f"{LIST}?status=ended")) == ["early"]
    assert ids(data(client, f"{LIST}?priority=sleep")) == ["of-sleep"]
    assert len(ids(data(client, f"{LIST}?theme=safe-care"))) == 3
    since = late.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert ids(data(client, f"{LIST}?updated_since={since}")) == ["late"]
    assert ids(data(client, f"{LIST}?updated_since=2099-01-01")) == []
    assert len(ids(data(client, f"{LIST}?updated_since=2020-01-01"))) == 3


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=0", "“limit” must be a whole number from 1 to 100."),
        ("limit=٣", "“limit” must be a whole number from 1 to 100."),
        ("cursor=zqx", "“cursor” must come from “next” of the page before. Start again without it."),
        (
            "updated_since=yesterday",
            "“updated_since” must be a day or a moment, like 2026-12-04 or 2026-12-04T09:30:00Z.",
        ),
        (
            "status=new",
            "There is no status “new”. There are setting-up, active, paused, completed and ended.",
        ),
        ("theme=zqx", "There is no theme “zqx”. There are safe-care."),
        ("priority=zqx", "There is no priority “zqx”. There are sleep and falls."),
        (
            "updated-since=2026-12-04",
            f"There is no parameter “updated-since”. There are {', '.join(NAMES[:-1])} and priority.",
        ),
    ],
)
def test_what_cannot_be_asked_is_told(app: Flask, client: Client, query: str, detail: str) -> None:
    response = ask(client, f"{LIST}?{query}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    check_shape(app, "Problem", response.get_json())
    assert response.get_json()["detail"] == detail


def test_what_is_not_there_is_told_in_the_same_way(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
    for browser in (client.visitor(), client.as_(staff.manager)):
        for address in ("/api/v1/programmes/zqx", "/api/v1/programmes/%00", "/api/v1/zqx", "/api/v1/"):
            response = browser.flask_client.get(address)
            assert (response.status_code, response.mimetype) == (404, "application/problem+json"), address
            check_shape(app, "Problem", response.get_json())
            assert response.headers["Access-Control-Allow-Origin"] == "*"
    response = client.visitor().flask_client.post(LIST)
    assert (response.status_code, response.get_json()["title"]) == (405, "Only to be read")
    assert client.visitor().flask_client.get("/api/v2/programmes").status_code == 302


def test_a_flood_is_asked_to_wait(databases: Databases) -> None:
    with databases() as url:
        address = url.render_as_string(hide_password=False)
        app = make_app(address, RATELIMIT_ENABLED=True, RATELIMIT_DEFAULT="2 per day")
        try:
            answers = [app.test_client().get(LIST) for _ in range(3)]
        finally:
            make_app(address)  # the limiter is one for all applications: off again, as tests have it
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].get_json()["title"] == "Too many requests"


def test_whoever_has_it_already_gets_304(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        make_programme(staff)
    last_change = ""
    for address in (LIST, ONE):
        first = ask(client, address)
        assert first.headers["Cache-Control"] == "public, max-age=60"
        mark, changed = first.headers["ETag"], first.headers.get("Last-Modified", "")
        # Who proposed one can change without it, so its mark alone tells.
        assert bool(changed) == (address == LIST)
        for sent in ({"If_None_Match": mark}, *([{"If_Modified_Since": changed}] if changed else [])):
            again = ask(client, address, **sent)
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", mark)
        assert client.visitor().flask_client.head(address).headers["ETag"] == mark
        last_change = changed or last_change
    with committed(), time_machine.travel(clock.now() + timedelta(hours=1)):
        programme = db.session.scalars(select(Programme)).one()
        change_programme(
            programme,
            CHANGES["pause"],
            make_staff_like(staff).director,
            {"reason": "Wait.", "review_on": date(2027, 3, 1)},
        )
    for address in (LIST, ONE):
        assert ask(client, address, If_None_Match=mark).status_code == 200
    assert ask(client, LIST, If_Modified_Since=last_change).status_code == 200
    assert ask(client, f"{LIST}?status=active", If_Modified_Since=last_change).status_code == 200, (
        "one has left it"
    )


def test_any_site_may_read_it_and_everyone_reads_the_same(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        fill(make_programme(staff), staff)
    for address in (LIST, ONE, "/api/v1/programmes.atom", "/api/v1/openapi.json"):
        visitor = ask(client, address, Origin="https://elsewhere.example")
        assert visitor.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in visitor.headers
        for person in (staff.champion, staff.manager, staff.director):
            response = client.as_(person).flask_client.get(address)
            assert response.data == visitor.data
            assert "Set-Cookie" not in response.headers
    asked_first = client.visitor().flask_client.options(ONE, headers={"Origin": "https://elsewhere.example"})
    assert asked_first.status_code == 200
    assert asked_first.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in asked_first.headers["Access-Control-Allow-Headers"]


def test_queries_do_not_grow(app: Flask, client: Client, committed: Committed) -> None:
    def statements(address: str) -> int:
        with statements_of(app) as made:
            data(client, address)
        return len(made)

    with committed():
        staff = make_staff()
        fill(make_programme(staff), staff)
    data(client, LIST)
    one, whole = statements(LIST), statements(ONE)
    with committed():
        staff = make_staff_like(staff)
        for number in range(30):
            make_programme(staff, title=f"Programme {number}")
        measured = db.session.scalars(select(Programme).where(Programme.slug == "falls-huddles")).one()
        for number in range(5):
            define_measure(
                measured,
                staff.manager,
                name=f"Measure {number}",
                unit="falls",
                definition="Falls.",
                direction=None,
                target=None,
                combined=Combined.ADDED,
            )
    assert len(ids(data(client, LIST))) == 31
    assert (statements(LIST), statements(ONE)) == (one, whole)


def changes_of(staff: Staff) -> list[tuple[str, Callable[[Programme], Any]]]:
    """Everything that changes what everyone reads of a programme, in an order in which it can happen."""
    manager, director = staff.manager, staff.director

    def measure(programme: Programme) -> Measure:
        return db.session.scalars(select(Measure)).one()

    def adopt(programme: Programme) -> None:
        held = db.session.get_one(Adoption, (programme.id, HILL))
        record_step(held, manager, step=Step.ADOPTED, on=date(2026, 11, 2), reason="", expected=None)

    def define(programme: Programme) -> None:
        said = {"name": "Falls", "unit": "falls", "definition": "Falls."}
        define_measure(programme, manager, **said, direction=None, target=None, combined=Combined.ADDED)

    def enter(programme: Programme) -> None:
        enter_figures(measure(programme), HILL, manager, {date(2026, 10, 1): Decimal(5)}, reason="")

    def take_up(programme: Programme) -> None:
        offer_programme(programme, manager, {COAST: "a@far-coast.example.org"}, "Dear all.")
        said = Said(Answer.TAKEN_UP, "", ["North Pier Hospital"], date(2026, 11, 1))
        record_answer(the_offer(), manager, said, expected="")

    def stop(programme: Programme) -> None:
        record_answer(the_offer(), manager, Said(Answer.NOT_NOW, "Over."), expected=the_offer().mark)

    def change(name: str, **said: Any) -> Callable[[Programme], Any]:
        return lambda programme: change_programme(programme, CHANGES[name], director, said)

    return [
        (
            "activated",
            lambda each: settle_condition(
                each.conditions[0], director, outcome=ConditionStatus.MET, note="."
            ),
        ),
        ("eligible", lambda each: set_eligible(each, manager, [HILL])),
        ("adopted", adopt),
        ("defined", define),
        ("entered", enter),
        (
            "rebased",
            lambda each: rebase(
                measure(each), manager, organisation_id=None, month=date(2026, 10, 1), reason="."
            ),
        ),
        ("taken up", take_up),
        ("stopped", stop),
        ("refocused", change("refocus", changed="More.", reason="Why.", adoption_target=3)),
        ("paused", change("pause", reason="Why.", review_on=date(2027, 3, 1))),
        ("ended", change("end", reason="Why.", lessons="Much.")),
    ]


def test_every_public_change_is_told_to_who_asks_what_changed(committed: Committed) -> None:
    """And nothing else is: a moment of its own would tell that something happened which is not public."""
    with committed():
        staff = make_staff()
        programme = make_programme(staff, asked="A data agreement")
        for hour, (name, do) in enumerate(changes_of(staff), 1):
            with time_machine.travel(clock.now() + timedelta(hours=hour), tick=False):
                do(programme)
                db.session.flush()
                public = select(func.max(Event.at)).where(
                    Event.audience == Audience.PUBLIC,
                    Event.subject.in_([programme.event_subject, programme.proposal.event_subject]),
                )
                assert programme.changed_at == clock.now() == db.session.scalar(public), name


def test_what_is_not_public_is_not_told(committed: Committed) -> None:
    with committed():
        staff = make_staff()
        programme = make_programme(staff, asked="later: Yearly figures")
        before = programme.changed_at
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            offer_programme(programme, staff.manager, {COAST: "a@far-coast.example.org"}, "Dear all.")
            record_answer(the_offer(), staff.manager, Said(Answer.INTERESTED, "How?"), expected="")
            settle_condition(
                programme.conditions[0], staff.director, outcome=ConditionStatus.MET, note="Seen."
            )
        assert programme.changed_at == before


def test_description_is_sound_and_names_every_address(app: Flask, client: Client) -> None:
    found = data(client, "/api/v1/openapi.json")
    assert found == json.loads(
        json.dumps(description("http://localhost", "Innovation Exchange, Three Valleys"))
    )
    assert found["openapi"].startswith("3.1.")
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    served = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    assert served == set(found["paths"])
    named = {name.rpartition("/")[2] for name in refs_in(found)}
    assert named <= set(found["components"]["schemas"])
    assert {each["name"] for each in found["paths"]["/api/v1/programmes"]["get"]["parameters"]} == set(NAMES)


def refs_in(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for each in part for found in refs_in(each)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if "$ref" in part else []
    return [*own, *(found for each in part.values() for found in refs_in(each))]


def test_page_shows_what_the_addresses_answer(client: Client, committed: Committed) -> None:
    assert "There are no programmes yet" in client.visitor().get("api.docs").text
    with committed():
        staff = make_staff()
        fill(make_programme(staff, title="Falls & <b>huddles</b>"), staff)
    page = client.visitor().get("pages.help").click("Data for other systems")
    examples = [html.unescape(node.text(strip=False)) for node in page.select("main pre")]
    calls = [
        each.removeprefix('curl "http://localhost').removesuffix('"')
        for each in examples
        if each.startswith("curl")
    ]
    answers = [json.loads(each) for each in examples if not each.startswith("curl")]
    assert [ask(client, call).get_json() for call in calls] == answers
    assert [ask(client, call).status_code for call in calls] == [200, 200, 404]
    assert set(data(client, calls[1])) <= {
        each.removeprefix("Field ") for each in page.texts("tbody tr > :first-child")
    }


def test_atom_feed_tells_of_new_programmes(client: Client, committed: Committed) -> None:
    empty = ElementTree.fromstring(ask(client, "/api/v1/programmes.atom").data)
    assert empty.findall(f"{ATOM}entry") == []
    with committed():
        make_several(make_staff(), "Older", "Newer & <b>bold</b>")
    response = ask(client, "/api/v1/programmes.atom")
    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.data)
    entries = feed.findall(f"{ATOM}entry")
    assert [each.findtext(f"{ATOM}title") for each in entries] == ["Newer & <b>bold</b>", "Older"]
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    [link] = client.visitor().get("spread.programmes").select("link[rel=alternate]")
    assert link.attributes["href"] == "/api/v1/programmes.atom"


@given(st.datetimes(timezones=st.just(UTC)), st.integers(1, 2**31 - 1))
def test_a_cursor_leads_back_to_where_it_was_made(at: datetime, number: int) -> None:
    cursor = Cursor(at, number)
    assert asked(MultiDict({"cursor": str(cursor)}), (), ()).cursor == cursor


@given(
    st.sampled_from(NAMES),
    st.text() | st.datetimes().map(str) | st.binary(max_size=60).map(lambda raw: raw.hex()),
)
def test_nothing_asked_fails_but_in_words(name: str, value: str) -> None:
    told = "."
    try:
        asked(MultiDict({name: value}), ("a",), ("b",))
    except InvalidInput as refused:
        told = refused.message
    assert told.endswith(".")


def test_a_person_is_nobody_here(client: Client, committed: Committed) -> None:
    """Who may do more on the pages reads no more here."""
    with committed():
        staff = make_staff()
        make_programme(staff, visibility="assessors")
        person = db.session.get_one(Person, staff.director.id)
    found = client.as_(person).flask_client.get(ONE).get_json()
    assert (found["evidence"], found["documents"], found["proposed_by"]) == ([], [], None)
    assert found["summary"]
