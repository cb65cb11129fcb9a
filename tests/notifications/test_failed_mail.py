"""Mail that could not be sent, for administrators."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from exchange import clock, outbox
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.events import Event
from exchange.extensions import db
from exchange.notifications import delivery
from exchange.outbox import Message
from tests.conftest import Committed
from tests.factories import make_person
from tests.pages import Client


def make_failed(number: int = 1, **more: bool) -> Message:
    message = outbox.queue(
        "changes_requested",
        f"p{number}@example.org",
        "TV-2026-0001: changes requested",
        "Secret text",
        message_id=f"news.{number}",
        **more,
    )
    message.given_up_at, message.tries, message.last_error = clock.now(), 7, "550 5.1.1 No such mailbox"
    db.session.flush()
    return message


def make_administrator() -> Person:
    return make_person(role=Role.ADMINISTRATOR, organisation="host")


def test_page_says_what_went_wrong_and_nothing_of_what_was_written(
    client: Client, committed: Committed
) -> None:
    with committed():
        administrator = make_administrator()
        make_failed()
        outbox.queue("news", "waits@example.org", "News", "Text", message_id="news.2")
    page = client.as_(administrator).get("notifications.failed_mail")
    assert page.texts(".app-results h2") == ["p1@example.org"]
    assert "550 5.1.1 No such mailbox" in page.text
    assert "after 7 tries" in page.text
    assert "Secret text" not in page.text
    assert "TV-2026-0001" not in page.text


def test_page_of_nothing_says_so(client: Client, committed: Committed) -> None:
    with committed():
        administrator = make_administrator()
    assert "All mail has been sent" in client.as_(administrator).get("notifications.failed_mail").text


def test_message_is_sent_again_when_asked(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        administrator = make_administrator()
        make_failed()
    page = client.as_(administrator).get("notifications.failed_mail").submit("Send again to p1@example.org")
    assert page.path == "/admin/mail"
    assert "All mail has been sent, or is on its way" in page.text
    sent: list[str] = []
    with app.app_context():
        assert delivery.send_next(lambda parcel: sent.append(parcel.message_id))
    assert sent == ["news.1"]
    with committed():
        [event] = db.session.scalars(select(Event).where(Event.kind == "retry_message"))
        assert (event.actor_id, event.subject) == (administrator.id, "message:1")


def test_second_administrator_is_told_that_the_first_was_quicker(
    client: Client, committed: Committed
) -> None:
    with committed():
        first, second = make_administrator(), make_administrator()
        make_failed()
    page = client.as_(second).get("notifications.failed_mail")
    client.as_(first).get("notifications.failed_mail").submit("Send again to p1@example.org")
    refused = page.submit("Send again to p1@example.org", status=409)
    assert "Someone else has already asked for it to be sent again." in refused.text


def test_link_that_was_wiped_is_not_sent_again(client: Client, committed: Committed) -> None:
    with committed():
        administrator = make_administrator()
        message = make_failed(secret=True)
    browser = client.as_(administrator)
    page = browser.get("notifications.failed_mail")
    assert "They can ask for a new one." in page.text
    assert not page.select("main form")
    browser.post("notifications.retry_message", message_id=message.id, status=409)


@pytest.mark.parametrize("role", [None, Role.PROGRAMME_MANAGER, Role.THEME_DIRECTOR, Role.REVIEWER])
def test_others_see_none_of_it(client: Client, committed: Committed, role: Role | None) -> None:
    with committed():
        person = make_person(role=role)
        message = make_failed()
    browser = client.as_(person)
    browser.get("notifications.failed_mail", status=403)
    browser.post("notifications.retry_message", message_id=message.id, status=404)
    browser.post("notifications.retry_message", message_id=message.id + 1, status=404)


def test_message_of_no_possible_number_is_not_found(client: Client, committed: Committed) -> None:
    with committed():
        administrator = make_administrator()
    client.as_(administrator).post(f"/admin/mail/{2**31}/retry", status=404)
