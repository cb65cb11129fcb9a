"""What a search finds, in which order: the same table for every database. And how the index is kept."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from exchange import search, terms
from exchange.extensions import db
from exchange.plain_text import tidy_line
from exchange.proposals import commands, indexing, listing
from exchange.proposals.cursors import Sort
from exchange.proposals.listing import Wanted
from exchange.proposals.models import Proposal
from exchange.proposals.queries import LARGEST_ID
from exchange.search import SearchText
from tests.conftest import Committed
from tests.databases import MIGRATIONS
from tests.proposals.arrange import ANSWERS, make_bare, make_champion, make_draft, make_member, make_submitted
from tests.proposals.corpus import CORPUS, FOUND


@pytest.mark.parametrize("subject", FOUND)
def test_what_is_found_in_order(committed: Committed, subject: str) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        for number, (title, summary, need) in CORPUS.items():
            proposal = make_bare(champion, number, title=title, summary=summary)
            search.put(
                proposal.id,
                "members",
                reference=proposal.reference,
                title=title,
                summary=summary,
                texts=[need],
            )
        found = {}
        for typed in FOUND[subject]:
            rows = listing.listing(member, Wanted(words=typed, sort=Sort.BEST)).rows
            found[typed] = [int(row.reference[-4:]) for row in rows]
    assert found == FOUND[subject]


def test_a_rank_is_the_worst_at_most(committed: Committed) -> None:
    with committed():
        keep(make_bare(make_champion(), 1), title="Quiet nights", texts=["A fall."])
        assert ranked("fall") == [(db.session.scalars(select(Proposal.id)).one(), search.WORST_RANK)]


def test_few_texts_and_many_are_found_alike(committed: Committed, monkeypatch: pytest.MonkeyPatch) -> None:
    with committed():
        champion = make_champion()
        for number in range(1, 6):
            keep(
                make_bare(champion, number),
                title="Falls huddle" if number % 2 else "Huddle",
                texts=["A fall."],
            )
        few = [ranked(typed) for typed in ("fall", "huddle", "falls huddle", "fall nothing")]
        monkeypatch.setattr(search, "FEW", 1)
        assert [ranked(typed) for typed in ("fall", "huddle", "falls huddle", "fall nothing")] == few


def ranked(typed: str) -> list[tuple[int, int]]:
    """What is found and its rank, as a first page finds it; and a page that goes on finds the same of each tier."""
    ranks: dict[int, int] = {}
    for tier in search.tiers(terms.asked(typed)):
        held = search.within(TEXTS, tier)
        new = [id_ for id_ in ids(held) if id_ not in ranks]
        assert ids(search.beyond(held, tier, LARGEST_ID)) == new
        ranks |= dict.fromkeys(new, tier.rank)
    return list(ranks.items())


def ids(query: search.AnySelect) -> list[int]:
    return list(db.session.scalars(query))


TEXTS = select(SearchText.proposal_id)


def keep(proposal: Proposal, *, title: str = "Falls", texts: list[str]) -> None:
    search.put(
        proposal.id, "public", reference=proposal.reference, title=title, summary="A huddle.", texts=texts
    )
    db.session.flush()


def found(typed: str) -> list[int]:
    best = [id_ for id_, _ in ranked(typed)]
    assert set(best) == set(ids(search.kept_to(TEXTS, search.anywhere(terms.asked(typed)))))
    return best


def test_put_replaces_and_remove_takes_away(committed: Committed) -> None:
    with committed():
        proposal = make_bare(make_champion(), 1)
        keep(proposal, texts=["First words"])
        keep(proposal, texts=["Second words"])
        assert (found("first"), found("second")) == ([], [proposal.id])
        search.remove(proposal.id)
        db.session.flush()
        assert found("second") == []


def test_a_text_of_any_length_is_kept(committed: Committed) -> None:
    with committed():
        proposal = make_bare(make_champion(), 1)
        keep(proposal, texts=[" ".join(f"word{number}é" for number in range(60_000)), "ü" * 300_000])
        assert found("word7e") == [proposal.id]
        keep(proposal, texts=["العربية " * 60_000 + "end"])
        assert found("العربية") == [proposal.id]
        assert found("end") == []


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=5).map(" ".join))
def test_a_query_holds_letters_and_digits_alone(typed: str) -> None:
    asked = terms.asked(typed)
    held = [term for phrases in asked.terms for phrase in phrases for term in phrase]
    for term in [*held, *asked.whole, asked.reference or "x"]:
        assert re.fullmatch("[a-z0-9]+", term), term


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=40))
def test_any_text_is_found_by_itself(committed: Committed, typed: str) -> None:
    with committed() as session:
        proposal = make_bare(make_champion(), 1)
        typed = tidy_line(typed)
        keep(proposal, texts=[f"Before. {typed} After."])
        assert found(f'"{typed}"') == ([proposal.id] if terms.asked(f'"{typed}"') else [])
        session.rollback()


def test_words_that_only_look_like_an_index_term_are_parted() -> None:
    assert terms.kept("x0 ryn42 u5d0").split() == ["x", "0", "ryn", "42", "u", "5", "d", "0"]


# ---- Keeping it


def spoil() -> None:
    """As if older rules had made every text."""
    db.session.execute(update(SearchText).values(title="", summary="", body="", form=0))


def test_rebuilding_keeps_what_each_audience_reads(app: Flask, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal, draft = make_submitted(champion), make_draft(champion)
        champion_finds = [row.id for row in listing.listing(champion, Wanted(words="Wordneed")).rows]
        before = texts()
        # What is worked on since is not what was submitted.
        proposal.answers = {**ANSWERS, "need": "Wordworking"}
        spoil()
    assert champion_finds == [draft.id, proposal.id]
    result = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert (result.exit_code, result.output) == (0, "The text index is rebuilt.\n")
    with committed():
        assert texts() == before
        assert found("Wordworking") == []
        assert found("Wordneed") != []


def texts() -> list[tuple[object, ...]]:
    columns = SearchText.proposal_id, SearchText.audience, SearchText.title, SearchText.summary
    query = select(*columns, SearchText.body, SearchText.form).order_by(*columns[:2])
    return [tuple(row) for row in db.session.execute(query)]


def test_only_old_texts_are_renewed(committed: Committed, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few at once."""
    monkeypatch.setattr(commands, "AT_ONCE", 2)
    with committed():
        champion = make_champion()
        proposals = [make_bare(champion, number) for number in range(5)]
        for proposal in proposals:
            indexing.index(proposal, proposal.versions[0])
        db.session.flush()
        before = texts()
        old = SearchText.proposal_id.in_([each.id for each in proposals[1:]])
        db.session.execute(update(SearchText).where(old).values(body="old", form=0))
        db.session.execute(update(SearchText).where(~old).values(body="kept"))
        commands.renew(only_old=True)
        assert [row for row in texts() if row[0] != proposals[0].id] == [
            row for row in before if row[0] != proposals[0].id
        ]
        assert {row[4] for row in texts() if row[0] == proposals[0].id} == {"kept"}


def test_an_upgrade_of_the_database_renews_what_older_rules_made(app: Flask, committed: Committed) -> None:
    with committed():
        make_submitted(make_champion())
        before = texts()
        spoil()
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
    with committed():
        assert texts() == before


@pytest.mark.only_on("sqlite")
def test_the_index_agrees_with_its_texts(committed: Committed) -> None:
    with committed() as session:
        proposal = make_bare(make_champion(), 1)
        for number in range(3):
            keep(proposal, texts=[f"Text {number}"])
        search.remove(proposal.id)
        session.execute(text("INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)"))
