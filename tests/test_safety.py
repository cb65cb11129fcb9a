"""What keeps people safe on every page: headers, tokens, hosts, limits, refusals that give nothing away, escaping."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from config import from_environment
from exchange import clock, outbox
from exchange.access import public
from exchange.assessment import services as assessment
from exchange.assessment.models import Recommendation
from exchange.demo.pdf import one_page
from exchange.events import Event
from exchange.extensions import csrf, db
from exchange.notifications.mail import Parcel, Sender, compose
from exchange.notifications.services import tell_all
from exchange.outbox import Message
from exchange.proposals import documents, record
from exchange.proposals import services as proposals
from exchange.proposals.models import Attachment
from exchange.proposals.record import Kind
from exchange.spread.models import Programme
from tests.assessment import arrange as assessing
from tests.conftest import Committed
from tests.databases import Databases, make_app
from tests.decisions import arrange
from tests.factories import make_person
from tests.guards.world import World, make_world
from tests.pages import Browser, Client, Page
from tests.test_config import GOOD

OURS = "https://exchange.example.org"
EVIL = "https://evil.example.org"
YEAR = "max-age=31536000"
TOO_OLD = "This page is too old to use"

ROLES_AND_STAGES = (
    ("visitor", "spread-at-scale"),
    ("champion", "draft"),
    ("director", "assessed"),
)

MakeApp = Callable[..., Flask]


@pytest.fixture
def production(databases: Databases, tmp_path: Path) -> Iterator[MakeApp]:
    """Makes an application with the settings of production, on a database of its own."""
    with databases() as url:

        def make(**environ: str) -> Flask:
            settings = from_environment({**GOOD, "STORAGE_URL": f"file:{tmp_path / 'files'}", **environ})
            settings["SQLALCHEMY_DATABASE_URI"] = url.render_as_string(hide_password=False)
            return make_app("", PROPAGATE_EXCEPTIONS=False, **{**settings, "RATELIMIT_ENABLED": False})

        yield make


@pytest.fixture
def workshop(databases: Databases) -> Iterator[Flask]:
    """An application of its own, to which tests add routes."""
    with databases() as url:
        yield make_app(url.render_as_string(hide_password=False), PROPAGATE_EXCEPTIONS=False)


@pytest.fixture
def world(committed: Committed) -> World:
    with committed():
        return make_world()


def addresses(app: Flask, method: str, values: dict[str, Any]) -> list[tuple[str, str]]:
    """The endpoint and address of every rule that takes this method; signing out last."""
    with app.test_request_context():
        found = [
            (rule.endpoint, app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments}))
            for rule in app.url_map.iter_rules()
            if method in (rule.methods or ())
        ]
    return sorted(set(found), key=lambda each: (each[0] == "security.logout", each))


def policy_of(response: TestResponse) -> dict[str, list[str]]:
    parts = [part.split() for part in response.headers["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


# ---- Headers


# What is the same for everyone, whoever asks.
KEPT_BY_ANYONE = {"static", "api.openapi", "api.programme", "api.programmes", "api.programmes_atom"}


def unsafe_about(response: TestResponse, endpoint: str) -> list[str]:
    """What this answer lacks that every answer has."""
    headers, policy = response.headers, policy_of(response)
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    problems = [name for name, value in wanted.items() if headers.get(name) != value]
    values = [value for each in policy.values() for value in each]
    if policy["default-src"] != ["'none'"] or policy.get("frame-ancestors", ["'none'"]) != ["'none'"]:
        problems.append("default-src or frame-ancestors")
    if any("unsafe" in value or value in {"*", "http:", "https:"} for value in values):
        problems.append("an unsafe source")
    if endpoint not in KEPT_BY_ANYONE and "no-store" not in headers.get("Cache-Control", ""):
        problems.append(f"no no-store but {headers.get('Cache-Control')!r}")
    if "Strict-Transport-Security" in headers:
        problems.append("HSTS though not in production")
    return problems


def test_every_answer_has_the_headers(client: Client, world: World) -> None:
    problems, statuses = [], set()
    for role, stage in ROLES_AND_STAGES:
        person = world.people[role]
        browser = client.visitor() if person is None else client.as_(person)
        for endpoint, address in addresses(client.app, "GET", {**world.values, "ref": world.refs[stage]}):
            response = browser.flask_client.get(address)
            statuses.add(response.status_code)
            problems += [
                f"{endpoint} {response.status_code}: {each}" for each in unsafe_about(response, endpoint)
            ]
            response.close()
    assert sorted(set(problems)) == []
    assert {200, 302, 403, 404} <= statuses


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 302),
        ("POST", "/nowhere", 400),
        ("POST", "/login", 400),
        ("GET", "/logout", 405),
        ("OPTIONS", "/login", 200),
        ("GET", "/health/live", 200),
        ("GET", "/static/nowhere.css", 404),
    ],
)
def test_refusals_have_the_headers_too(client: Client, method: str, path: str, status: int) -> None:
    response = client.visitor().flask_client.open(path, method=method)
    # A token is asked for where there is a page that could send it.
    assert response.status_code in {status, 404 if path == "/nowhere" else status}
    assert unsafe_about(response, "static" if path.startswith("/static/") else "") == []


def test_nonce_is_new_for_every_answer(client: Client) -> None:
    browser = client.visitor()
    nonces = {policy_of(browser.get("pages.help").response)["script-src"][1] for _ in range(3)}
    assert len(nonces) == 3
    assert all(len(nonce) > len("'nonce-'") + 16 for nonce in nonces)


def test_only_production_asks_browsers_for_https(production: MakeApp, client: Client) -> None:
    response = production().test_client().get("/help", base_url=OURS)
    assert (response.status_code, response.headers["Strict-Transport-Security"]) == (200, YEAR)
    assert "Strict-Transport-Security" not in client.visitor().get("pages.help").response.headers


# ---- Tokens


def test_nothing_is_done_without_a_good_token(client: Client, committed: Committed, world: World) -> None:
    administrator = world.people["administrator"]
    assert administrator is not None
    browser = client.as_(administrator)
    browser.csrf_token()  # the session holds one, so that only what is sent is at fault
    places = addresses(client.app, "POST", {**world.values, "ref": world.refs["draft"]})
    assert len(places) > 25
    before = count_events(committed)
    for endpoint, address in places:
        for sent in ({}, {"csrf_token": ""}, {"csrf_token": "IjAxMjMi.aSHxYA.wrong"}):
            page = browser.post(address, sent, token=False, status=400)
            assert page.h1 == TOO_OLD, endpoint
    assert count_events(committed) == before
    assert browser.get("reports.my_work").path == "/my-work"  # not even signed out


def test_token_of_another_session_is_refused(client: Client, committed: Committed) -> None:
    with committed():
        ann, bob = make_person(), make_person()
    mine = client.as_(ann).get("accounts.edit_details").value("csrf_token")
    browser = client.as_(bob)
    browser.get("accounts.edit_details")
    page = browser.post("accounts.edit_details", {"csrf_token": mine}, token=False, status=400)
    assert page.h1 == TOO_OLD


def test_production_refuses_a_form_sent_from_elsewhere(production: MakeApp) -> None:
    browser = Client(production()).visitor()
    page = browser.flask_client.get("/login", base_url=OURS)
    token = Page(browser, "/login", page).value("csrf_token")
    sent = {"email": "a@example.org", "password": "x", "csrf_token": token}
    for referrer, status in ((f"{EVIL}/", 400), (None, 400), (f"{OURS}/login", 422)):
        headers = {"Referer": referrer} if referrer else {}
        answer = browser.flask_client.post("/login", data=sent, base_url=OURS, headers=headers)
        assert answer.status_code == status, referrer


def count_events(committed: Committed) -> int:
    with committed() as session:
        return session.scalar(select(func.count(Event.id))) or 0


# ---- Hosts and proxies


@pytest.mark.parametrize("path", ["/", "/login", "/my-work", "/health", "/metrics/", "/nowhere"])
@pytest.mark.parametrize("host", [EVIL, "https://10.0.0.7", "https://xexchange.example.org"])
def test_production_refuses_hosts_that_are_not_its_own(production: MakeApp, host: str, path: str) -> None:
    answer = production().test_client().get(path, base_url=host)
    assert answer.status_code == 400
    assert answer.text == "We do not answer under this address. Check that it is right."
    assert "evil" not in answer.text + answer.headers.get("Location", "")
    assert unsafe_about_in_production(answer) == []


def unsafe_about_in_production(response: TestResponse) -> list[str]:
    return [each for each in unsafe_about(response, "") if not each.startswith("HSTS")]


def test_production_answers_its_own_host(production: MakeApp) -> None:
    client = production(PUBLIC_URL="https://Exchange.example.org:8443").test_client()
    assert client.get("/help", base_url="https://exchange.example.org:8443").status_code == 200
    assert client.get("/help", base_url=OURS).status_code == 200


FORWARDED = {
    "X-Forwarded-For": "192.0.2.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "other.example.org",
}


@pytest.mark.parametrize(
    ("proxies", "sent", "expected"),
    [
        (0, FORWARDED, ["127.0.0.1", "http", "localhost"]),
        (1, FORWARDED, ["192.0.2.9", "https", "other.example.org"]),
        # Who asks can write anything before what the proxy adds.
        (1, {"X-Forwarded-For": "198.51.100.1, 192.0.2.9"}, ["192.0.2.9", "http", "localhost"]),
        (2, {"X-Forwarded-For": "198.51.100.1, 192.0.2.9"}, ["198.51.100.1", "http", "localhost"]),
        (1, {}, ["127.0.0.1", "http", "localhost"]),
    ],
)
def test_forwarded_headers_are_heeded_as_far_as_proxies_are_trusted(
    proxies: int, sent: dict[str, str], expected: list[str]
) -> None:
    app = make_app("sqlite://", TRUSTED_PROXIES=proxies)
    app.add_url_rule(
        "/who", "who", public(lambda: {"is": [request.remote_addr, request.scheme, request.host]})
    )
    answer = app.test_client().get("/who", headers=sent)
    assert answer.get_json() == {"is": expected}


def test_forwarded_host_is_checked_as_any_other(production: MakeApp) -> None:
    client = production(TRUSTED_PROXIES="1").test_client()
    headers = {"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "https"}
    assert client.get("/help", base_url=OURS, headers=headers).status_code == 400
    headers["X-Forwarded-Host"] = "exchange.example.org"
    assert client.get("/help", base_url="http://10.0.0.7:8000", headers=headers).status_code == 200


# ---- Limits

FORM = "application/x-www-form-urlencoded"


def test_request_that_is_too_large_says_what_to_do(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
    client.app.config["MAX_CONTENT_LENGTH"] = 5_000
    file = (BytesIO(b"x" * 5_000), "large.pdf")
    page = client.as_(person).post("proposals.new", {"title": "A", "files": file}, status=413)
    assert page.h1 == "That is too large to send"
    assert "Each file can be up to 10 MB. Go back, choose a smaller file" in page.text


@pytest.mark.parametrize("length", ["20000000", "99999999999"])
def test_large_request_is_refused_before_it_is_read(client: Client, length: str) -> None:
    answer = client.app.test_client().post(
        "/login", content_type=FORM, environ_overrides={"CONTENT_LENGTH": length}
    )
    assert answer.status_code == 413


def test_text_field_beyond_all_measure_is_refused(client: Client) -> None:
    client.app.config["MAX_FORM_MEMORY_SIZE"] = 5_000
    sent = {"email": "x" * 6_000, "file": (BytesIO(b"x"), "a.txt")}
    page = client.visitor().post("security.login", sent, status=413)
    assert page.h1 == "That is too large to send"


def test_too_many_parts_are_refused(client: Client) -> None:
    parts: dict[str, Any] = {f"a{number}": "1" for number in range(600)}
    page = client.visitor().post("security.login", {**parts, "file": (BytesIO(b"x"), "a.txt")}, status=413)
    assert page.h1 == "That is too large to send"


# ---- Refusals


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/logout", {"POST"}), ("DELETE", "/help", {"GET"}), ("PUT", "/login", {"GET", "POST"})],
)
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_wrong_method_is_a_page_that_says_what_is_allowed(
    client: Client, committed: Committed, who: str, method: str, path: str, allowed: set[str]
) -> None:
    with committed():
        person = make_person()
    browser = client.visitor() if who == "visitor" else client.as_(person)
    page = browser._arrive(method, path, 405)
    assert page.h1 == "This address cannot be used this way"
    assert set(page.response.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == allowed


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/proposals/TV-2026-9999", "/proposals/%00", "/themes/none", "/a/../../etc/passwd", "/%ff"],
)
def test_nothing_there_is_a_page(client: Client, committed: Committed, path: str) -> None:
    with committed():
        person = make_person()
    page = client.as_(person).get(path, status=404)
    assert page.h1 == "Page not found"
    assert "Look through the proposals" in page.links()


def test_failing_view_gives_a_page_that_gives_nothing_away(workshop: Flask) -> None:
    with workshop.app_context():
        person = make_person()
        db.session().expire_on_commit = False
        engine = db.engine
        db.session.commit()
    made: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *all: made.append(str(all[2])))

    def fail() -> str:
        made.clear()
        raise RuntimeError("the password is hunter2")

    workshop.add_url_rule("/fail", "fail", csrf.exempt(public(fail)), methods=["GET", "POST"])
    browser = Client(workshop).as_(person)
    for method in ("GET", "POST"):
        page = browser._arrive(method, "/fail", 500)
        assert page.h1 == "Sorry, there is a problem with the service"
        assert "Nothing of what you just did was saved" in page.text
        html = page.response.text
        assert not [word for word in ("hunter2", "Traceback", "RuntimeError", ".py") if word in html]
        assert made == []


def test_failing_view_of_production_gives_nothing_away(production: MakeApp) -> None:
    app = production()

    def fail() -> str:
        raise RuntimeError("hunter2")

    app.add_url_rule("/fail", "fail", public(fail))
    answer = app.test_client().get("/fail", base_url=OURS)
    assert (answer.status_code, "hunter2" in answer.text) == (500, False)
    assert unsafe_about_in_production(answer) == []


# ---- Cookies


def cookie_of(app: Flask, base_url: str) -> tuple[str, set[str]]:
    """Name and attributes of the cookie that the sign-in page sets."""
    [cookie] = app.test_client().get("/login", base_url=base_url).headers.getlist("Set-Cookie")
    pair, *attributes = cookie.split("; ")
    return pair.partition("=")[0], set(attributes)


def test_session_cookie_is_for_this_service_alone(production: MakeApp, app: Flask) -> None:
    safe = {"HttpOnly", "SameSite=Lax", "Path=/"}
    assert cookie_of(app, "http://localhost") == ("exchange", safe)
    assert cookie_of(production(), OURS) == ("__Host-exchange", safe | {"Secure"})


# ---- What people write is never markup

NASTY = """<script>alert(1)</script>"'&"""
FILE = f"{NASTY}.pdf"
BREAK = "\r\nBcc: all@example.org"


