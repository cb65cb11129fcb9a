"""A manager, director or stand-in declares an interest in one proposal, and it is taken from them."""

from __future__ import annotations

import pytest
from flask import Flask

from exchange.accounts.roles import Role
from exchange.assessment import queries
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals import stand_ins
from exchange.proposals.models import DeclaredInterest, Proposal
from tests.assessment.arrange import (
    STAFF,
    make_cast,
    make_champion,
    make_director,
    make_manager,
    make_submitted,
    submit,
)
from tests.conftest import Committed
from tests.decisions import arrange as deciding
from tests.factories import make_grant, make_person
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client, Page
from tests.proposals.arrange import OTHER_THEME, make_theme

REASON = "My sister founded the company."


def declared(page: Page) -> Page:
    page = page.click("Declare an interest in it")
    assert "You then see nothing of its assessment, and cannot act on it." in page.text
    return page.submit("Declare an interest", reason=REASON)


def test_manager_declares_and_sees_nothing_more_of_its_assessment(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
        other, director = make_manager(name="Other Manager"), make_director()
        submit(cast.assignment(0))
        tell_in_here()
    forget(committed)
    manager = client.as_(cast.manager)
    pages = ("assessment.assessment", "assessment.reviewers", "assessment.discussion", "assessment.questions")
    for endpoint in pages:
        manager.get(endpoint, ref=cast.ref)
    page = declared(manager.get("proposals.show", ref=cast.ref))
    assert page.path == "/my-work"
    assert f"Thank you for saying so. You no longer act on {cast.ref}. We tell those who do." in page.text
    for endpoint in pages:
        manager.get(endpoint, ref=cast.ref, status=404)
    for endpoint in ("assessment.close_assessment", "assessment.declare_interest"):
        manager.get(endpoint, ref=cast.ref, status=403)
    for endpoint in ("assessment.triage", "reports.my_work"):
        assert cast.ref not in manager.get(endpoint).text
    page = manager.get("proposals.show", ref=cast.ref)  # as every member
    assert "You have an interest in it, so you take no part." in page.text
    assert "Declare an interest" not in page.text
    assert REASON not in page.text
    with committed():
        kept = db.session.get_one(DeclaredInterest, (cast.proposal.id, cast.manager.id))
        assert kept.reason == REASON
        event = db.session.query(Event).filter_by(kind="declare_interest").one()
        assert (event.actor_id, event.audience) == (cast.manager.id, "assessors")
        assert event.facts["roles"] == ["programme-manager"]
        assert [(text.content, text.audience) for text in event.texts] == [(REASON, "director")]
    sentence = "The programme manager declared an interest, and no longer acts on it"
    for person, reads_reason in ((other, False), (cast.reviewers[0], False), (director, True)):
        page = client.as_(person).get("proposals.history", ref=cast.ref)
        assert sentence in page.text
        assert (REASON in page.text) is reads_reason
    assert sentence not in client.as_(cast.champion).get("proposals.history", ref=cast.ref).text
    tell(app)
    line = "its programme manager has an interest"
    assert told(committed) == {"Other Manager": [line], director.name: [line]}
    assert "Rachel Tolley has declared an interest" in texts_to(committed, other)[0]


def test_director_declares_and_the_pack_is_closed_to_them(client: Client, committed: Committed) -> None:
    with committed():
        case = deciding.make_case()
        other = make_director(name="Other Director")
    director = client.as_(case.director)
    director.get("decisions.decision_pack", ref=case.ref)
    declared(director.get("proposals.show", ref=case.ref))
    for endpoint in ("decisions.decision_pack", "decisions.decision_pack_pdf", "assessment.assessment"):
        director.get(endpoint, ref=case.ref, status=404)
    assert case.ref not in director.get("reports.my_work").text
    page = client.as_(other).get("decisions.decision_pack", ref=case.ref)
    assert f"They declared an interest. {REASON}" in page.text
    assert "Other Director acts instead." in page.text


def test_stand_in_who_declares_stands_in_no_more(client: Client, committed: Committed) -> None:
    with committed():
        make_theme()
        proposal = make_submitted(make_champion(), visibility="assessors")
        elsewhere = make_manager(name="Imran Yusuf", theme=OTHER_THEME)
        administrator = make_person(role=Role.ADMINISTRATOR, organisation=STAFF)
        proposals.name_stand_in(proposal, Role.PROGRAMME_MANAGER, elsewhere, administrator)
        ref = proposal.reference
    stand_in = client.as_(elsewhere)
    declared(stand_in.get("proposals.show", ref=ref))
    stand_in.get("proposals.show", ref=ref, status=404)
    with committed():
        proposal = db.session.get_one(Proposal, proposal.id)
        assert stand_ins.running_in(proposal, Role.PROGRAMME_MANAGER) is None
        assert stand_ins.is_lacking(proposal, Role.PROGRAMME_MANAGER)
        last = db.session.query(Event).order_by(Event.position.desc()).limit(2)
        assert [event.kind for event in last] == ["end_stand_in", "declare_interest"]


def test_manager_on_the_panel_leaves_it_too_and_stays_unnamed_there(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
        index = 0
        make_grant(cast.reviewers[index], role=Role.PROGRAMME_MANAGER)
        submit(cast.assignment(index))
        submit(cast.assignment(1))
    declared(client.as_(cast.reviewers[index]).get("proposals.show", ref=cast.ref))
    with committed():
        assert cast.assignment(index).removed_at is not None
        assert [each.assignment.letter for each in queries.counted_reviews(cast.round)] == ["B"]
        assert db.session.query(DeclaredInterest).one().person_id == cast.reviewers[index].id
        last = db.session.query(Event).order_by(Event.position.desc()).first()
        assert last is not None
        assert last.kind == "withdraw_review"
    page = client.as_(cast.reviewers[1]).get("proposals.history", ref=cast.ref)
    assert "The review of Reviewer A was withdrawn" in page.text
    assert cast.reviewers[index].name not in page.text


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("", "Enter what your interest is"),
        (" \n ", "Enter what your interest is"),
        ("word " * 151, "What your interest is must be 150 words or fewer. It has 151"),
    ],
)
def test_declaring_needs_a_reason_of_150_words(
    client: Client, committed: Committed, reason: str, error: str
) -> None:
    with committed():
        cast = make_cast()
    page = client.as_(cast.manager).get("assessment.declare_interest", ref=cast.ref)
    page = page.submit("Declare an interest", reason=reason, status=422)
    assert page.errors == [error]
    with committed():
        assert db.session.query(DeclaredInterest).count() == 0
