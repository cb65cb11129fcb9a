"""What a panel says among itself, by letter."""

from __future__ import annotations

import time_machine
from flask import Flask

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment import services
from exchange.assessment.deliberation import services as deliberation
from exchange.assessment.deliberation.models import PanelMessage
from exchange.assessment.models import Interest, Round
from exchange.events import NewEvent
from exchange.extensions import db
from exchange.proposals.models import Proposal
from tests.assessment.arrange import TEAM, Cast, declare, make_cast, make_director, make_manager, submit
from tests.conftest import Committed, Statements
from tests.notifications.arrange import forget, tell, texts_to, told
from tests.pages import Client, Page

WORDS = "I gave a 2 because nobody counted the falls."


def arrange(committed: Committed) -> Cast:
    """Reviewers A and B have submitted, C has only declared."""
    with committed():
        cast = make_cast()
        for index in (0, 1):
            submit(cast.assignment(index))
        declare(cast.assignment(2))
    return cast


def test_messages_of_an_hour_are_told_together(app: Flask, committed: Committed) -> None:
    def says(index: int) -> None:
        with committed():
            author = db.session.get_one(Person, cast.reviewers[index].id)
            deliberation.discuss(db.session.get_one(Round, cast.round.id), author, WORDS)
        tell(app)

    with time_machine.travel("2026-10-05T09:00:00Z", tick=False) as clock:
        cast = arrange(committed)
        tell(app)
        forget(committed)
        news = ["news in the panel’s discussion"]
        says(0)
        assert told(committed) == {cast.reviewers[1].name: news, cast.manager.name: news}
        for minute in (10, 20):
            clock.move_to(f"2026-10-05T09:{minute}:00Z")
            says(1)
        assert told(committed) == {
            cast.reviewers[1].name: news,
            cast.manager.name: news,
            cast.reviewers[0].name: news,
        }
        clock.move_to("2026-10-05T10:00:00Z")
        tell(app)
        assert told(committed)[cast.manager.name] == news * 2
        assert told(committed)[cast.reviewers[1].name] == news
        clock.move_to("2026-10-05T10:20:00Z")
        tell(app)
        assert told(committed)[cast.reviewers[0].name] == news * 2
        clock.move_to("2026-10-05T20:00:00Z")
        tell(app)
        assert {name: len(lines) for name, lines in told(committed).items()} == {
            cast.reviewers[0].name: 2,
            cast.reviewers[1].name: 1,
            cast.manager.name: 2,
        }
        with committed():
            assert db.session.query(NewEvent).count() == 0


def page_of(client: Client, cast: Cast, person: object, status: int = 200) -> Page:
    return client.as_(person).get("assessment.discussion", ref=cast.ref, status=status)  # type: ignore[arg-type]