def nasty_answers() -> dict[str, Any]:
    """Every text and line of the record, with what would be markup, or another header."""
    kinds = {Kind.TEXT, Kind.LINE}
    texts = {
        question.id: f"{NASTY} {question.id}" for question in record.questions() if question.kind in kinds
    }
    return {**texts, "title": f"{NASTY}{BREAK}", "supplier": "other", "supplier_name": NASTY}


def attach(proposal: Any, actor: Any) -> None:
    document = documents.examine(BytesIO(one_page("Audit", "Figures.")), FILE)
    proposals.attach_all(proposal, actor, [document])
    db.session.refresh(proposal, ["attachments"])
    proposal.attachments[-1].name = FILE  # as if it had not been tidied on the way in


@pytest.fixture
def nasty(committed: Committed) -> arrange.Case:
    """A proposal that became a programme, of people who all write what would be markup."""
    with committed():
        staff = arrange.Staff(
            assessing.make_champion(name=NASTY),
            assessing.make_champion(name=f"{NASTY} co-author"),
            assessing.make_manager(name=f"{NASTY} manager"),
            assessing.make_director(name=f"{NASTY} director"),
            [assessing.make_reviewer(f"{NASTY} {number}") for number in range(3)],
        )
        proposal = assessing.make_draft(staff.champion, **{**arrange.FULL, **nasty_answers()})
        proposal.co_authors = [staff.co_author]
        attach(proposal, staff.champion)
        proposals.submit(proposal, staff.champion)
        round_ = assessing.start(proposal, staff.manager, staff.reviewers)
        for assignment in round_.assignments:
            assessing.declare(assignment)
            written = assessment.Written(
                {"need": 4, "benefit": 5},
                {"need": f"{NASTY} need", "benefit": f"{NASTY} benefit"},
                Recommendation.SPREAD,
                f"{NASTY} comment",
            )
            state = assessment.state_of(assignment.review)
            assessment.submit_review(assignment, written, opened_at_state=state)
            db.session.refresh(assignment)
        assessment.close_assessment(
            proposal, staff.manager, panel_summary=f"{NASTY} panel", feedback=f"{NASTY} feedback"
        )
        case = arrange.Case(
            proposal,
            round_,
            staff.champion,
            staff.co_author,
            staff.manager,
            staff.director,
            staff.reviewers,
        )
        arrange.release(
            case, statement=f"{NASTY} statement", conditions=arrange.asked_in(f"{NASTY} condition")
        )
        draft = assessing.make_draft(staff.champion, **nasty_answers())
        attach(draft, staff.champion)
        tell_all()
        db.session.flush()
        case.draft_ref = draft.reference  # type: ignore[attr-defined]
        return case


