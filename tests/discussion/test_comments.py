"""Comments as people write, read, answer, change and remove them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from exchange import clock
from exchange.discussion import limits
from exchange.discussion.models import Comment
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import Proposal
from tests.assessment.arrange import make_cast, make_champion, make_manager, make_submitted
from tests.conftest import Committed
from tests.decisions.arrange import make_staff
from tests.discussion.arrange import fresh, make_member, say
from tests.factories import make_person
from tests.pages import Client
from tests.spread.arrange import make_programme
from tests.statements import counted_queries


def test_a_member_comments_another_answers_and_each_has_an_address(
    client: Client, committed: Committed
) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        member, other = make_member(), make_member("Delroy Campbell")
    page = client.as_(member).get("proposals.show", ref=proposal.reference)
    assert "0 comments" in page.text
    page = page.click("Comments")
    assert "Nobody has commented yet" in page.text
    page = page.submit("Send comment", text="Who leads it at night?\n\nSee https://example.org/night.")
    assert page.texts(".app-comment__who") == ["Chloe Bannister"]
    assert "River Community Trust" in page.texts(".app-comment__facts")[0]
    [link] = page.select(".app-comment .app-prose a")
    assert link.attributes["href"] == "https://example.org/night"
    assert "nofollow" in (link.attributes["rel"] or "")

    page = client.as_(other).get("discussion.comments", ref=proposal.reference)
    address = page.links()[next(words for words in page.links() if words.startswith("Answer"))]
    page = page.browser.get(address)
    assert "Who leads it at night?" in page.text
    page = page.submit("Send answer", text="The <b>sister</b>.")
    assert page.texts("h3.app-comment__who") == ["Delroy Campbell answers Chloe Bannister"]
    assert "The <b>sister</b>." in page.text
    # An answer to an answer stands in the same thread.
    with committed():
        answer = db.session.scalars(select(Comment).where(Comment.parent_id.is_not(None))).one()
    page = client.as_(member).get("discussion.reply", comment_id=answer.id)
    page.submit("Send answer", text="Thank you.")
    with committed():
        top = db.session.scalars(select(Comment).where(Comment.parent_id.is_(None))).one()
        assert [each.parent_id for each in db.session.scalars(select(Comment).order_by(Comment.id))] == [
            None,
            top.id,
            top.id,
        ]
    page = client.as_(member).get("discussion.comment", comment_id=answer.id)
    assert page.address.endswith(f"?thread={top.id}#comment-{answer.id}")
    assert client.as_(member).get("proposals.show", ref=proposal.reference).texts(".app-subnav__count") == [
        "(3)"
    ]


def test_what_is_too_long_or_empty_is_asked_for_again_with_what_was_typed(
    client: Client, committed: Committed
) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
    page = client.as_(member).get("discussion.comments", ref=proposal.reference)
    assert page.submit("Send comment", status=422).errors == ["Enter your comment"]
    page = page.submit("Send comment", status=422, text="word " * 301)
    assert page.errors == ["Your comment must be 300 words or fewer. It has 301"]
    assert page.value("text").split() == ["word"] * 301


def test_a_comment_sent_twice_is_kept_once(client: Client, committed: Committed) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
    page = client.as_(member).get("discussion.comments", ref=proposal.reference)
    for _ in range(2):
        page.submit("Send comment", text="Who leads it at night?")
    with committed():
        assert db.session.scalar(select(func.count(Comment.id))) == 1


def test_its_writer_changes_a_comment_for_a_quarter_of_an_hour(client: Client, committed: Committed) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
        comment = say(proposal, member, "Who leads it at nihgt?")
        other = make_member("Delroy Campbell")
    browser = client.as_(member)
    with time_machine.travel(comment.written_at + timedelta(minutes=14), tick=False):
        form = browser.get("discussion.edit_comment", comment_id=comment.id)
        page = form.submit("Save changes", text="Who leads it at night?")
        assert "edited" in page.texts(".app-comment__facts")[0]
        assert "at night?" in page.text
    with time_machine.travel(comment.written_at + timedelta(minutes=15, seconds=1), tick=False):
        assert "15 minutes" in browser.get("discussion.edit_comment", comment_id=comment.id, status=409).text
        late = form.submit("Save changes", status=409, text="Something quite different")
        assert "Something quite different" in late.text  # nothing typed is lost
        page = browser.get("discussion.comments", ref=proposal.reference)
        assert not any(words.startswith("Change") for words in page.links())
    client.as_(other).get("discussion.edit_comment", comment_id=comment.id, status=403)
    with committed():
        assert fresh(comment).text == "Who leads it at night?"


def test_a_removed_comment_keeps_its_place_and_nothing_of_its_text(
    client: Client, committed: Committed
) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
        comment = say(proposal, member, "Said in anger")
        say(proposal, make_member("Delroy Campbell"), "Calm down", comment)
    browser = client.as_(member)
    page = browser.get("discussion.remove_comment", comment_id=comment.id)
    page = page.submit("Remove comment")
    assert "Removed by its writer." in page.text
    assert "Said in anger" not in page.text
    assert "Calm down" in page.text
    page = browser.get("discussion.comments", ref=proposal.reference)
    assert "1 comment." in page.text
    browser.get("discussion.remove_comment", comment_id=comment.id, status=409)
    browser.get("discussion.reply", comment_id=comment.id, status=409)
    with committed():
        assert fresh(comment).text == ""


def test_a_flood_is_stopped_in_words_and_with_what_was_typed(client: Client, committed: Committed) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
        for number in range(limits.COMMENTS[0].most):
            say(proposal, member, f"Comment {number}")
    page = client.as_(member).get("discussion.comments", ref=proposal.reference)
    refused = page.submit("Send comment", status=422, text="One more")
    assert "You have made 10 comments in a short time" in refused.errors[0]
    assert refused.value("text").strip() == "One more"
    with time_machine.travel(clock.now() + limits.COMMENTS[0].within + timedelta(seconds=1), tick=False):
        page.submit("Send comment", text="One more")


def test_pages_go_on_from_where_they_ended_newest_or_oldest_first(
    client: Client, committed: Committed
) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        people = [make_member(f"Member {number}") for number in range(5)]
        for number in range(45):
            say(proposal, people[number % 5], f"Comment {number:02}")
        top = say(proposal, people[0], "Comment 45")
    browser = client.as_(people[0])

    def told(page: object) -> list[str]:
        return page.texts(".app-threads .app-prose")  # type: ignore[attr-defined,no-any-return]

    page = browser.get("discussion.comments", ref=proposal.reference)
    pages = [told(page)]
    while "Next" in " ".join(page.texts(".nhsuk-pagination")):
        page = browser.get(page.select(".nhsuk-pagination__link--next")[0].attributes["href"] or "")
        pages.append(told(page))
    in_order = [f"Comment {number:02}" for number in range(46)]
    assert [text for each in pages for text in each] == in_order[::-1]
    assert [len(each) for each in pages] == [20, 20, 6]
    page = browser.get(page.select(".nhsuk-pagination__link--prev")[0].attributes["href"] or "")
    assert told(page) == pages[1]
    page = browser.get("discussion.comments", ref=proposal.reference, order="oldest")
    assert told(page) == in_order[:20]
    # A cursor of nobody's making starts again.
    assert told(browser.get(f"/proposals/{proposal.reference}/comments?after=x")) == pages[0]
    assert browser.get("discussion.comments", ref=proposal.reference, thread=top.id).h1 == (
        "One comment and its answers"
    )


def test_a_long_thread_has_a_page_of_its_own(client: Client, committed: Committed) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        people = [make_member(f"Member {number}") for number in range(6)]
        top = say(proposal, people[0], "The question")
        answers = [say(proposal, people[number % 6], f"Answer {number:02}", top) for number in range(53)]
    page = client.as_(people[0]).get("discussion.comments", ref=proposal.reference)
    assert len(page.select(".app-thread__replies article")) == 4
    [more] = [address for words, address in page.links().items() if words.startswith("See 49 more answers")]
    assert len(page.browser.get(more).select(".app-thread__replies article")) == 50
    last = client.as_(people[0]).get("discussion.comment", comment_id=answers[-1].id)
    assert last.texts(".app-thread__replies .app-prose") == ["Answer 50", "Answer 51", "Answer 52"]


def test_who_assesses_it_neither_reads_nor_writes_until_it_is_decided(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
        member = make_member()
        comment = say(cast.proposal, member, "I doubt the figures.")
    for browser in (client.as_(cast.reviewers[0]), client.as_(cast.reviewers[1])):
        page = browser.get("proposals.show", ref=cast.ref)
        assert "so that your review is your own" in page.text
        assert "would adopt it" not in page.text
        for place, values in (
            ("discussion.comments", {"ref": cast.ref}),
            ("discussion.reply", {"comment_id": comment.id}),
            ("discussion.report_comment", {"comment_id": comment.id}),
            ("discussion.endorsements", {"ref": cast.ref, "kind": "adopt"}),
        ):
            assert "I doubt the figures." not in browser.get(place, status=403, **values).text
        browser.get("discussion.comment", comment_id=comment.id, status=403)
        browser.post("discussion.endorse", status=403, ref=cast.ref, kind="support")
    manager = client.as_(cast.manager)
    page = manager.get("discussion.comments", ref=cast.ref)
    assert "I doubt the figures." in page.text
    assert "ask the team through the assessment" in page.text
    manager.get("discussion.comment_on_proposal", ref=cast.ref, status=403)
    manager.post("discussion.endorse", status=403, ref=cast.ref, kind="support")
    team = client.as_(cast.champion).get("discussion.comments", ref=cast.ref)
    team.submit("Send comment", text="Ask us about them.")


def test_what_is_kept_to_assessors_is_not_discussed(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager, member = make_champion(), make_manager(), make_member()
        proposal = make_submitted(champion, visibility="assessors")
    for person in (champion, manager, member):
        browser = client.as_(person)
        browser.get("discussion.comments", ref=proposal.reference, status=404)
        browser.post("discussion.endorse", status=404, ref=proposal.reference, kind="support")
        browser.post("discussion.follow", status=404, ref=proposal.reference)
    assert "What people say" not in client.as_(champion).get("proposals.show", ref=proposal.reference).text


def test_what_members_wrote_stays_among_members_once_it_is_approved(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_staff()
        programme = make_programme(staff)
        proposal = programme.proposal
        member, lay = make_member(), make_person(is_lay=True, name="Maureen Fitzpatrick")
        before = Comment(
            proposal_id=proposal.id,
            forum="members",
            author_id=member.id,
            text="Said among members",
            written_at=clock.now(),
        )
        db.session.add(before)
        say(proposal, lay, "Said in public")
    slug = programme.slug
    for browser in (client.visitor(), client.as_(lay), client.as_(member)):
        page = browser.get("discussion.programme_comments", slug=slug)
        assert "Said in public" in page.text
        assert "Said among members" not in page.text
    assert "Patient, carer or member of the public" in page.text
    page = page.click("See what members wrote before it was approved")
    assert "Said among members" in page.text
    assert "The discussion goes on at its programme" in page.text
    client.as_(member).get("discussion.comment_on_proposal", ref=proposal.reference, status=403)
    client.as_(lay).get("discussion.comments", ref=proposal.reference, status=404)
    client.as_(lay).get("discussion.comment", comment_id=before.id, status=404)
    visitor = client.visitor().get("discussion.comment", comment_id=before.id, status=302)
    assert visitor.location.startswith("/login")
    # The team is not published: its badge is for members.
    page = client.as_(staff.champion).get("discussion.programme_comments", slug=slug)
    page.submit("Send comment", text="From the team")
    assert "On the team" not in client.as_(lay).get("discussion.programme_comments", slug=slug).text
    assert "On the team" in client.as_(member).get("discussion.programme_comments", slug=slug).text


@pytest.mark.parametrize("end", ["withdrawn", "not-taken-forward"])
def test_with_the_proposal_its_comments_are_gone_for_those_who_may_not_see_it(
    client: Client, committed: Committed, end: str
) -> None:
    with committed():
        champion, manager, member = make_champion(), make_manager(), make_member()
        proposal = make_submitted(champion)
        comment = say(proposal, member, "Who leads it?")
        proposal.stage = end  # type: ignore[assignment]
    browser = client.as_(member)
    browser.get("discussion.comments", ref=proposal.reference, status=404)
    browser.get("discussion.comment", comment_id=comment.id, status=404)
    browser.get("discussion.remove_comment", comment_id=comment.id, status=404)
    for person in (champion, manager):
        page = client.as_(person).get("discussion.comments", ref=proposal.reference)
        assert "Who leads it?" in page.text
        assert "Its discussion is closed." in page.text
        client.as_(person).get("discussion.comment_on_proposal", ref=proposal.reference, status=403)


def test_of_someone_whose_account_is_closed_the_words_stay_and_the_name_goes(
    client: Client, committed: Committed
) -> None:
    with committed():
        proposal, member = make_submitted(make_champion()), make_member()
        say(proposal, member, "Who leads it?")
        member.active = False
        other = make_member("Delroy Campbell")
    page = client.as_(other).get("discussion.comments", ref=proposal.reference)
    assert page.texts(".app-comment__who") == ["Someone whose account is closed"]
    assert "Who leads it?" in page.text
    assert "Chloe" not in page.text


def test_nothing_said_stands_on_the_proposals_own_history(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
        before = db.session.scalar(
            select(func.count(Event.id)).where(Event.subject == proposal.event_subject)
        )
        say(proposal, make_member(), "Who leads it?")
        assert before == db.session.scalar(
            select(func.count(Event.id)).where(Event.subject == proposal.event_subject)
        )
        [event] = db.session.scalars(select(Event).where(Event.kind == "add_comment"))
        assert (event.audience, event.texts) == ("members", [])
    assert isinstance(proposal, Proposal)


def test_many_comments_take_as_many_queries_as_one(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
        member = make_member()
        say(proposal, champion, "An answer", say(proposal, member, "A question"))
    paths = [f"/proposals/{proposal.reference}/comments", f"/proposals/{proposal.reference}"]
    before = [counted_queries(app, client, member, path) for path in paths]
    with committed():
        again = db.session.get_one(Proposal, proposal.id)
        for number in range(50):
            author = make_member(f"Member {number}", organisation="valley-university")
            top = say(again, author, f"Comment {number}")
            say(again, author, f"Answer {number}", top)
    assert [counted_queries(app, client, member, path) for path in paths] == before
