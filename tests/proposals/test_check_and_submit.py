"""Checking the answers, previewing the public page, and submitting."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from exchange import clock
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import record, services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, Version
from tests.conftest import Committed
from tests.factories import make_person
from tests.pages import Client
from tests.proposals.arrange import (
    ANSWERS,
    ASSESSORS_WORD,
    MEMBERS_WORD,
    PUBLIC_WORD,
    attach,
    make_champion,
    make_draft,
    make_manager,
    make_member,
    make_submitted,
    put_at,
)


def submissions(proposal: Proposal) -> int:
    query = select(func.count()).where(Event.subject == proposal.event_subject, Event.kind == "submit")
    return db.session.scalar(query) or 0


def test_check_shows_every_answer_with_a_link_to_its_question(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = client.as_(champion).get("proposals.check", ref=proposal.reference)
    asked = [question for question in record.questions() if question.applies(ANSWERS)]
    asked.remove(record.QUESTION_BY_ID["campaign"])  # none is open
    changes = [str(link.attributes["href"]) for link in page.select(".app-answers__change a")]
    assert [href.rpartition("#")[2] for href in changes] == [question.id for question in asked]
    for text in ("Wordneed.", "£45,000", "2,500", "Wordsupplier Limited", "Fewer falls", "Acute"):
        assert text in page.text
    for href in changes:
        target = page.browser.get(href.partition("#")[0])
        assert target.select(f"#{href.rpartition('#')[2]}")


def test_a_change_leads_back_to_check(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    browser = client.as_(champion)
    page = browser.get(f"/proposals/{proposal.reference}/edit/need?from=check")
    page = page.submit("Save and continue", need="Changed words")
    assert page.path == f"/proposals/{proposal.reference}/check"
    assert "Changed words" in page.text


def test_check_lists_what_is_missing_first(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion, need=None, visibility=None, barriers="word " * 301)
    page = client.as_(champion).get("proposals.check", ref=proposal.reference)
    assert "3 answers needed before you can submit" in page.text
    links = page.links()
    ref = proposal.reference
    assert links["Enter the problem and how you know"] == f"/proposals/{ref}/edit/need?from=check#need"
    assert "What could stop it, and your answer must be 300 words or fewer. It has 301" in links
    assert "Select who may read it before approval" in links
    assert page.select("[name=declaration]") == []
    assert "3 answers are still needed: see “Check your answers”." in page.text


def test_submit_freezes_a_version_and_says_what_happens_next(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person()
        make_manager()
        proposal = make_draft(champion, co_authors=[author])
    page = client.as_(champion).get("proposals.check", ref=proposal.reference)
    page = page.submit("Submit", declaration=True)
    assert page.path == f"/proposals/{proposal.reference}/submitted"
    assert page.h1 == "Submitted"
    assert "ask Rachel Tolley" in page.text
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert (held.stage, held.version_number, held.visibility) == (Stage.SUBMITTED, 1, "members")
        version = db.session.scalars(select(Version)).one()
        assert version.answers == held.answers
        event = db.session.scalars(select(Event).where(Event.kind == "submit")).one()
        assert event.facts == {
            "from_stage": "draft",
            "to_stage": "submitted",
            "version": 1,
            "declared": True,
            "theme": "safe-care",
        }
        assert [priority.id for priority in held.priorities] == ["falls"]
        assert [aim.id for aim in held.aims] == ["learning"]


def test_submit_needs_the_declaration(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = client.as_(champion).get("proposals.check", ref=proposal.reference)
    page = page.submit("Submit", status=422)
    assert page.errors == ["Tick to say that you have the right to share this and the team agrees"]
    with committed():
        assert submissions(proposal) == 0


@pytest.mark.parametrize("sent", ["no", "0", "", "false"])
def test_a_tick_that_says_no_is_none(client: Client, committed: Committed, sent: str) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    client.as_(champion).post("proposals.submit", {"declaration": sent}, ref=proposal.reference, status=422)


def test_submit_refuses_what_is_not_complete(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion, need=None)
    page = client.as_(champion).post(
        "proposals.submit", {"declaration": "yes"}, ref=proposal.reference, status=409
    )
    assert page.errors == ["1 answer is still needed: see “Check your answers”."]
    assert "Enter the problem and how you know" in page.links()


def test_an_idea_is_submitted_with_less(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        less: dict[str, Any] = {
            question.id: None for question in record.questions() if question.needed == "when-tested"
        }
        proposal = make_draft(champion, stage_of_development="idea", **less)
    page = client.as_(champion).get("proposals.check", ref=proposal.reference)
    assert page.submit("Submit", declaration=True).h1 == "Submitted"


def test_who_has_no_organisation_yet_cannot_submit(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion(organisation=None)
        proposal = make_draft(champion)
    page = client.as_(champion).get("proposals.check", ref=proposal.reference)
    need = (
        "Your organisation is not settled yet. You can submit as soon as an administrator has confirmed it."
    )
    assert need in page.text
    page = page.browser.post("proposals.submit", {"declaration": "yes"}, ref=proposal.reference, status=409)
    assert page.errors == [need]


def test_submit_clicked_twice_submits_once(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = client.as_(champion).get("proposals.check", ref=proposal.reference)
    for _ in range(2):
        assert page.submit("Submit", declaration=True).h1 == "Submitted"
    with committed():
        assert submissions(proposal) == 1


@pytest.mark.parametrize("position", ["", "-1", "x", "9" * 400])
def test_submit_of_what_is_submitted_says_where_it_stands(
    client: Client, committed: Committed, position: str
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
    sent = {"declaration": "yes", "position": position}
    page = client.as_(champion).post("proposals.submit", sent, ref=proposal.reference, status=409)
    assert "The proposal is now at “Submitted”." in page.text


def test_submit_is_the_champions_alone(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person()
        proposal = make_draft(champion, co_authors=[author])
        stranger = make_member()
    page = client.as_(author).get("proposals.check", ref=proposal.reference)
    assert "Amina Begum submits it, as its champion." in page.text
    client.as_(author).post("proposals.submit", {"declaration": "yes"}, ref=proposal.reference, status=403)
    client.as_(stranger).post("proposals.submit", {"declaration": "yes"}, ref=proposal.reference, status=404)
    address = f"/proposals/{proposal.reference}/submit"
    assert client.as_(champion).get(address).path == f"/proposals/{proposal.reference}/check"


def test_submitting_again_makes_the_next_version_and_clears_the_request(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_submitted(champion)
        due = clock.today()
        services.request_changes(proposal, manager, sections=["need"], message="More figures.", due=due)
        first = dict(proposal.answers)
        asked = record.SECTION_BY_ID["need"]
        state = services.section_state(proposal, asked)
        services.save_section(proposal, asked, {"need": "New words"}, champion, opened_at_state=state)
    page = client.as_(champion).get("proposals.check", ref=proposal.reference)
    page.submit("Submit", declaration=True)
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert (held.version_number, held.changes_due, held.changes_sections) == (2, None, [])
        assert [version.answers["need"] for version in held.versions] == [first["need"], "New words"]


def test_after_it_moved_on_there_is_no_confirmation(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = put_at(make_submitted(champion), Stage.IN_ASSESSMENT)
    page = client.as_(champion).get("proposals.submitted", ref=proposal.reference)
    assert page.path == f"/proposals/{proposal.reference}"


PREVIEWED: dict[str, tuple[list[str], list[str]]] = {
    "members": ([PUBLIC_WORD, "Hill Hospital", "shared.pdf"], [MEMBERS_WORD, ASSESSORS_WORD, "kept.pdf"]),
    "assessors": (["Wordsummary", "Fewer falls", "Safe care"], [PUBLIC_WORD, "Hill Hospital", "shared.pdf"]),
}


@pytest.mark.parametrize("visibility", ["members", "assessors"])
def test_preview_is_the_page_that_the_public_would_read(
    client: Client, committed: Committed, visibility: str
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion, visibility=visibility)
        services.share_attachment(attach(proposal, champion, "shared.pdf"), champion, shareable=True)
        attach(proposal, champion, "kept.pdf")
    browser = client.as_(champion)
    page = browser.get("proposals.check", ref=proposal.reference).click("Preview the public page")
    there, not_there = PREVIEWED[visibility]
    assert [word for word in there if word not in page.text] == []
    assert [word for word in not_there if word in page.text] == []
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        services.submit(held, db.session.merge(champion))
        put_at(held, Stage.SPREAD)
    public = client.visitor().get("proposals.show", ref=proposal.reference)

    def read(found: Any) -> list[str]:
        return [" ".join(words.split()) for words in found.texts(".app-record")]

    assert read(public) == read(page)
    assert [word for word in there if word not in public.text] == []
    assert [word for word in not_there if word in public.text] == []


def test_preview_is_the_teams(client: Client, committed: Committed) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        manager = make_manager()
    client.as_(manager).get("proposals.preview", ref=proposal.reference, status=403)