def test_reviewers_and_manager_discuss_without_names(
    app: Flask, client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    with committed():
        director = make_director()
    tell(app)
    forget(committed)
    page_of(client, cast, cast.reviewers[0]).submit("Send to the panel", text=WORDS)
    tell(app)
    assert told(committed) == {
        cast.reviewers[1].name: ["news in the panel’s discussion"],
        cast.manager.name: ["news in the panel’s discussion"],
    }
    assert WORDS not in texts_to(committed, cast.reviewers[1])[0]
    page_of(client, cast, cast.manager).submit("Send to the panel", text="Say what would change that.")
    for person, authors in (
        (cast.reviewers[0], ["You (Reviewer A)", "Programme manager"]),
        (cast.reviewers[1], ["Reviewer A", "Programme manager"]),
        (cast.manager, ["Reviewer A", "You (Programme manager)"]),
        (director, ["Reviewer A", "Programme manager"]),
    ):
        page = page_of(client, cast, person)
        assert page.texts(".app-message__author") == authors
        assert WORDS in page.text
        for name in (cast.manager.name, *(each.name for each in cast.reviewers)):
            assert name not in page.text
    assert page_of(client, cast, director).select("textarea") == []
    client.as_(director).post("assessment.discussion", {"text": "Me too"}, ref=cast.ref, status=403)


def test_only_who_submitted_and_is_free_takes_part(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        deliberation.discuss(db.session.get_one(Round, cast.round.id), cast.reviewers[0], WORDS)
        bound = make_manager(organisation=TEAM)
    outside = (cast.reviewers[2], bound, cast.champion)
    for person in outside:
        page_of(client, cast, person, 404)
        client.as_(person).post("assessment.discussion", {"text": WORDS}, ref=cast.ref, status=404)
        for endpoint in ("proposals.show", "proposals.history"):
            text = client.as_(person).get(endpoint, ref=cast.ref).text
            assert "discussion" not in text.lower()
            assert WORDS not in text
    with committed():
        services.declare(cast.assignment(0), Interest.INTEREST, reason="I moved.")
    page_of(client, cast, cast.reviewers[0], 404)
    assert page_of(client, cast, cast.manager).texts(".app-message__author") == [
        "Reviewer A, no longer on the panel"
    ]


def test_a_message_is_sent_once_has_a_limit_and_ends_with_the_assessment(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    page = page_of(client, cast, cast.reviewers[0])
    late = page_of(client, cast, cast.reviewers[1])
    for _ in range(2):
        page.submit("Send to the panel", text=WORDS)
    with committed():
        assert db.session.query(PanelMessage).count() == 1
    assert page.submit("Send to the panel", text="", status=422).errors == ["Enter your message"]
    refused = page.submit("Send to the panel", text="word " * 301, status=422)
    assert refused.errors == ["Your message must be 300 words or fewer. It has 301"]
    with committed():
        submit(cast.assignment(2))
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    refused = late.submit("Send to the panel", text="One more thought", status=409)
    assert "its discussion is closed" in refused.text
    assert "One more thought" in refused.text
    page = page_of(client, cast, cast.reviewers[1])
    assert "The discussion closed with the assessment." in page.text
    pack = client.as_(cast.manager).get("decisions.decision_pack", ref=cast.ref)
    assert WORDS in pack.click("The panel’s discussion").text


def test_who_looks_again_reads_what_was_said_before_once_they_submit(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    with committed():
        deliberation.discuss(db.session.get_one(Round, cast.round.id), cast.reviewers[0], WORDS)
        submit(cast.assignment(2))
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    with committed():
        proposal, director = db.session.get_one(Proposal, cast.proposal.id), make_director()
        again = services.open_again(proposal, director, questions="Who counts?")
    page_of(client, cast, cast.reviewers[1], 404)
    with committed():
        round_ = db.session.get_one(Round, again.id)
        place = next(each for each in round_.assignments if each.person_id == cast.reviewers[1].id)
        submit(place)
        deliberation.discuss(round_, cast.reviewers[1], "Now we know.")
    page = page_of(client, cast, cast.reviewers[1])
    assert page.texts(".app-message__author") == ["Reviewer A", "You (Reviewer B)"]
    first, second = page.texts(".app-message")
    assert "in assessment 1" in first
    assert "in assessment" not in second


def test_a_long_discussion_is_read_page_by_page(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        for number in range(1, 102):
            db.session.add(
                PanelMessage(
                    round_id=cast.round.id, author_id=cast.manager.id, text=f"Nr {number}.", at=clock.now()
                )
            )
            db.session.flush()

    def numbers(page: Page) -> list[str]:
        return [text.rpartition("Nr ")[2] for text in page.texts(".app-message")]

    page = page_of(client, cast, cast.reviewers[0])
    assert numbers(page) == [f"{number}." for number in range(52, 102)]
    page = page.click("Earlier messages")
    assert numbers(page) == [f"{number}." for number in range(2, 52)]
    assert page.select("textarea") == []
    page = page.click("Earlier messages")
    assert numbers(page) == ["1."]
    assert "Earlier messages" not in page.links()
    assert len(numbers(page.click("Newest messages"))) == 50
    assert len(numbers(page_of_before(client, cast, "nonsense"))) == 50


def page_of_before(client: Client, cast: Cast, before: str) -> Page:
    return client.as_(cast.manager).get("assessment.discussion", ref=cast.ref, before=before)


def test_many_messages_ask_as_much_as_one(
    client: Client, committed: Committed, statements: Statements
) -> None:
    def asked(count: int) -> int:
        cast = arrange(committed)
        with committed():
            for number in range(count):
                round_ = db.session.get_one(Round, cast.round.id)
                deliberation.discuss(round_, cast.reviewers[number % 2], f"Message {number}")
        with statements() as sent:
            page_of(client, cast, cast.manager)
        return len(sent)

    assert asked(1) == asked(6)
