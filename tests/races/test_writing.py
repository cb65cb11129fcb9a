"""Races of those who write: sections, documents, new proposals, reviews."""

from __future__ import annotations

from exchange.extensions import db
from exchange.proposals import record, services
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.factories import THEME, make_person
from tests.pages import Client
from tests.proposals.arrange import make_champion, make_draft, pdf_bytes
from tests.races.racing import Race, Rounds, Sent, Upload


def test_answers_of_two_who_edit_one_section_are_both_kept(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    with committed():
        champion, author = make_champion(), make_person(name="Co Author")
        proposal = make_draft(champion, co_authors=[author])
        held = {
            "need": proposal.answers["need"],
            "equality": proposal.answers["equality"],
            "state": services.section_state(proposal, record.SECTION_BY_ID["need"]),
        }
    section = {"ref": proposal.reference, "section": "need"}
    mine = {**held, "need": "Words of the champion"}
    theirs = {**held, "equality": "Words of the co-author"}
    race = Race(
        client,
        [
            Sent(champion, "proposals.save_section", mine, values=section),
            Sent(author, "proposals.save_section", theirs, values=section),
        ],
    )
    for _ in rounds():
        assert race.run() == [302, 302]
        with committed():
            kept = db.session.get_one(Proposal, proposal.id).answers
            assert (kept["need"], kept["equality"]) == ("Words of the champion", "Words of the co-author")


def test_one_answer_that_two_change_is_kept_from_one_and_shown_to_the_other(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    with committed():
        champion, author = make_champion(), make_person(name="Co Author")
        proposal = make_draft(champion, co_authors=[author])
        state = services.section_state(proposal, record.SECTION_BY_ID["need"])
    section = {"ref": proposal.reference, "section": "need"}
    said = ("First words", "Second words")
    race = Race(
        client,
        [
            Sent(person, "proposals.save_section", {"need": words, "state": state}, values=section)
            for person, words in zip((champion, author), said, strict=True)
        ],
    )
    for _ in rounds():
        answers = race.run()
        assert sorted(answers) == [302, 409]
        with committed():
            assert db.session.get_one(Proposal, proposal.id).answers["need"] == said[answers.index(302)]


def test_documents_of_two_who_add_at_once_are_both_kept(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    with committed():
        champion, author = make_champion(), make_person(name="Co Author")
        proposal = make_draft(champion, co_authors=[author])
    section = {"ref": proposal.reference, "section": "evidence"}
    race = Race(
        client,
        [
            Sent(
                person,
                "proposals.save_section",
                {"evidence_files": Upload(name, pdf_bytes(name)), "stay": "yes"},
                values=section,
            )
            for person, name in ((champion, "first.pdf"), (author, "second.pdf"))
        ],
    )
    for _ in rounds():
        assert race.run() == [302, 302]
        with committed():
            held = db.session.get_one(Proposal, proposal.id)
            assert {each.name for each in held.attachments} == {"first.pdf", "second.pdf"}
            assert sorted(held.answers["evidence_files"]) == sorted(each.id for each in held.attachments)


def test_proposals_begun_at_once_have_references_of_their_own(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    with committed():
        people = [make_champion(name=f"Champion {number}") for number in range(4)]
    begun = {"title": "Falls", "lead_theme": THEME}
    race = Race(client, [Sent(person, "proposals.new", begun) for person in people])
    for _ in rounds():
        assert race.run() == [302] * 4
        with committed():
            numbers = sorted(int(each.reference[-4:]) for each in db.session.query(Proposal))
            assert numbers == [1, 2, 3, 4]
