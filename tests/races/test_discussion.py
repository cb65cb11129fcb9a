"""Races of those who talk about proposals."""

from __future__ import annotations

from sqlalchemy import select

from exchange import clock
from exchange.discussion import queries as discussion
from exchange.discussion.kinds import Forum
from exchange.events import Event
from exchange.extensions import db
from tests.conftest import Committed
from tests.discussion.arrange import make_member, say
from tests.pages import Client
from tests.proposals.arrange import make_champion, make_manager, make_submitted
from tests.races.racing import CROWDED, Race, Rounds, Sent


def test_endorsing_following_and_reporting_at_once_count_once(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    """Two people, each with two clicks."""
    with committed():
        champion, people = make_champion(), [make_member() for _ in range(2)]
        proposal = make_submitted(champion)
        comment = say(proposal, champion, "Ask us.")
    of_proposal, of_comment = {"ref": proposal.reference}, {"comment_id": comment.id}
    races = [
        Race(client, [Sent(each, endpoint, data, values=values) for each in people for _ in range(2)])
        for endpoint, data, values in (
            ("discussion.endorse", {}, {**of_proposal, "kind": "adopt"}),
            ("discussion.follow", {}, of_proposal),
            ("discussion.report_comment", {"reason": "unkind", "words": ""}, of_comment),
        )
    ]
    for _ in rounds(CROWDED):
        assert [race.run() for race in races] == [[302] * 4] * 3
        with committed():
            voices = discussion.voices(proposal, Forum.MEMBERS)
            assert (voices.adopters, voices.organisations) == (2, 1)
            assert len(discussion.followers(proposal, clock.now())) == 2
            assert len(discussion.waiting_reports(comment)) == 2
            kinds = ("endorse", "report_comment")
            actors = [each.id for each in people]
            query = select(Event.kind).where(Event.actor_id.in_(actors), Event.kind.in_(kinds))
            assert sorted(db.session.scalars(query)) == sorted(kinds * 2)


def test_a_flood_sent_all_at_once_is_stopped_at_the_limit(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    with committed():
        proposal, person = make_submitted(make_champion()), make_member()
        for number in range(8):
            say(proposal, person, f"Comment {number}")
    values = {"ref": proposal.reference}
    said = [{"text": f"More {number}"} for number in range(6)]
    race = Race(
        client, [Sent(person, "discussion.comment_on_proposal", each, values=values) for each in said]
    )
    for _ in rounds(CROWDED):
        assert sorted(race.run()) == [302, 302, 422, 422, 422, 422]
        with committed():
            assert discussion.voices(proposal, Forum.MEMBERS).comments == 10


def test_one_manager_hides_what_its_writer_changes_at_that_moment(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    """Either comes first; never is a hidden comment changed after."""
    with committed():
        proposal, manager, writer = make_submitted(make_champion()), make_manager(), make_member()
        comment = say(proposal, writer, "As it was")
    values = {"comment_id": comment.id}
    hide = {"action": "hide", "why_hidden": "Unkind."}
    race = Race(
        client,
        [
            Sent(manager, "discussion.moderate_comment", hide, values=values),
            Sent(writer, "discussion.edit_comment", {"text": "Otherwise"}, values=values),
        ],
    )
    for _ in rounds():
        hidden, edited = race.run()
        assert (hidden, edited) in {(302, 302), (302, 409)}
        with committed():
            query = select(Event.kind).where(Event.subject == comment.event_subject)
            kinds = list(db.session.scalars(query.order_by(Event.position)))
            assert kinds[-1] == "hide_comment"
            assert ("edit_comment" in kinds) == (edited == 302)
