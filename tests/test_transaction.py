"""The one commit rule: a writing request answered below 400 commits; anything else rolls back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask, flash, request, session
from sqlalchemy import event, select, text
from werkzeug.exceptions import abort

from exchange import clock
from exchange.access import public
from exchange.accounts.models import FailedTry
from exchange.errors import Conflict, InvalidInput
from exchange.extensions import csrf, db
from exchange.proposals.models import ReferenceCounter
from exchange.transaction import after_commit, after_settling, transaction
from tests.databases import Databases, make_app
from tests.pages import Client, Page

WRITERS = 8
ROUNDS = 5


@pytest.fixture
def workshop(databases: Databases) -> Iterator[Flask]:
    """An application of its own, to which tests add routes that no other sees."""
    with databases() as url:
        yield make_app(url.render_as_string(hide_password=False), PROPAGATE_EXCEPTIONS=False)


def add(year: int) -> None:
    """One row; the smallest that there is."""
    db.session.add(ReferenceCounter(year=year, last=0))


def kept(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(ReferenceCounter.year).order_by(ReferenceCounter.year)))


def route(app: Flask, view: Callable[[], Any], path: str = "/write") -> None:
    methods = ["GET", "POST", "PUT", "OPTIONS"]
    app.add_url_rule(path, f"test{path}", csrf.exempt(public(view)), methods=methods)


def ask(app: Flask, view: Callable[[], Any], method: str = "POST", *, status: int) -> Page:
    route(app, view)
    return Client(app).visitor()._arrive(method, "/write", status)


@pytest.mark.parametrize("status", [200, 201, 302, 399])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_writing_request_answered_below_400_is_kept(workshop: Flask, method: str, status: int) -> None:
    def write() -> Any:
        add(1)
        return {}, status, {"Location": "/help"}

    ask(workshop, write, method, status=status)
    assert kept(workshop) == [1]


@pytest.mark.parametrize("status", [400, 409, 422, 500])
def test_writing_request_answered_from_400_on_is_undone(workshop: Flask, status: int) -> None:
    def write() -> Any:
        add(1)
        db.session.flush()
        return {}, status

    ask(workshop, write, status=status)
    assert kept(workshop) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("No."), 400),
        (Conflict(), 409),
        (RuntimeError("a bug"), 500),
    ],
)
def test_writing_request_that_raises_is_undone(workshop: Flask, error: Exception, status: int) -> None:
    def write() -> Any:
        add(1)
        db.session.flush()
        raise error

    ask(workshop, write, status=status)
    assert kept(workshop) == []


def test_aborted_request_is_undone(workshop: Flask) -> None:
    def write() -> Any:
        add(1)
        db.session.flush()
        abort(413)

    ask(workshop, write, status=413)
    assert kept(workshop) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_request_keeps_nothing_though_its_view_adds(workshop: Flask, method: str) -> None:
    def read() -> Any:
        add(1)
        db.session.flush()
        return {}

    route(workshop, read)
    assert workshop.test_client().open("/write", method=method).status_code == 200
    assert kept(workshop) == []


def test_commit_that_fails_says_so_and_keeps_nothing(workshop: Flask) -> None:
    with workshop.app_context(), transaction():
        add(1)
    done: list[str] = []

    def write() -> Any:
        add(2)
        add(1)  # there already: only the flush of the commit finds out
        flash("Saved.")
        session["kept"] = "yes"
        after_commit(lambda: done.append("commit"))
        after_settling(lambda: done.append("settled"))
        return "Saved"

    page = ask(workshop, write, status=409)
    assert page.h1 == "Someone else got there first"
    assert "Nothing of yours was saved" in page.text
    assert done == ["settled"]
    assert kept(workshop) == [1]
    with page.browser.flask_client.session_transaction() as left:
        assert "_flashes" not in left
        assert left["kept"] == "yes"


def test_flash_of_what_was_kept_stays(workshop: Flask) -> None:
    def write() -> Any:
        flash("Saved.")
        return {}

    page = ask(workshop, write, status=200)
    assert "Saved." in page.browser.get("pages.help").texts(".nhsuk-notification-banner__heading")


@pytest.mark.parametrize(
    ("status", "expected"), [(200, ["commit", "settled"]), (302, ["commit", "settled"]), (422, ["settled"])]
)
def test_work_after_follows_what_became_of_the_request(
    workshop: Flask, status: int, expected: list[str]
) -> None:
    done: list[str] = []

    def write() -> Any:
        after_settling(lambda: done.append("settled"))
        after_commit(lambda: done.append("commit"))
        return {}, status, {"Location": "/help"}

    ask(workshop, write, status=status)
    assert done == expected


def test_work_after_a_failed_view_is_only_what_settles(workshop: Flask) -> None:
    done: list[str] = []

    def write() -> Any:
        after_settling(lambda: done.append("settled"))
        after_commit(lambda: done.append("commit"))
        raise RuntimeError

    ask(workshop, write, status=500)
    assert done == ["settled"]


def test_work_after_commit_sees_what_was_kept(workshop: Flask) -> None:
    seen: list[list[int]] = []

    def write() -> Any:
        add(1)
        after_commit(lambda: seen.append(kept(workshop)))
        return {}

    ask(workshop, write, status=200)
    assert seen == [[1]]


def test_work_after_settling_is_kept_though_the_request_is_undone(workshop: Flask) -> None:
    def note() -> None:
        db.session.add(FailedTry(account="a" * 64, address="b" * 64, at=clock.now()))

    def write() -> Any:
        add(1)
        db.session.flush()
        after_settling(note)
        return {}, 422

    ask(workshop, write, status=422)
    assert kept(workshop) == []
    with workshop.app_context():
        assert len(list(db.session.scalars(select(FailedTry)))) == 1


def test_work_after_belongs_to_one_request(workshop: Flask) -> None:
    done: list[str] = []

    def write() -> Any:
        if "once" in request.args:
            after_commit(lambda: done.append("commit"))
            after_settling(lambda: done.append("settled"))
        return {}

    route(workshop, write)
    browser = Client(workshop).visitor()
    browser.post("/write?once=1")
    browser.post("/write")
    assert done == ["commit", "settled"]


def test_block_commits_when_it_ends_and_undoes_when_it_raises(workshop: Flask) -> None:
    def add_and_stop() -> None:
        add(2)
        db.session.flush()
        raise KeyboardInterrupt

    with workshop.app_context():
        with transaction():
            add(1)
        with pytest.raises(KeyboardInterrupt), transaction():
            add_and_stop()
        with transaction():
            add(3)
    assert kept(workshop) == [1, 3]


# ---- At once


def test_many_writers_at_once_lose_nothing(workshop: Flask) -> None:
    """Each reads the newest row and adds the next: without queueing, two read the same or the database is
    locked.
    """

    def append() -> Any:
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("LOCK TABLE reference_counter IN EXCLUSIVE MODE"))
        newest = db.session.scalar(
            select(ReferenceCounter.year).order_by(ReferenceCounter.year.desc()).limit(1)
        )
        add((newest or 0) + 1)
        return {}

    route(workshop, append)
    answers: list[int] = []
    start = Barrier(WRITERS)

    def write() -> None:
        client = workshop.test_client()
        start.wait()
        answers.extend(client.post("/write").status_code for _ in range(ROUNDS))

    threads = [Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * (WRITERS * ROUNDS)
    assert kept(workshop) == list(range(1, WRITERS * ROUNDS + 1))


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(("method", "begins"), [("GET", ["BEGIN"]), ("POST", ["BEGIN IMMEDIATE"])])
def test_sqlite_begins_as_the_request_will_need(workshop: Flask, method: str, begins: list[str]) -> None:
    made = statements_of(workshop)

    def look() -> Any:
        db.session.execute(select(ReferenceCounter)).all()
        return {}

    ask(workshop, look, method, status=200)
    assert [statement for statement in made if statement.startswith("BEGIN")] == begins


def test_reader_is_not_held_up_by_a_writer(workshop: Flask) -> None:
    """While one writes, and has yet to commit, others read what was there before."""
    seen: list[int] = []

    def write() -> Any:
        add(1)
        db.session.flush()
        reader = Thread(target=lambda: seen.append(workshop.test_client().get("/read").get_json()["rows"]))
        reader.start()
        reader.join()
        return {}

    route(workshop, lambda: {"rows": len(kept(workshop))}, "/read")
    ask(workshop, write, status=200)
    assert seen == [0]


def test_form_is_read_before_the_database_is_asked(workshop: Flask) -> None:
    """A slow upload must not hold the lock of all who write."""
    order: list[str] = []

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            order.append("form")
            return super().read(size)

    def note(*arguments: Any) -> None:
        order.append("database")

    with workshop.app_context():
        event.listen(db.engine, "before_cursor_execute", note)

    def look() -> Any:
        db.session.execute(select(ReferenceCounter)).all()
        return {"sent": request.form["a"]}

    route(workshop, look)
    body = b"a=" + b"x" * 10_000
    answer = workshop.test_client().post(
        "/write",
        input_stream=Slow(body),
        content_length=len(body),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.get_json() == {"sent": "x" * 10_000}
    assert "database" in order
    assert "form" not in order[order.index("database") :]


def statements_of(app: Flask) -> list[str]:
    """Every statement that the application's database is given from now on."""
    made: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        made.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    return made


def test_clash_that_the_database_finds_before_the_commit_is_a_conflict(workshop: Flask) -> None:
    def write() -> Any:
        add(1)
        db.session.flush()
        db.session.expunge_all()
        add(1)
        db.session.flush()
        return {}

    page = ask(workshop, write, "POST", status=409)
    assert "Someone else got there first" in page.text
    assert kept(workshop) == []
