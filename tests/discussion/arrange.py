"""Proposals and programmes that people talk about, made inside `with committed():` by the real services."""

from __future__ import annotations

from exchange.accounts.models import Person
from exchange.discussion import moderation, places, services
from exchange.discussion.kinds import Endorsing, ReportReason
from exchange.discussion.models import Comment
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from tests.factories import make_person

OTHER = "river-trust"


def make_member(name: str = "Chloe Bannister", **columns: object) -> Person:
    return make_person(**{"name": name, "organisation": OTHER, **columns})  # type: ignore[arg-type]


def say(proposal: Proposal, author: Person, text: str, parent: Comment | None = None) -> Comment:
    """Where it is talked about now."""
    place = places.now_at(proposals.seen(author, proposal.reference))
    return services.add_comment(place, author, text, parent)


def endorse(proposal: Proposal, person: Person, kind: Endorsing = Endorsing.SUPPORT) -> None:
    services.endorse(proposal, person, kind)


def report(comment: Comment, reporter: Person, words: str = "Look.") -> None:
    moderation.report_comment(comment, reporter, reason=ReportReason.UNKIND, words=words)


def fresh(comment: Comment) -> Comment:
    return db.session.get_one(Comment, comment.id, populate_existing=True)