PLACES: dict[str, tuple[str, list[str]]] = {
    "proposals.show": ("champion", [f"{NASTY} need", f"{NASTY} overview", FILE]),
    "proposals.history": ("director", [f"{NASTY} manager", f"{NASTY} statement"]),
    "proposals.version": ("champion", [f"{NASTY} barriers"]),
    "assessment.assessment": ("director", [f"{NASTY} comment", f"{NASTY} need", f"{NASTY} 1"]),
    "assessment.reviewers": ("manager", [f"{NASTY} 2"]),
    "decisions.decision_pack": ("director", [f"{NASTY} panel", f"{NASTY} feedback", f"{NASTY} benefit"]),
    "decisions.letter": ("champion", [f"{NASTY} statement", f"{NASTY} condition", f"{NASTY} director"]),
    "spread.programme": ("director", [f"{NASTY} statement", f"{NASTY} condition", f"{NASTY} summary"]),
    "spread.programmes": ("visitor", [NASTY]),
    "proposals.proposals": ("champion", [NASTY]),
    "reports.my_work": ("champion", [NASTY]),
    "notifications.inbox": ("champion", [NASTY]),
    "decisions.decisions": ("director", [NASTY]),
    "accounts.account": ("champion", [NASTY]),
    "community.theme": ("visitor", [NASTY]),
    "proposals.check": ("draft", [f"{NASTY} need", FILE]),
    "proposals.edit": ("draft", [NASTY]),
}


