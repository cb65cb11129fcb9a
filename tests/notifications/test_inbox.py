"""The inbox: one's own lines, newest first, read by opening them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment import services as assessment
from exchange.assessment.models import Interest
from exchange.extensions import db
from exchange.notifications.models import Notification
from tests.assessment.arrange import TEAM, make_cast, make_champion, make_submitted
from tests.conftest import Committed
from tests.factories import make_person
from tests.notifications.arrange import tell, tell_in_here
from tests.pages import Client, Page
from tests.statements import counted_queries

UNREAD = ".app-result--unread h2"


def make_lines(person: Person, count: int) -> None:
    for number in range(count):
        db.session.add(
            Notification(
                person_id=person.id, kind="news", line=f"News {number}", path="/help", at=clock.now()
            )
        )
    db.session.flush()


def lines(page: Page) -> list[str]:
    return page.texts(".app-results h2")


def test_inbox_of_someone_new_says_what_comes(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
    page = client.as_(person).get("notifications.inbox")
    assert "You have no messages" in page.text
    assert page.click("See your work").h1 == "My work"


def test_inbox_lists_the_newest_first_and_marks_the_unread_in_words(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion = make_champion()
        first, second = make_submitted(champion), make_submitted(champion)
    tell(app)
    page = client.as_(champion).get("notifications.inbox")
    assert lines(page) == [f"{proposal.reference}: we have your proposal" for proposal in (second, first)]
    assert page.texts(".app-result .nhsuk-tag") == ["Unread", "Unread"]
    assert "2 unread messages" in page.text
    assert "Falls huddles" in page.text


def test_header_counts_the_unread(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
        make_lines(person, 2)
    browser = client.as_(person)
    assert "2 unread messages" in " ".join(browser.get("/help").texts("header"))
    browser.get("notifications.inbox").submit("Mark all as read")
    assert "unread" not in " ".join(browser.get("/help").texts("header"))


def test_opening_a_line_leads_to_its_page_and_marks_it_read(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
        make_lines(champion, 1)
    tell(app)
    browser = client.as_(champion)
    page = browser.get("notifications.inbox").submit(f"{proposal.reference}: we have your proposal")
    assert page.path == f"/proposals/{proposal.reference}"
    assert browser.get("notifications.inbox").texts(UNREAD) == ["News 0"]


def test_looking_marks_nothing_read(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
        make_lines(person, 1)
    browser = client.as_(person)
    browser.get("notifications.inbox")
    assert browser.get("notifications.inbox").texts(UNREAD) == ["News 0"]


def test_marking_all_read_spares_what_came_since(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
        make_lines(person, 2)
    page = client.as_(person).get("notifications.inbox")
    with committed():
        db.session.add(
            Notification(person_id=person.id, kind="news", line="Late", path="/help", at=clock.now())
        )
    assert page.submit("Mark all as read").texts(UNREAD) == ["Late"]


def test_inbox_pages_go_on_and_back(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
        make_lines(person, 60)
    first = client.as_(person).get("notifications.inbox")
    assert lines(first) == [f"News {number}" for number in range(59, 34, -1)]
    second = client.as_(person).get(next(path for words, path in first.links().items() if "Older" in words))
    third = client.as_(person).get(next(path for words, path in second.links().items() if "Older" in words))
    assert lines(third) == [f"News {number}" for number in range(9, -1, -1)]
    assert not [words for words in third.links() if "Older" in words]
    back = client.as_(person).get(next(path for words, path in third.links().items() if "Newer" in words))
    assert lines(back) == lines(second)
    top = client.as_(person).get(next(path for words, path in back.links().items() if "Newer" in words))
    assert lines(top) == lines(first)
    assert not [words for words in top.links() if "Newer" in words]


@pytest.mark.parametrize(
    "query",
    [
        "before=",
        "before=x",
        "before=-1",
        "before=2147483648",
        "before=99999999999999999",
        "before=99999999999999999999",
        "after=1.5",
        "before=%00",
        "after=٣",
    ],
)
def test_cursor_that_is_none_shows_the_newest(client: Client, committed: Committed, query: str) -> None:
    with committed():
        person = make_person()
        make_lines(person, 2)
    assert lines(client.as_(person).get(f"/notifications?{query}")) == ["News 1", "News 0"]


def test_nobody_opens_or_reads_the_line_of_another(client: Client, committed: Committed) -> None:
    with committed():
        person, other = make_person(), make_person()
        make_lines(person, 1)
        line = db.session.scalars(select(Notification)).one()
    browser = client.as_(other)
    browser.post("notifications.open_notification", notification_id=line.id, status=404)
    browser.post("notifications.mark_all_read", {"up_to": line.id})
    assert client.as_(person).get("notifications.inbox").texts(UNREAD) == ["News 0"]


def test_line_hides_once_its_proposal_is_not_the_readers_to_see(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast(visibility="assessors")
    tell(app)
    reviewer = client.as_(cast.reviewers[0])
    [asked] = lines(reviewer.get("notifications.inbox"))
    with committed():
        line = db.session.scalars(select(Notification).where(Notification.line == asked)).first()
        assert line is not None
        assessment.remove_reviewer(cast.assignment(0), cast.manager, reason="Ill")
        tell_in_here()
    page = reviewer.get("notifications.inbox")
    assert lines(page) == [f"{cast.ref}: your review is no longer needed"]
    assert "1 unread message" in page.text
    assert "Falls huddles" not in page.text
    reviewer.post("notifications.open_notification", notification_id=line.id, status=404)


def test_lines_of_the_staff_hide_once_something_binds_them(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        assessment.declare(cast.assignment(0), Interest.INTEREST, reason="A friend")
        tell_in_here()
    manager = client.as_(cast.manager)
    asked = f"{cast.ref}: a reviewer has an interest"
    assert asked in lines(manager.get("notifications.inbox"))
    with committed():
        db.session.get_one(Person, cast.manager.id).organisation_id = TEAM
        line = db.session.scalars(select(Notification).where(Notification.line == asked)).one()
    page = manager.get("notifications.inbox")
    assert lines(page) == []
    assert "You have no messages" in page.text
    manager.post("notifications.open_notification", notification_id=line.id, status=404)
    manager.get("proposals.show", ref=cast.ref)
    assert lines(client.as_(cast.champion).get("notifications.inbox"))


def test_inbox_takes_as_many_queries_for_many_lines_as_for_one(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        few, many = make_champion(), make_champion()
        make_submitted(few)
        for _ in range(20):
            make_submitted(many)
    tell(app)
    assert counted_queries(app, client, many, "/notifications") == counted_queries(
        app, client, few, "/notifications"
    )
