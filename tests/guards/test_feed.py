"""What is given to everyone as data stands on pages that everyone reads, with nothing of an assessment, of people or of notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.decisions.models import DecisionKind
from exchange.extensions import db
from exchange.spread.models import ConditionStatus, Programme
from exchange.spread.services import settle_condition
from exchange.wording import day, in_words, month_of_year
from tests.api.arrange import fill
from tests.conftest import Committed
from tests.decisions.arrange import Staff, asked_in, make_case, release
from tests.pages import Client
from tests.spread.arrange import make_programme

# What stands in the record for members and assessors, and in the approval for the team.
NOT_PUBLIC: dict[str, Any] = {
    "barriers": "zqbarriers",
    "safety_risks": "zqrisks",
    "ip_summary": "zqowner",
    "investment_use": "zqtrainer",
    "investment_sought": 43_219,
    "saving_yearly": 98_761,
}
NUMBERS = ("43219", "43,219", "98761", "98,761", "49237", "49,237")
# Of an assessment, by the names of its columns and as pages write them.
ASSESSMENT = re.compile(
    r"score|review(?!s? it)|rationale|recommendation|panel|of 100\b|Reviewer|Comment \d", re.IGNORECASE
)
ONE = "/api/v1/programmes/falls-huddles"
ADDRESSES = (
    "/api/v1/programmes",
    ONE,
    "/api/v1/programmes/kept-back",
    "/api/v1/programmes.atom",
)


@pytest.fixture
def people(committed: Committed) -> list[Person]:
    """A programme that came of a whole assessment, with adoption, a measure and another network that uses it; and one that its
    champion kept to assessors."""
    with committed():
        case = make_case(**NOT_PUBLIC)
        release(case, DecisionKind.APPROVE_SPREAD, investment=49_237, conditions=asked_in("zqcondition"))
        staff = Staff(case.champion, case.co_author, case.manager, case.director, case.reviewers)
        programme = db.session.scalars(select(Programme)).one()
        settle_condition(programme.conditions[0], case.director, outcome=ConditionStatus.MET, note="zqnote")
        fill(programme, staff)
        kept = {name: f"zqkept {name}" for name in ("overview", "evidence_summary", "need")}
        make_programme(staff, title="Kept back", visibility="assessors", **kept)
        return list(db.session.scalars(select(Person)))


def test_nothing_of_an_assessment_of_people_or_of_notes_is_given(
    client: Client, people: list[Person]
) -> None:
    for browser in (client.visitor(), *(client.as_(person) for person in people)):
        for address in ADDRESSES:
            source = browser.flask_client.get(address).get_data(as_text=True)
            assert "falls-huddles" in source or "kept-back" in source
            assert "zq" not in source, address
            assert "@" not in source, address
            assert [each.name for each in people if each.name in source] == [], address
            assert [number for number in NUMBERS if number in source] == [], address
            assert ASSESSMENT.findall(source) == [], address
    kept = client.visitor().flask_client.get("/api/v1/programmes/kept-back").get_json()
    assert (kept["evidence"], kept["documents"], kept["proposed_by"]) == ([], [], None)


def test_everything_given_stands_on_a_page_that_everyone_reads(client: Client, people: list[Person]) -> None:
    visitor = client.visitor()
    found = visitor.flask_client.get(ONE).get_json()
    pages = [found["url"], found["adoption"]["url"], *(each["url"] for each in found["measures"])]
    pages += [
        found["url"] + "/measures",
        f"/proposals/{found['reference']}",
        "/programmes",
        found["kit"]["url"],
    ]
    read = " ".join(visitor.get(page.removeprefix("http://localhost")).text for page in pages)
    missing = [(path, value) for path, value in leaves(found) if not is_read(path, value, read)]
    assert missing == []
    adoption = found["adoption"]
    assert f"{adoption['adopted']} of {adoption['eligible']} eligible organisations" in read
    assert sum(adoption["by_step"].values()) == adoption["eligible"]
    listed = visitor.flask_client.get("/api/v1/programmes").get_json()["programmes"]
    [same] = [each for each in listed if each["id"] == found["id"]]
    assert same == {name: found[name] for name in same}


def leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for name, each in part.items():
            yield from leaves(each, f"{path}.{name}")
    elif isinstance(part, list):
        for each in part:
            yield from leaves(each, path)
    else:
        yield path, part


def is_read(path: str, value: Any, read: str) -> bool:
    """Whether a reader of the pages finds it there, in the words of pages."""
    name = path.rpartition(".")[2]
    if value in (None, "", 0) or path.endswith(("url", ".id", ".version", ".percent", ".updated_at")):
        return True  # addresses are asked for, ids tell things apart, and the rest comes of what else is read
    if path.startswith(".adoption.by_step"):
        return in_words(name) in read or name == "nothing-recorded"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        on = date.fromisoformat(value)
        return day(on) in read or month_of_year(on) in read
    words = re.sub(r" ([.,;:!?)])", r"\1", " ".join(str(value).split()))
    return words in read or in_words(words) in read
