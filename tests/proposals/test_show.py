"""The page of a proposal, its history and its versions, for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from exchange import clock, events
from exchange.audience import Audience
from exchange.events import EventText, Text
from exchange.extensions import db
from exchange.proposals import record, services
from exchange.proposals.lifecycle import OPEN_TO_MEMBERS, Stage
from exchange.proposals.models import Proposal, ReadingLevel
from tests.assessment.arrange import declare, make_cast
from tests.conftest import Committed
from tests.factories import make_person
from tests.pages import Client, Page
from tests.proposals.arrange import (
    ASSESSORS_WORD,
    MEMBERS_WORD,
    PUBLIC_WORD,
    make_champion,
    make_director,
    make_draft,
    make_manager,
    make_member,
    make_reviewer,
    make_submitted,
    put_at,
)

SUMMARY_WORD = "Wordsummary"
ALL = {SUMMARY_WORD, PUBLIC_WORD, MEMBERS_WORD, ASSESSORS_WORD}
MEMBERS = ALL - {ASSESSORS_WORD}
PUBLIC = MEMBERS - {MEMBERS_WORD}
SUMMARY = {SUMMARY_WORD}

EVERYONE = (
    "visitor",
    "lay",
    "unsettled",
    "member",
    "bound",
    "undeclared",
    "reviewer",
    "manager",
    "director",
    "author",
    "champion",
)


def cast(stage: Stage, visibility: str) -> dict[str, Any]:
    champion, author = make_champion(), make_person(name="Jo Price")
    proposal = make_draft(champion, co_authors=[author], visibility=visibility)
    if stage is not Stage.DRAFT:
        services.submit(proposal, champion)
        put_at(proposal, stage)
    return {
        "visitor": None,
        "lay": make_person(is_lay=True),
        "unsettled": make_person(organisation=None),
        "member": make_member(),
        "bound": make_manager(organisation="hill-hospital"),
        "undeclared": make_reviewer(proposal, ReadingLevel.SUMMARY),
        "reviewer": make_reviewer(proposal),
        "manager": make_manager(),
        "director": make_director(),
        "author": author,
        "champion": champion,
        "ref": proposal.reference,
    }


IN_ASSESSMENT = dict.fromkeys(("reviewer", "manager", "director", "author", "champion"), ALL) | {
    "undeclared": SUMMARY
}
SHARED = IN_ASSESSMENT | {"member": MEMBERS, "bound": MEMBERS}
TEAM = dict.fromkeys(("author", "champion"), ALL)
STAFF_AND_TEAM = TEAM | dict.fromkeys(("manager", "director"), ALL)


@pytest.mark.parametrize(
    ("stage", "visibility", "readers"),
    [
        (Stage.DRAFT, "members", TEAM),
        *((stage, "members", SHARED) for stage in Stage if stage in OPEN_TO_MEMBERS),
        (Stage.IN_ASSESSMENT, "assessors", IN_ASSESSMENT),
        (
            Stage.SPREAD,
            "members",
            dict.fromkeys(("visitor", "lay", "unsettled"), PUBLIC)
            | dict.fromkeys(("member", "bound", "undeclared"), MEMBERS)
            | STAFF_AND_TEAM
            | {"reviewer": ALL},
        ),
        (
            Stage.SPREAD,
            "assessors",
            dict.fromkeys(("visitor", "lay", "unsettled", "member", "bound", "undeclared"), SUMMARY)
            | STAFF_AND_TEAM
            | {"reviewer": ALL},
        ),
        (Stage.NOT_TAKEN_FORWARD, "members", STAFF_AND_TEAM),
        (Stage.WITHDRAWN, "members", STAFF_AND_TEAM),
    ],
)
def test_everyone_reads_their_own_part(
    client: Client, committed: Committed, stage: Stage, visibility: str, readers: dict[str, set[str]]
) -> None:
    with committed():
        people = cast(stage, visibility)
    got = {}
    for name in EVERYONE:
        browser = client.visitor() if people[name] is None else client.as_(people[name])
        response = browser.flask_client.get(f"/proposals/{people['ref']}")
        if response.status_code == 200:
            page = Page(browser, f"/proposals/{people['ref']}", response)
            page.check()
            got[name] = {word for word in ALL if word in page.text}
        else:
            assert response.status_code == (302 if people[name] is None else 404)
    assert got == readers


def test_an_undeclared_reviewer_reads_title_summary_team_and_organisations(
    client: Client, committed: Committed
) -> None:
    with committed():
        people = cast(Stage.IN_ASSESSMENT, "members")
    page = client.as_(people["undeclared"]).get("proposals.show", ref=people["ref"])
    assert page.h1 == "Falls huddles"
    for words in (
        "Wordsummary",
        "Amina Begum, Hill Hospital",
        "Jo Price, Hill Hospital",
        "Wordsupplier Limited",
    ):
        assert words in page.text
    for words in ("Safe care", "Fewer falls", "Evaluated", "Wordoverview", "£45,000"):
        assert words not in page.text
    assert "You read the rest once you have declared that you have no interest in it." in page.text


def test_the_team_is_named_to_members_and_not_to_the_public(client: Client, committed: Committed) -> None:
    with committed():
        people = cast(Stage.SPREAD, "members")
        people["without terms"] = make_member(terms_accepted_at=None)
    for name in ("visitor", "lay", "unsettled", "without terms", "member", "undeclared", "author", "manager"):
        browser = client.visitor() if people[name] is None else client.as_(people[name])
        is_named = "Amina Begum" in browser.get("proposals.show", ref=people["ref"]).text
        assert is_named == (name in {"member", "undeclared", "author", "manager"}), name


def test_a_kept_proposal_names_nobody_to_the_public(client: Client, committed: Committed) -> None:
    with committed():
        people = cast(Stage.SPREAD, "assessors")
    for browser in (client.visitor(), client.as_(people["member"])):
        page = browser.get("proposals.show", ref=people["ref"])
        for words in ("Falls huddles", "Wordsummary", "Fewer falls", "Safe care"):
            assert words in page.text
        for words in ("Amina Begum", "Hill Hospital", "Wordsupplier", "Learning", "https://www.example.org"):
            assert words not in page.text


def test_a_reference_is_found_in_small_letters_and_nothing_else_is(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion = make_champion()
        ref = make_draft(champion).reference
    browser = client.as_(champion)
    assert browser.get(f"/proposals/{ref.lower()}").h1 == "Falls huddles"
    for odd in (
        "TV-2026-9999",
        "TV-2026-0001%00",
        "1",
        "%F0%9F%8F%A5",
        "x" * 2_000,
        "..%2f..",
        "TV-٢٠٢٦-0001",
    ):
        browser.get(f"/proposals/{odd}", status=404)
    assert client.visitor().get("/proposals/TV-2026-9999").path == "/login"


def test_others_read_the_last_submitted_version_while_changes_are_made(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, member, manager = make_champion(), make_member(), make_manager()
        proposal = make_submitted(champion)
        services.request_changes(proposal, manager, sections=["need"], message="More.", due=clock.today())
        for section, answers in (("need", {"need": "Unfinished words"}), ("idea", {"title": "Another name"})):
            asked = record.SECTION_BY_ID[section]
            state = services.section_state(proposal, asked)
            services.save_section(proposal, asked, answers, champion, opened_at_state=state)
        ref = proposal.reference
    for person in (member, manager, champion):
        page = client.as_(person).get("proposals.show", ref=ref)
        assert page.h1 == "Falls huddles"
        assert "Wordneed" in page.text
        assert "Unfinished words" not in page.text


WAYS: list[tuple[Stage, str, list[str]]] = [
    (Stage.DRAFT, "champion", ["Submit", "Continue writing"]),
    (Stage.DRAFT, "author", ["Continue writing"]),
    (Stage.SUBMITTED, "champion", ["Take back", "Merge into another", "Withdraw"]),
    (Stage.SUBMITTED, "member", []),
    (Stage.SUBMITTED, "bound", []),
    (Stage.CHANGES_REQUESTED, "champion", ["Make the changes", "Submit", "Merge into another", "Withdraw"]),
    (Stage.CHANGES_REQUESTED, "author", ["Make the changes"]),
    (Stage.SPREAD, "champion", []),
]


@pytest.mark.parametrize(("stage", "who", "expected"), WAYS)
def test_what_this_reader_can_do_is_offered(
    client: Client, committed: Committed, stage: Stage, who: str, expected: list[str]
) -> None:
    with committed():
        people = cast(stage, "members")
    page = client.as_(people[who]).get("proposals.show", ref=people["ref"])
    assert page.texts(".app-standing a") == expected


def test_submit_comes_first_once_something_is_changed(client: Client, committed: Committed) -> None:
    with committed():
        people = cast(Stage.CHANGES_REQUESTED, "members")
        proposal = db.session.scalars(select(Proposal)).one()
        asked = record.SECTION_BY_ID["need"]
        state = services.section_state(proposal, asked)
        services.save_section(proposal, asked, {"need": "New"}, people["champion"], opened_at_state=state)
    page = client.as_(people["champion"]).get("proposals.show", ref=people["ref"])
    assert page.texts(".app-standing a") == ["Submit", "Make the changes", "Merge into another", "Withdraw"]


def test_what_is_needed_first_is_text_and_no_button(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion, need=None)
    page = client.as_(champion).get("proposals.show", ref=proposal.reference)
    assert page.texts(".app-standing a") == ["Continue writing"]
    assert page.texts(".app-not-yet") == ["Submit 1 answer is still needed: see “Check your answers”."]


def test_a_reviewer_is_led_to_what_is_theirs_to_do(client: Client, committed: Committed) -> None:
    with committed():
        panel = make_cast()
        declare(panel.assignment(1))
    for index, label in ((0, "Declare"), (1, "Your review")):
        page = client.as_(panel.reviewers[index]).get("proposals.show", ref=panel.ref)
        assert page.texts(".app-standing a") == [label]


def test_a_champion_sees_who_may_read_it(client: Client, committed: Committed) -> None:
    with committed():
        people = cast(Stage.SUBMITTED, "members")
    page = client.as_(people["champion"]).get("proposals.show", ref=people["ref"])
    assert "Members of the network can read the public answers and the members’ answers." in page.text
    for name in ("manager", "member"):
        assert (
            "Who can read this" not in client.as_(people[name]).get("proposals.show", ref=people["ref"]).text
        )


# ---- History


def test_history_by_audience(client: Client, committed: Committed) -> None:
    with committed():
        people = cast(Stage.IN_ASSESSMENT, "members")
        proposal = db.session.scalars(select(Proposal)).one()
        said = {"message": Text("For the team.", Audience.TEAM)}
        events.record(
            people["manager"], "request_changes", proposal, Audience.MEMBERS, said, due="2026-12-18"
        )
        reviewer = people["reviewer"]
        events.record(reviewer, "submit_review", proposal, Audience.ASSESSORS, letter="B", round=1)
        events.record(people["director"], "prepare_decision", proposal, Audience.DIRECTOR)
        events.record(people["director"], "approve_spread", proposal, Audience.PUBLIC)
        put_at(proposal, Stage.SPREAD)
    edits = "The answers were edited: 1 change"
    members = [
        "Approved to spread at scale",
        "Changes were requested, by 18 December 2026",
        "The champion submitted version 1",
    ]
    approved, *later = members
    reviewed = "Sunita Rao submitted a review"
    expected: dict[str, list[str]] = {
        "visitor": [approved],
        "member": members,
        "champion": [*members, edits, "The draft was begun"],
        "reviewer": [approved, "You submitted a review", *later],
        "manager": [approved, reviewed, *later, "The draft was begun"],
        "director": [approved, "A decision was prepared", reviewed, *later, "The draft was begun"],
    }
    for name, sentences in expected.items():
        browser = client.visitor() if people[name] is None else client.as_(people[name])
        page = browser.get("proposals.history", ref=people["ref"])
        assert page.texts(".app-timeline__sentence") == sentences, name
        assert ("For the team." in page.text) == (name in {"champion", "manager", "director"})
        shown = browser.get("proposals.show", ref=people["ref"])
        assert shown.texts(".app-timeline__sentence") == sentences[:3]
        assert ("See the whole history" in shown.links()) == (len(sentences) > 3)
    page = client.as_(people["undeclared"]).get("proposals.history", ref=people["ref"])
    assert "Sunita Rao" not in page.text


def test_a_redacted_text_is_shown_as_removed(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_submitted(champion)
        services.request_changes(
            proposal, manager, sections=["need"], message="A patient's name", due=clock.today()
        )
        events.redact(db.session.scalars(select(EventText)).one(), "A patient is named.")
    page = client.as_(champion).get("proposals.history", ref=proposal.reference)
    assert "This text was removed." in page.text
    assert "A text was removed from this page" in page.text
    assert "A patient" not in page.text
    assert "A patient's name" not in client.as_(champion).get("proposals.edit", ref=proposal.reference).text


# ---- Versions


def test_versions_for_those_who_read_every_answer(client: Client, committed: Committed) -> None:
    with committed():
        people = cast(Stage.IN_ASSESSMENT, "members")
        proposal = db.session.scalars(select(Proposal)).one()
        put_at(proposal, Stage.CHANGES_REQUESTED)
        asked = record.SECTION_BY_ID["need"]
        state = services.section_state(proposal, asked)
        champion = db.session.merge(people["champion"])
        services.save_section(proposal, asked, {"need": "Second words"}, champion, opened_at_state=state)
        services.submit(proposal, champion)
    ref = people["ref"]
    for name in ("champion", "author", "manager", "director"):
        page = client.as_(people[name]).get("proposals.history", ref=ref).click("Version 1")
        assert page.h1 == "Version 1: Falls huddles"
        assert "Wordneed" in page.text
        assert "A later version has taken its place." in page.text
        assert "Second words" in page.browser.get("proposals.version", ref=ref, number=2).text
    # The reviewer of the first version reads the second only when chosen for it.
    for name in ("member", "bound", "undeclared", "lay", "reviewer"):
        browser = client.as_(people[name])
        browser.get("proposals.version", ref=ref, number=1, status=404)
        if name not in {"lay"}:
            assert "Version 1" not in browser.get("proposals.history", ref=ref).links()
    assert client.visitor().get("proposals.version", ref=ref, number=1).path == "/login"
    for number in (0, 3, 10**12):
        client.as_(people["champion"]).get("proposals.version", ref=ref, number=number, status=404)
