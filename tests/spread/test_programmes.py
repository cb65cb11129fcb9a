"""The public list of programmes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from exchange.extensions import db
from exchange.spread.models import Programme
from exchange.spread.queries import SHOWN
from tests.conftest import Committed
from tests.decisions.arrange import make_staff
from tests.pages import Client, Page
from tests.spread.arrange import make_programme
from tests.statements import counted_queries

PAGE = "spread.programmes"


def titles(page: Page) -> list[str]:
    return page.texts(".app-result__title")


def approve(number: int, **answers: Any) -> None:
    staff = make_staff()
    for index in range(number):
        asked = "" if index % 2 else "A data agreement"
        make_programme(staff, asked=asked, **{"title": f"Programme {index:02}", **answers})


def space_out() -> None:
    """A day between each, the newest last."""
    found = list(db.session.scalars(select(Programme).order_by(Programme.id)))
    for days, programme in enumerate(reversed(found)):
        programme.approved_at -= timedelta(days=days)


def test_empty_list_says_why(client: Client) -> None:
    page = client.visitor().get(PAGE)
    assert page.h1 == "Programmes"
    assert "There are no programmes yet" in page.text


def test_visitor_sees_current_programmes_newest_first(client: Client, committed: Committed) -> None:
    with committed():
        approve(2)
        space_out()
    page = client.visitor().get(PAGE)
    assert titles(page) == ["Programme 01", "Programme 00"]
    assert page.texts(".app-result .nhsuk-tag") == ["Active", "Setting up"]
    assert "2 programmes" in page.text
    assert page.click("Programme 00").h1 == "Programme 00"


def test_filters_by_theme_and_priority(client: Client, committed: Committed) -> None:
    with committed():
        approve(1, title="Falls", priorities=["falls"])
        approve(1, title="Sleep", priorities=["sleep"])
        approve(1, title="Both", priorities=["falls", "sleep"])
    page = client.visitor().get(PAGE)
    page = page.submit("Show results", priority="sleep", theme="safe-care")
    assert sorted(titles(page)) == ["Both", "Sleep"]
    assert page.value("priority") == "sleep"
    assert len(titles(page.click("Clear all filters"))) == 3
    assert sorted(titles(client.visitor().get(PAGE, priority="falls"))) == ["Both", "Falls"]


@pytest.mark.parametrize(
    "query", ["priority=nonsense", "theme=%00", "after=nothing", "before=%00", "after=" + "x" * 900]
)
def test_what_names_nothing_is_left_out(client: Client, committed: Committed, query: str) -> None:
    with committed():
        approve(1)
    assert titles(client.visitor().get(f"/programmes?{query}")) == ["Programme 00"]


def test_filter_without_results_says_what_to_do(client: Client, committed: Committed) -> None:
    with committed():
        approve(1, priorities=["falls"])
    page = client.visitor().get(PAGE, priority="sleep")
    assert "No programme fits these filters" in page.text


@pytest.mark.parametrize("spaced", [True, False])
def test_pages_go_on_and_back_and_show_each_once(client: Client, committed: Committed, spaced: bool) -> None:
    total = 2 * SHOWN + 3
    with committed():
        approve(total)
        if spaced:
            space_out()
        else:
            programmes = list(db.session.scalars(select(Programme)))
            for programme in programmes:
                programme.approved_at = programmes[0].approved_at
    first = client.visitor().get(PAGE)
    assert f"{total} programmes" in first.text
    second = first.click("Next page: Older programmes")
    third = second.click("Next page: Older programmes")
    assert [len(titles(page)) for page in (first, second, third)] == [SHOWN, SHOWN, 3]
    assert titles(first) + titles(second) + titles(third) == [
        f"Programme {n:02}" for n in reversed(range(total))
    ]
    assert third.select(".nhsuk-pagination__link--next, .nhsuk-pagination__next") == []
    assert titles(third.click("Previous page: Newer programmes")) == titles(second)
    assert titles(second.click("Previous page: Newer programmes")) == titles(first)


def test_conditions_and_investment_are_not_told(client: Client, committed: Committed) -> None:
    with committed():
        approve(1)
    text = client.visitor().get(PAGE).text
    assert "A data agreement" not in text
    assert "40,000" not in text


def test_list_takes_as_many_queries_for_many_as_for_one(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_staff()
        make_programme(staff, asked="A data agreement")
    before = counted_queries(app, client, staff.champion, "/programmes")
    with committed():
        approve(50)
    assert counted_queries(app, client, staff.champion, "/programmes") == before
