"""Administrators look at the rubric, compare its versions and make the next one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import rubric
from exchange.assessment.models import Round, Rubric
from exchange.events import Event
from exchange.extensions import db
from exchange.region import queries as region
from tests.assessment.arrange import Cast, make_cast, make_submitted, start
from tests.conftest import Committed, Statements
from tests.factories import make_person
from tests.pages import Browser, Client, Page

NEW = {
    "name-3": "Value",
    "weight-3": "20",
    "low-3": "Costs more than it saves.",
    "mid-3": "Pays for itself.",
    "high-3": "Saves more than it costs.",
    "cannot_judge-3": True,
}


def arrange(committed: Committed) -> tuple[Cast, Person]:
    """A rubric that an assessment uses, and an administrator."""
    with committed():
        return make_cast(), make_person(name="Ada Admin", role=Role.ADMINISTRATOR, organisation="host")


def editor(client: Client, administrator: Person) -> Page:
    return client.as_(administrator).get("administration.edit_rubric")


def said(number: int) -> list[tuple[str, str, int, bool]]:
    """What a version says; inside `with committed():`."""
    found = db.session.query(Rubric).filter_by(number=number).one()
    return [(each.key, each.name, each.weight, each.cannot_judge) for each in found.criteria]


def names(page: Page) -> list[Any]:
    return [page.value(f"name-{place}") for place in range(1, len(page.select(".app-editor h2")) + 1)]


def test_the_next_version_is_made_and_compared(client: Client, committed: Committed) -> None:
    cast, administrator = arrange(committed)
    page = client.as_(administrator).get("administration.overview").click("Rubric")
    assert page.texts(".app-result")[0].startswith("Version 1 In force since")
    assert "used by 1 assessment" in page.text
    assert "from the region pack" in page.text
    page = page.click("Change the rubric")
    assert (
        "Saving makes version 2, for new assessments. 1 assessment uses version 1 and keeps it." in page.text
    )
    page = page.submit("Add a criterion")
    page = page.submit("Move up criterion 3", {**NEW, "weight-2": "35", "name-1": "Need in the region"})
    assert names(page) == ["Need in the region", "Value", "Benefit"]
    page = page.submit("Save the rubric", status=422)
    assert page.errors == ["The weights must sum to 100. They sum to 95: add 5"]
    assert "The weights on this page sum to 95." in page.text
    page = page.submit("Save the rubric", {"weight-3": "40"})
    assert "Version 2 is in force. New assessments use it." in page.text
    assert "made by Ada Admin" in page.text
    with committed():
        assert said(1) == [("need", "Need", 40, False), ("benefit", "Benefit", 60, False)]
        assert said(2) == [
            ("need", "Need in the region", 40, False),
            ("value", "Value", 20, True),
            ("benefit", "Benefit", 40, False),
        ]
        event = db.session.query(Event).filter_by(kind="make_rubric").one()
        assert (event.subject, event.audience, event.actor_id) == (
            region.current().event_subject,
            "administrators",
            administrator.id,
        )
        assert event.facts["weights"] == {"need": 40, "value": 20, "benefit": 40}
        assert db.session.get_one(Round, cast.round.id).rubric.number == 1
        assert start(make_submitted(cast.champion), cast.manager, cast.reviewers).rubric.number == 2
    page = page.click("What changed since version 1")
    assert "3 criteria differ from version 1 to version 2." in page.text
    assert page.texts("section h2") == ["Need in the region Changed", "Value Added", "Benefit Changed"]
    assert page.texts(".app-compared h3") == ["Name", "Weight"]
    # Readable without colour: the words say it.
    assert "added: in the region (end of added)" in page.text
    assert "removed: 60 of 100 (end of removed)" in page.text
    assert "In version 2 only, with a weight of 20." in page.text


def test_criteria_are_moved_and_removed_without_saving(client: Client, committed: Committed) -> None:
    _, administrator = arrange(committed)
    page = editor(client, administrator).submit("Move down criterion 1", {"weight-1": "many", "low-1": ""})
    assert names(page) == ["Benefit", "Need"]
    # What is typed stays, sound or not.
    assert (page.value("weight-2"), page.value("low-2")) == ("many", "")
    page = page.submit("Remove criterion 1")
    assert names(page) == ["Need"]
    assert "Remove criterion 1" not in page.texts("button")
    with committed():
        assert db.session.query(Rubric).count() == 1


def test_a_criterion_that_is_removed_and_made_anew_has_a_key_of_its_own(
    client: Client, committed: Committed
) -> None:
    _, administrator = arrange(committed)
    page = editor(client, administrator).submit("Remove criterion 2").submit("Add a criterion")
    page.submit(
        "Save the rubric",
        {"name-2": "Benefit", "weight-2": "60", "low-2": "None.", "mid-2": "Some.", "high-2": "Much."},
    )
    with committed():
        assert [key for key, *_ in said(2)] == ["need", "benefit-2"]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"name-1": ""}, ["Enter the name of criterion 1"]),
        ({"name-1": "x" * 201}, ["Criterion 1: name must be 200 characters or fewer. It has 201"]),
        ({"name-1": "benefit"}, ["Criterion 2 has the same name as another. Give each its own"]),
        ({"weight-1": ""}, ["Enter the weight of criterion 1, like 20"]),
        ({"weight-1": "0"}, ["Enter “Criterion 1: weight” from 1 to 100"]),
        ({"weight-1": "41"}, ["The weights must sum to 100. They sum to 101: take 1 away"]),
        ({"mid-2": ""}, ["Enter what a score of 3 means in criterion 2"]),
        (
            {"high-2": "word " * 101},
            ["Criterion 2: what a score of 5 means must be 100 words or fewer. It has 101"],
        ),
        (
            {"cannot_judge-1": True, "cannot_judge-2": True},
            ["Everyone must score one criterion at least. Untick “cannot judge” for one of them"],
        ),
        ({}, ["This is the same as version 1. Change something first"]),
    ],
)
def test_what_cannot_be_saved_is_said(
    client: Client, committed: Committed, typed: dict[str, Any], errors: list[str]
) -> None:
    _, administrator = arrange(committed)
    page = editor(client, administrator).submit("Save the rubric", typed, status=422)
    assert page.errors == errors
    with committed():
        assert db.session.query(Rubric).count() == 1


def test_a_version_that_no_round_uses_is_replaced_or_deleted(client: Client, committed: Committed) -> None:
    _, administrator = arrange(committed)
    editor(client, administrator).submit("Save the rubric", {"name-1": "Second"})
    page = editor(client, administrator)
    assert "No assessment uses version 2 yet, so saving changes it." in page.text
    page = page.submit("Save the rubric", {"name-1": "Second, better"})
    assert page.h1 == "Rubric: version 2"
    with committed():
        assert [name for _, name, *_ in said(2)] == ["Second, better", "Benefit"]
    page = page.click("Delete this version").submit("Delete this version")
    assert "Version 2 is deleted. Version 1 is in force again." in page.text
    with committed():
        assert db.session.query(Rubric).count() == 1
        told = db.session.query(Event).filter(Event.kind.endswith("rubric")).order_by(Event.id)
        kinds = [event.kind for event in told]
        assert kinds == ["make_rubric", "replace_rubric", "delete_rubric"]
    page = client.as_(administrator).get("administration.delete_rubric", number=1, status=409)
    assert "There is no version before it, so it stays." in page.text


def test_a_version_that_was_used_meanwhile_stays(client: Client, committed: Committed) -> None:
    cast, administrator = arrange(committed)
    editor(client, administrator).submit("Save the rubric", {"name-1": "Second"})
    changing = editor(client, administrator)
    deleting = client.as_(administrator).get("administration.delete_rubric", number=2)
    with committed():
        start(make_submitted(cast.champion), cast.manager, cast.reviewers)
    deleting.submit("Delete this version", status=409)
    page = changing.submit("Save the rubric", {"name-1": "Third"})
    assert "Version 3 is in force." in page.text
    with committed():
        assert [said(number)[0][1] for number in (1, 2, 3)] == ["Need", "Second", "Third"]


def test_two_administrators_at_once_lose_nothing(client: Client, committed: Committed) -> None:
    _, administrator = arrange(committed)
    with committed():
        other = make_person(role=Role.ADMINISTRATOR)
    mine, theirs = editor(client, administrator), editor(client, other)
    theirs.submit("Save the rubric", {"name-1": "Theirs"})
    page = mine.submit("Save the rubric", {"name-1": "Mine"}, status=409)
    assert "The rubric has changed since you opened this page" in page.text
    assert page.value("name-1") == "Mine"
    page.submit("Save the rubric")
    with committed():
        assert said(2)[0][:2] == ("need", "Mine")


def test_versions_that_are_not_there(client: Client, committed: Committed) -> None:
    _, administrator = arrange(committed)
    browser = client.as_(administrator)
    browser.get("administration.rubric_version", number=2, status=404)
    browser.get("administration.delete_rubric", number=2, status=404)
    browser.get("administration.compare_rubrics", earlier="1", later="2", status=404)
    assert "There is one version only" in browser.get("administration.compare_rubrics").text
    editor(client, administrator).submit("Save the rubric", {"name-1": "Second"})
    page = browser.get("administration.compare_rubrics", earlier="2", later="2")
    assert "You chose the same version twice." in page.text
    page = page.submit("Compare", {"earlier": "2", "later": "1"})
    assert "1 criterion differs from version 1 to version 2." in page.text


def test_a_rubric_takes_twenty_criteria(client: Client, committed: Committed) -> None:
    _, administrator = arrange(committed)
    page = editor(client, administrator)
    for _ in range(18):
        page = page.submit("Add a criterion")
    assert "A rubric has 20 criteria at most." in page.text
    browser = client.as_(administrator)
    sent = {name: page.value(name) for name in ("criteria_shown", "state", "once")}
    page = browser.post("administration.edit_rubric", {**sent, "change": "add"})
    assert len(page.select(".app-editor h2")) == 20


@pytest.mark.parametrize("change", ["up-0", "up-99", "down-2", "remove-x", "x", "remove-1\x00"])
def test_a_change_that_no_button_asks_for_changes_nothing(
    client: Client, committed: Committed, change: str
) -> None:
    _, administrator = arrange(committed)
    page = editor(client, administrator)
    fields = page.select("form input[name]:not([type=checkbox]), form textarea[name]")
    sent = {
        name: page.value(name) for node in fields if (name := str(node.attributes["name"])) != "csrf_token"
    }
    page = client.as_(administrator).post("administration.edit_rubric", {**sent, "change": change})
    assert names(page) == ["Need", "Benefit"]


def test_the_versions_ask_as_much_for_many_as_for_one(
    client: Client, committed: Committed, statements: Statements
) -> None:
    cast, administrator = arrange(committed)

    def asked(browser: Browser) -> int:
        with statements() as sent:
            browser.get("administration.rubrics")
        return len(sent)

    def add(number: int) -> None:
        with committed():
            held = rubric.latest()
            assert held is not None
            first, *others = rubric.content(held)
            changed = [replace(first, name=f"Number {number}"), *others]
            rubric.change(changed, administrator, opened_at_state=None)
            start(make_submitted(cast.champion), cast.manager, cast.reviewers)

    add(1)
    few = asked(client.as_(administrator))
    add(2)
    add(3)
    assert asked(client.as_(administrator)) == few
