"""Similar proposals: on the pages where one is written, read or triaged, and never one that the reader may not see."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from exchange import headings, similarity
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.headings import HeadingConcept
from exchange.proposals import commands, indexing, policy, queries, services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.proposals.services.working import set_answers
from exchange.proposals.similar import similar_to
from exchange.similarity import Heading
from tests.conftest import Committed
from tests.decisions.arrange import make_staff
from tests.factories import THEME
from tests.pages import Browser, Client, Page
from tests.proposals.arrange import (
    OTHER,
    make_bare,
    make_champion,
    make_draft,
    make_manager,
    make_member,
    make_submitted,
    make_theme,
    put_at,
)
from tests.proposals.test_who_sees import made_up_people, made_up_proposals
from tests.spread.arrange import make_programme
from tests.statements import counted_queries

KEPT: dict[str, Any] = {
    "title": "Falls huddles on acute wards",
    "summary": "After every fall the ward team meets at the bedside to agree one thing that will stop the next one.",
}
SAME: dict[str, Any] = {
    "title": "Bedside debrief when an inpatient falls",
    "summary": "The ward team meets at the bedside straight after a fall to agree what changes.",
}
OTHERWISE: dict[str, Any] = {
    "title": "Sepsis trolley",
    "summary": "A clock on the trolley starts when the early warning score rises.",
}


def found(person: Person | None, heading: Heading, **more: Any) -> list[str]:
    return [each.row.reference for each in similar_to(person, heading, **more)]


def heading(answers: dict[str, str]) -> Heading:
    return Heading(answers["title"], answers["summary"])


def typed(browser: Browser, answers: dict[str, str], **more: str) -> dict[str, str]:
    """What the script is told."""
    answer = browser.post("proposals.find_similar", {**answers, **more})
    said: dict[str, str] = json.loads(answer.response.get_data(as_text=True))
    return said


# ---- What is found


def test_the_same_idea_is_found_and_another_is_not(app: Flask, committed: Committed) -> None:
    with committed():
        member = make_member()
        proposal = make_submitted(make_champion(), **KEPT)
        with app.test_request_context():
            [only] = similar_to(member, heading(SAME))
            assert (only.row.reference, only.spreading) == (proposal.reference, None)
            assert {"fall", "bedsid", "ward", "meet", "agre"} <= only.concepts
            assert found(member, heading(SAME), besides=proposal.id) == []
            assert found(member, heading(OTHERWISE)) == []
            assert found(member, Heading("")) == []


def test_what_a_heading_spoke_of_before_finds_it_no_more(app: Flask, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        draft = make_draft(champion, **KEPT)
        set_answers(draft, {**draft.answers, **OTHERWISE})
        assert [found(champion, heading(each)) for each in (SAME, OTHERWISE)] == [[], [draft.reference]]
        services.delete_draft(draft, champion)
        assert db.session.scalar(select(func.count()).select_from(HeadingConcept)) == 0


def test_others_compare_with_what_was_submitted_last(app: Flask, committed: Committed) -> None:
    with committed():
        member = make_member()
        proposal = put_at(make_submitted(make_champion(), **KEPT), Stage.CHANGES_REQUESTED)
        set_answers(proposal, {**proposal.answers, **OTHERWISE})
        assert [found(member, heading(each)) for each in (SAME, OTHERWISE)] == [[proposal.reference], []]


@pytest.mark.parametrize("seed", range(2))
def test_nobody_is_shown_what_they_may_not_see(
    app: Flask, committed: Committed, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Every stage and visibility, and every kind of person: all that they may see of what is alike, and nothing else."""
    monkeypatch.setattr(similarity, "SHOWN", 100)
    monkeypatch.setattr(headings, "MOST_COMPARED", 100)
    chance = random.Random(seed)
    with committed():
        make_theme()
        people = made_up_people(chance)
        proposals = made_up_proposals(chance, people)
        for proposal in proposals:
            proposal.title, proposal.summary = KEPT["title"], KEPT["summary"]
            headings.put(proposal.id, heading(KEPT))
        db.session.flush()
        hidden = 0
        for person in [None, *people]:
            visible = {
                each.reference
                for each in proposals
                if policy.can_see(queries.standing_in(person, each), each) and each.stage is not Stage.MERGED
            }
            hidden += len(proposals) - len(visible)
            assert set(found(person, heading(SAME))) == visible
        assert hidden > len(proposals)