def test_what_people_write_is_shown_as_they_wrote_it(
    client: Client, committed: Committed, nasty: arrange.Case
) -> None:
    with committed() as session:
        slug = session.scalars(select(Programme.slug)).one()
    missing = []
    for endpoint, (who, expected) in PLACES.items():
        ref = getattr(nasty, "draft_ref") if who == "draft" else nasty.ref  # noqa: B009
        person = None if who == "visitor" else getattr(nasty, "champion" if who == "draft" else who)
        browser = client.visitor() if person is None else client.as_(person)
        page = browser.get(endpoint, **arguments(client.app, endpoint, ref=ref, slug=slug))
        assert harmless(page), endpoint
        missing += [f"{endpoint}: {words}" for words in expected if words not in page.text]
    assert missing == []


def arguments(app: Flask, endpoint: str, **more: Any) -> dict[str, Any]:
    values = {"number": 1, "theme_id": "safe-care", **more}
    rule = min(app.url_map.iter_rules(endpoint), key=lambda rule: len(rule.arguments))
    return {name: values[name] for name in rule.arguments}


def harmless(page: Page) -> bool:
    scripts = [script.text() for script in page.select("script")]
    return "<script>alert" not in page.response.text and not any("alert(1)" in each for each in scripts)


@pytest.mark.parametrize("section", ["idea", "evidence"])
def test_what_people_write_stays_so_in_the_form(client: Client, nasty: arrange.Case, section: str) -> None:
    page = client.as_(nasty.champion).get(
        "proposals.edit_section",
        ref=getattr(nasty, "draft_ref"),  # noqa: B009
        section=section,
    )
    texts = [question.id for question in record.questions() if question.kind is Kind.TEXT]
    held = {name: page.value(name) for name in texts if page.value(name) is not None}
    assert held == {name: f"{NASTY} {name}" for name in held}
    assert held
    assert harmless(page)


