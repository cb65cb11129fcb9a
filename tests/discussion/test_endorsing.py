"""Endorsing a proposal or programme, and taking it back."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from exchange.accounts.models import Person
from exchange.discussion import limits, moderation, queries, services
from exchange.discussion.kinds import Endorsing, Forum
from exchange.discussion.models import Comment, Endorsement
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import Proposal
from exchange.transaction import transaction
from tests.assessment.arrange import make_champion, make_manager, make_submitted
from tests.conftest import Committed
from tests.decisions.arrange import make_staff
from tests.discussion.arrange import endorse, make_member, say
from tests.factories import make_person
from tests.pages import Client
from tests.spread.arrange import make_programme


def test_a_member_would_adopt_it_and_takes_it_back(client: Client, committed: Committed) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
        other = make_member("Delroy Campbell")
    page = client.as_(member).get("proposals.show", ref=proposal.reference).submit("I would adopt this")
    assert "1 would adopt it, from 1 organisation" in page.text
    assert "River Community Trust" in page.text
    page = page.submit("I support this")
    assert "1 supports it" in page.text

    page = client.as_(other).get("proposals.show", ref=proposal.reference).click("See who would adopt it")
    assert page.texts("h2.app-result__title") == ["Chloe Bannister"]
    assert "binds nobody" in page.text

    page = client.as_(member).get("proposals.show", ref=proposal.reference)
    page = page.submit("Take back “I would adopt this”")
    assert "0 would adopt it" in page.text
    assert "1 supports it" in page.text


def test_the_public_reads_how_many_and_members_who(client: Client, committed: Committed) -> None:
    with committed():
        programme = make_programme(make_staff())
        member, lay = make_member(), make_person(is_lay=True, name="Maureen Fitzpatrick")
        endorse(programme.proposal, member, Endorsing.ADOPT)
    page = client.as_(lay).get("spread.programme", slug=programme.slug)
    page = page.submit("I support this")
    for reader in (page, client.visitor().get("spread.programme", slug=programme.slug)):
        assert "1 would adopt it, from 1 organisation" in reader.text
        assert "River Community Trust" not in reader.text
    assert "I would adopt this" not in page.text
    ref = programme.proposal.reference
    client.as_(lay).get("discussion.endorsements", ref=ref, kind="support", status=403)
    client.as_(lay).post("discussion.endorse", ref=ref, kind="adopt", status=403)
    page = client.as_(member).get("discussion.endorsements", ref=ref, kind="support")
    assert "Maureen Fitzpatrick" in page.text


def test_the_team_does_not_endorse_its_own(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_member("Cem Aksoy")
        proposal = make_submitted(champion, co_authors=[author])
    for person in (champion, author):
        browser = client.as_(person)
        assert "I support this" not in browser.get("proposals.show", ref=proposal.reference).text
        page = browser.post("discussion.endorse", ref=proposal.reference, kind="support", status=403)
        assert "Endorsements are for others" in page.text


def test_whoever_leaves_moves_or_joins_the_team_counts_no_more(committed: Committed) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        leaver, mover, joiner, other = (make_member(f"Member {number}") for number in range(4))
        for person in (leaver, mover, joiner, other):
            endorse(proposal, person, Endorsing.ADOPT)
            endorse(proposal, person)
        assert counts(proposal) == (0, 4, 1, 4)
        leaver.active = False
        mover.organisation_id = "valley-university"
        proposal.co_authors = [joiner]
        db.session.flush()
        assert counts(proposal) == (0, 1, 1, 2)
        db.session.refresh(mover)
        endorse(proposal, mover, Endorsing.ADOPT)  # again, for where they are now
        assert counts(proposal) == (0, 2, 2, 2)


def test_toggling_without_end_is_stopped_in_words(client: Client, committed: Committed) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
        for _ in range(20):
            endorse(proposal, member)
            services.take_back_endorsement(proposal, member, Endorsing.SUPPORT)
    page = client.as_(member).post("discussion.endorse", ref=proposal.reference, kind="support", status=429)
    assert "You have made 40 endorsements in a short time" in page.text


def test_endorsing_twice_leaves_one_event(client: Client, committed: Committed) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
    for _ in range(2):
        client.as_(member).post("discussion.endorse", ref=proposal.reference, kind="support")
    with committed():
        assert db.session.scalar(select(func.count(Event.id)).where(Event.kind == "endorse")) == 1


def counts(proposal: Proposal) -> tuple[int, int, int, int]:
    found = queries.voices(proposal, Forum.MEMBERS)
    return found.comments, found.adopters, found.organisations, found.supporters


DOING = st.lists(
    st.tuples(
        st.sampled_from(["adopt", "support", "take-adopt", "take-support", "say", "remove", "hide", "show"]),
        st.integers(0, 2),
    ),
    max_size=12,
)


def test_counts_are_what_was_done(app: Flask, committed: Committed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever people do in whatever order, against sets that were kept by hand."""
    monkeypatch.setattr(limits, "check", lambda person, of: None)  # nobody is stopped here
    with committed():
        proposal, manager = make_submitted(make_champion()), make_manager()
        organisations = ["river-trust", "river-trust", "valley-university"]
        people = [make_member(f"Member {n}", organisation=each) for n, each in enumerate(organisations)]

    @settings(max_examples=25)
    @given(DOING)
    def holds(steps: list[tuple[str, int]]) -> None:
        with app.app_context(), transaction():
            here = db.session.get_one(Proposal, proposal.id)
            for table in (Comment, Endorsement):
                db.session.execute(delete(table))
            given: set[tuple[str, int]] = set()
            shown: list[Comment] = []
            hidden: list[Comment] = []
            for what, number in steps:
                person = db.session.get_one(Person, people[number].id)
                if what in {"adopt", "support"}:
                    endorse(here, person, Endorsing(what))
                    given.add((what, number))
                elif what.startswith("take-"):
                    kind = what.removeprefix("take-")
                    services.take_back_endorsement(here, person, Endorsing(kind))
                    given.discard((kind, number))
                elif what == "say":
                    shown.append(say(here, person, "Words"))
                elif what == "remove" and shown:
                    comment = shown.pop()
                    services.remove_comment(comment, comment.author)
                elif what == "hide" and shown:
                    hidden.append(shown.pop())
                    moderation.hide_comment(
                        hidden[-1], db.session.get_one(Person, manager.id), reason="Unkind."
                    )
                elif what == "show" and hidden:
                    shown.append(hidden.pop())
                    moderation.restore_comment(shown[-1], db.session.get_one(Person, manager.id), reason="")
            adopters = {number for kind, number in given if kind == "adopt"}
            assert counts(here) == (
                len(shown),
                len(adopters),
                len({organisations[number] for number in adopters}),
                sum(kind == "support" for kind, _ in given),
            )

    holds()