def test_those_that_a_person_may_not_see_take_no_place(app: Flask, committed: Committed) -> None:
    """However many and however similar: withdrawn, declined, merged, kept to assessors."""
    with committed():
        champion, member = make_champion(), make_member()
        seen = make_bare(champion, 1, **KEPT)
        headings.put(seen.id, heading(KEPT))
        for number in range(2, headings.MOST_COMPARED + 10):
            stage = (Stage.WITHDRAWN, Stage.NOT_TAKEN_FORWARD, Stage.MERGED, Stage.SUBMITTED)[number % 4]
            visibility = "assessors" if stage is Stage.SUBMITTED else "members"
            hidden = make_bare(champion, number, stage=stage, visibility=visibility, **SAME)
            headings.put(hidden.id, heading(SAME))
        assert found(member, heading(SAME)) == [seen.reference]


@pytest.mark.parametrize("common", [1, 3])
def test_common_words_are_read_no_further_than_told(
    app: Flask, committed: Committed, monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    """The newest of a common word; rare ones are all looked at."""
    monkeypatch.setattr(headings, "MOST_READ", common)
    with committed():
        champion, member = make_champion(), make_member()
        made = [make_bare(champion, number, **KEPT) for number in range(1, 5)]
        for proposal in made:
            headings.put(proposal.id, heading(KEPT))
        assert found(member, heading(SAME)) == [each.reference for each in made[::-1][:common]]


def test_a_programme_comes_first_while_it_can_be_adopted(app: Flask, committed: Committed) -> None:
    with committed():
        member = make_member()
        programme = make_programme(make_staff(), **KEPT)
        nearer = make_submitted(make_champion(), **SAME)
        with app.test_request_context():
            both = similar_to(member, heading(SAME))
            assert [each.row.reference for each in both] == [programme.proposal.reference, nearer.reference]
            assert both[0].spreading is not None
            assert both[0].spreading.url == f"/programmes/{programme.slug}/kit"
            db.session.execute(text("UPDATE programme SET status = 'ended'"))
            ended = similar_to(member, heading(SAME))
        assert [(each.row.reference, each.spreading) for each in ended] == [
            (nearer.reference, None),
            (programme.proposal.reference, None),
        ]


def test_headings_of_before_are_kept_by_an_upgrade(
    app: Flask, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "HEADINGS_AT_ONCE", 2)
    with committed():
        champion = make_champion()
        made = [make_bare(champion, number, **KEPT) for number in range(1, 6)]
        commands.renew(only_old=True)
        assert sorted(db.session.scalars(select(HeadingConcept.proposal_id).distinct())) == [
            each.id for each in made
        ]
        assert indexing.without_concepts(0, 10) == []


# ---- Pages


def test_starting_one_shows_what_is_similar_before_going_on(client: Client, committed: Committed) -> None:
    with committed():
        kept = make_submitted(make_champion(), **KEPT)
        member = make_member()
    page = client.as_(member).get("proposals.new")
    page = page.submit("Save and continue", title="Huddles after falls", lead_theme=THEME)
    with committed():
        draft = db.session.scalars(select(Proposal).where(Proposal.champion_id == member.id)).one()
    assert page.path == f"/proposals/{draft.reference}/similar"
    assert page.h1 == "Is it here already?"
    assert page.texts("main h2") == ["A similar proposal"]
    assert page.links()[KEPT["title"]] == f"/proposals/{kept.reference}"
    assert "Both speak of: fall and huddles" in page.text
    assert page.texts(".app-result__title mark") == ["Falls", "huddles"]
    assert page.click("Go on with my proposal").path == f"/proposals/{draft.reference}/edit"


def test_saving_shows_what_is_similar_once(client: Client, committed: Committed) -> None:
    with committed():
        kept = make_submitted(make_champion(), **KEPT)
        member = make_member()
        draft = make_draft(member, **OTHERWISE)
    browser = client.as_(member)
    page = browser.get("proposals.edit_section", ref=draft.reference, section="idea")
    assert page.select(".app-similar .app-result") == []
    page = page.submit("Save and continue", **SAME)
    assert page.path == f"/proposals/{draft.reference}/similar"
    onward = page.click("Go on with my proposal")
    assert onward.path == f"/proposals/{draft.reference}/edit/fit"
    # The form has them now, and going on is going on.
    page = browser.get("proposals.edit_section", ref=draft.reference, section="idea")
    assert page.texts(".app-similar h3")[0].startswith(KEPT["title"])
    assert page.value("similar") == kept.reference
    assert page.submit("Save and continue").path == f"/proposals/{draft.reference}/edit/fit"


def test_a_form_with_mistakes_shows_what_is_similar_to_what_was_typed(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_submitted(make_champion(), **KEPT)
        member = make_member()
    page = client.as_(member).get("proposals.new")
    page = page.submit("Save and continue", title="Huddles after falls", status=422)
    assert page.value("title") == "Huddles after falls"
    assert page.texts(".app-similar h3")[0].startswith(KEPT["title"])


def test_what_is_similar_is_told_while_typing(client: Client, committed: Committed) -> None:
    with committed():
        kept, member = make_submitted(make_champion(), **KEPT), make_member()
        own = make_draft(member, **SAME)
    browser = client.as_(member)
    said = typed(browser, SAME, besides=own.reference)
    assert said["told"] == "Similar to yours, and listed below it: 1 proposal."
    assert f'value="{kept.reference}"' in said["html"]
    assert f"/proposals/{kept.reference}/team/ask" in said["html"]
    assert typed(browser, OTHERWISE)["told"] == ""
    assert "2 proposals" in typed(browser, SAME, besides="TV-2020-0001")["told"]


def test_what_is_typed_is_text(client: Client, committed: Committed) -> None:
    with committed():
        make_submitted(make_champion(), **{**KEPT, "title": "Falls <b>huddles</b> on wards"})
        member = make_member()
    said = typed(client.as_(member), SAME)
    assert "<b>" not in said["html"]
    assert "&lt;b&gt;" in said["html"]
    assert typed(client.as_(member), {"title": "\x00", "summary": "x" * 100_000})["told"] == ""


def test_checking_the_answers_shows_what_is_similar(client: Client, committed: Committed) -> None:
    with committed():
        make_submitted(make_champion(), **KEPT)
        draft = make_draft(member := make_member(), **SAME)
        other = make_draft(member, **OTHERWISE)
    browser = client.as_(member)
    page = browser.get("proposals.check", ref=draft.reference)
    assert "Before you submit: it sounds like 1 proposal" in page.texts("main h2")
    assert "Before you submit" not in browser.get("proposals.check", ref=other.reference).text


def test_a_manager_sees_what_looks_like_it_at_triage(client: Client, committed: Committed) -> None:
    with committed():
        kept, manager, member = make_submitted(make_champion(), **KEPT), make_manager(), make_member()
        proposal = make_submitted(make_champion(organisation=OTHER), **SAME)
    page = client.as_(manager).get("proposals.show", ref=proposal.reference)
    assert page.texts(".nhsuk-details__summary-text")[0] == "Looks like 1 proposal"
    assert page.links()[KEPT["title"]] == f"/proposals/{kept.reference}"
    assert "Looks like" not in client.as_(member).get("proposals.show", ref=proposal.reference).text
    with committed():
        put_at(db.session.get_one(Proposal, proposal.id), Stage.ASSESSED)
    assert "Looks like" not in client.as_(manager).get("proposals.show", ref=proposal.reference).text


def test_what_is_kept_from_a_member_is_kept_from_the_list(client: Client, committed: Committed) -> None:
    """Of a programme whose proposal its champion keeps to assessors everyone reads name and summary, and not whose it is."""
    with committed():
        programme = make_programme(make_staff(), visibility="assessors", **KEPT)
        member = make_member()
        organisation = programme.proposal.champion.organisation
        assert organisation is not None
    said = typed(client.as_(member), SAME)
    assert "Already spreading here" in said["html"]
    assert organisation.name not in said["html"]
    assert "See how to adopt it" in said["html"]


@pytest.mark.parametrize("page", ["check", "edit/idea"])
def test_five_take_as_many_queries_as_one(
    app: Flask, client: Client, committed: Committed, page: str
) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        make_submitted(champion, **KEPT)
        path = f"/proposals/{make_draft(member, **SAME).reference}/{page}"
    before = counted_queries(app, client, member, path)
    with committed() as session:
        for _ in range(4):
            make_submitted(session.merge(champion), **KEPT)
    shown: Page = client.as_(member).get(path)
    assert len(shown.select(".app-similar .app-result")) == 5
    assert counted_queries(app, client, member, path) == before
