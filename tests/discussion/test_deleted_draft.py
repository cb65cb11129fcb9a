"""A proposal that was submitted, talked about, taken back and deleted."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from exchange.discussion import services as discussion
from exchange.discussion.kinds import Endorsing
from exchange.discussion.models import Comment, CommentReport, Endorsement, Follow
from exchange.extensions import Base, db
from exchange.notifications.models import Notification
from exchange.proposals import services
from exchange.proposals.models import Proposal
from tests.assessment.arrange import make_champion, make_submitted
from tests.conftest import Committed
from tests.discussion.arrange import endorse, make_member, report, say
from tests.notifications.arrange import tell
from tests.pages import Client

LEFT: tuple[type[Base], ...] = (Comment, CommentReport, Endorsement, Follow, Notification, Proposal)


def test_what_was_said_of_it_goes_with_it(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_submitted(champion)
        comment = say(proposal, member, "Who leads it?")
        say(proposal, champion, "A nurse.", comment)
        report(comment, make_member("Somebody else"))
        endorse(proposal, member, Endorsing.ADOPT)
        discussion.follow(proposal, member)
    tell(app)
    with committed():
        services.recall(db.session.get_one(Proposal, proposal.id), champion)
    page = client.as_(champion).get("proposals.delete", ref=proposal.reference)
    page.submit("Delete the draft")
    with committed():
        left = {
            table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) for table in LEFT
        }
        assert left == dict.fromkeys(left, 0)