def test_what_is_searched_for_is_never_markup(client: Client) -> None:
    page = client.visitor().get("proposals.proposals", q=NASTY)
    assert harmless(page)
    assert page.value("q") == NASTY


def test_file_is_sent_as_a_file_under_its_own_name(
    client: Client, committed: Committed, nasty: arrange.Case
) -> None:
    with committed() as session:
        file = session.scalars(select(Attachment).where(Attachment.proposal_id == nasty.proposal.id)).one()
    page = client.as_(nasty.champion).get("proposals.attachment", ref=nasty.ref, file_id=file.id)
    headers = page.response.headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    page.response.close()


def test_subject_of_an_email_is_one_line_and_adds_no_header(
    committed: Committed, nasty: arrange.Case
) -> None:
    with committed() as session:
        messages = list(session.scalars(select(Message)))
    assert len(messages) > 5
    assert any(NASTY in message.text for message in messages)  # plain text, where nothing is markup
    for message in messages:
        assert message.subject.splitlines() == [message.subject]
        parcel = Parcel(
            message.id,
            message.kind,
            message.to_address,
            f"{message.subject}{BREAK}",
            message.text,
            message.message_id,
            message.queued_at,
            0,
            clock.now(),
        )
        sent = compose(parcel, Sender("Exchange", "exchange@example.org", "example.org"), eight_bit=False)
        assert sent["Bcc"] is None
        head = sent.as_bytes().partition(b"\r\n\r\n")[0]
        assert not [line for line in head.splitlines() if line.lower().startswith(b"bcc")]
        assert sent.get_content_type() == "text/plain"


def test_queued_subject_is_one_line(committed: Committed) -> None:
    with committed():
        message = outbox.queue("news", "a@example.org", f"News{BREAK}\u2028!", "Text", message_id="news.1")
    assert message.subject == "News Bcc: all@example.org !"


def test_settings_of_the_machine_do_not_reach_tests() -> None:
    assert os.environ["ENVIRONMENT"] == "test"


def test_browser_is_told_nothing_of_what_runs_here(client: Client) -> None:
    page: Browser = client.visitor()
    assert not {"Server", "X-Powered-By"} & set(page.get("pages.help").response.headers.keys())


def test_flood_from_one_address_is_asked_to_wait(databases: Databases) -> None:
    with databases() as url:
        address = url.render_as_string(hide_password=False)
        make_app(
            address, RATELIMIT_ENABLED=True
        )  # the limit is the application's own, whatever one before it had
        app = make_app(address, RATELIMIT_ENABLED=True, RATELIMIT_DEFAULT="3 per day")
        try:
            answers = [app.test_client().get("/help") for _ in range(4)]
        finally:
            make_app(address)  # the limiter is one for all applications: off again, as tests have it
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "too many" in answers[-1].text.lower()
