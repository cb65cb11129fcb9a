"""Reporting a comment, and what a manager does about it."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from exchange.discussion.models import CommentReport
from exchange.extensions import db
from exchange.proposals.models import Proposal
from tests.assessment.arrange import make_cast, make_champion, make_director, make_manager, make_submitted
from tests.conftest import Committed
from tests.discussion.arrange import fresh, make_member, report, say
from tests.notifications.arrange import forget, tell, texts_to, told
from tests.pages import Client
from tests.statements import counted_queries


def test_a_reported_comment_is_hidden_with_a_reason_and_shown_again(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        proposal, manager = make_submitted(make_champion()), make_manager()
        writer, reader = make_member(), make_member("Delroy Campbell")
        comment = say(proposal, writer, "Bed 4 of our unit")
    tell(app)
    forget(committed)
    page = client.as_(reader).get("discussion.report_comment", comment_id=comment.id)
    assert page.submit("Report comment", status=422).errors == ["Select what is wrong with it"]
    assert page.submit("Report comment", status=422, reason="other").errors == ["Enter what is wrong with it"]
    page = page.submit("Report comment", reason="confidential", words="One knows who it is.")
    assert "You have reported it" in page.text
    tell(app)
    assert told(committed) == {"Rachel Tolley": ["a comment was reported"]}
    forget(committed)

    page = client.as_(manager).get("reports.my_work")
    assert "1 reported comment, since" in page.text
    page = page.browser.get("discussion.moderation_list")
    assert "One knows who it is." in page.text
    page = page.browser.get("discussion.moderate_comment", comment_id=comment.id)
    assert page.submit("Save", status=422).errors == ["Select what happens with it"]
    assert page.submit("Save", status=422, action="hide").errors == ["Enter why you hide it"]
    page = page.submit("Save", action="hide", why_hidden="It tells who a patient is.")
    assert "Nothing waits for you" in page.text

    tell(app)
    assert told(committed) == {"Chloe Bannister": ["your comment is hidden"]}
    assert "It tells who a patient is." in texts_to(committed, writer)[0]
    forget(committed)
    for person in (writer, reader):
        page = client.as_(person).get("discussion.comments", ref=proposal.reference)
        assert page.texts(".app-comment__instead") == ["Hidden by the manager: It tells who a patient is."]
        assert "Bed 4" not in page.text
        assert "no comments." in page.text.lower()
    client.as_(writer).get("discussion.edit_comment", comment_id=comment.id, status=409)

    page = client.as_(manager).get("discussion.moderation_list", show="hidden")
    assert "Bed 4 of our unit" in page.text
    page = page.browser.get("discussion.moderate_comment", comment_id=comment.id)
    page.submit("Save", action="restore", why_restored="Nobody can be told from it.")
    tell(app)
    assert told(committed) == {"Chloe Bannister": ["your comment is shown again"]}
    assert "Bed 4" in client.as_(reader).get("discussion.comments", ref=proposal.reference).text


def test_a_report_is_kept_once_for_each_and_dismissed_for_all(client: Client, committed: Committed) -> None:
    with committed():
        proposal, manager = make_submitted(make_champion()), make_manager()
        writer, readers = make_member(), [make_member(f"Reader {number}") for number in range(2)]
        comment = say(proposal, writer, "I do not like it.")
        for reader in (*readers, readers[0]):
            report(comment, reader)
    page = client.as_(manager).get("discussion.moderate_comment", comment_id=comment.id)
    assert "2 reports" in page.text
    page.submit("Save", action="dismiss", note="One may say so.")
    with committed():
        reports = db.session.scalars(select(CommentReport)).all()
        assert [each.settled for each in reports] == ["dismissed", "dismissed"]
        assert fresh(comment).is_shown
    # The other manager, whose page was open all the time.
    assert "settled it since" in page.submit("Save", status=409, action="dismiss", note="Fine.").text


def test_what_was_reported_stays_as_it_was_read(client: Client, committed: Committed) -> None:
    with committed():
        proposal, manager = make_submitted(make_champion()), make_manager()
        writer, reader = make_member(), make_member("Delroy Campbell")
        comment = say(proposal, writer, "Bed 4 of our unit")
        report(comment, reader)
    client.as_(writer).get("discussion.edit_comment", comment_id=comment.id).submit(
        "Save changes", text="A bed of our unit"
    )
    page = client.as_(manager).get("discussion.moderate_comment", comment_id=comment.id)
    assert "A bed of our unit" in page.text
    assert "It said then: Bed 4 of our unit" in page.text
    client.as_(writer).get("discussion.remove_comment", comment_id=comment.id).submit("Remove comment")
    assert "Nothing waits for you" in client.as_(manager).get("discussion.moderation_list").text
    page.submit("Save", status=409, action="hide", why_hidden="Too late.")


def test_nobody_moderates_what_they_wrote_and_then_it_goes_to_the_director(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        author = make_member("Cem Aksoy")
        manager, director = make_manager(), make_director()
        comment = say(proposal, author, "Words")
        comment.author_id = manager.id
        db.session.flush()
        report(comment, make_member())
    tell(app)
    assert "a comment was reported" in told(committed)["Paul Okafor"]
    assert "a comment was reported" not in told(committed).get("Rachel Tolley", [])
    client.as_(manager).get("discussion.moderate_comment", comment_id=comment.id, status=403)
    assert "Comments to look at (" not in client.as_(manager).get("reports.my_work").text
    assert "1 reported comment" in client.as_(director).get("reports.my_work").text
    assert "1 reported comment" not in client.as_(manager).get("reports.my_work").text


def test_report_goes_to_the_director_where_the_only_manager_has_an_interest(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        bound, director = make_manager(name="Bound Manager", organisation="hill-hospital"), make_director()
        comment = say(make_submitted(make_champion()), make_member("Cem Aksoy"), "Words")
        report(comment, make_member())
    tell(app)
    assert "a comment was reported" in told(committed)["Paul Okafor"]
    assert "1 reported comment" in client.as_(director).get("reports.my_work").text
    assert "Words" in client.as_(director).get("discussion.moderation_list").text
    assert "1 reported comment" not in client.as_(bound).get("reports.my_work").text
    with committed():
        make_manager()
    assert "Words" not in client.as_(director).get("discussion.moderation_list").text


def test_only_the_themes_staff_without_an_interest_moderate(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        bound = make_manager(name="Bound Manager", organisation="hill-hospital")
        member = make_member()
        comment = say(cast.proposal, member, "Words")
        report(comment, make_member("Delroy Campbell"))
    for person in (bound, cast.champion, cast.reviewers[0], member):
        client.as_(person).get("discussion.moderate_comment", comment_id=comment.id, status=403)
    assert "Nothing waits for you" in client.as_(bound).get("discussion.moderation_list").text
    assert "Words" in client.as_(cast.manager).get("discussion.moderation_list").text


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        proposal, manager = make_submitted(make_champion()), make_manager()
        report(say(proposal, make_member(), "Words"), make_member("Delroy Campbell"))
    before = [counted_queries(app, client, manager, path) for path in ("/moderation", "/my-work")]
    with committed():
        here = db.session.get_one(Proposal, proposal.id)
        for number in range(24):
            report(say(here, make_member(f"Writer {number}"), "Words"), make_member(f"Reader {number}"))
    assert [counted_queries(app, client, manager, path) for path in ("/moderation", "/my-work")] == before
