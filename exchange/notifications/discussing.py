"""Who is told of comments, and what followers are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from exchange.accounts.models import Person
from exchange.addresses import address, path_of
from exchange.adoption.steps import Step
from exchange.discussion import moderation, policy
from exchange.discussion import queries as discussion
from exchange.discussion.models import Comment
from exchange.events import Event
from exchange.extensions import db
from exchange.notifications.news import News, People, Row
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.proposals.policy import events_read_by
from exchange.region.models import Organisation
from exchange.spread import queries as spread
from exchange.spread.life import CHANGES
from exchange.spread.models import Programme

# What any reader may be told of, also one who could not assess the proposal.
FOR_READERS = frozenset(
    {
        "commented",
        "comment_answered",
        "comment_hidden",
        "comment_restored",
        "followed",
        "continues",
        "went_back",
    }
)


def _in_sentence(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


# What followers are told, after "It" or the programme's name; `adopted` is told of some steps only.
FOLLOWED: Mapping[str, str] = {
    "submit": "a new version was submitted",
    "start_assessment": "its assessment has started",
    "approve_spread": "approved to spread across the region",
    "activate_programme": "the programme is active",
    "record_adoption": "",
    **{change.event: _in_sentence(change.done) for change in CHANGES.values()},
}
TOLD_STEPS = frozenset({Step.ADOPTED, Step.EMBEDDED})


def proposal_of(event: Event) -> Proposal | None:
    """Whose comment, discussion or programme it is about."""
    kind, _, number = event.subject.partition(":")
    if kind == "comment":
        return db.session.get_one(Comment, int(number)).proposal
    if kind == "programme":
        return db.session.get_one(Programme, int(number)).proposal
    return None


def comment_path(news: News) -> str:
    return path_of("discussion.comment", comment_id=_comment(news).id)


def moderating_path(news: News) -> str:
    return path_of("discussion.moderate_comment", comment_id=_comment(news).id)


def page_path(news: News) -> str:
    """Of the programme, once there is one."""
    programme = spread.programme_of(news.about) if news.about.stage is Stage.SPREAD else None
    if programme is None:
        return path_of("proposals.show", ref=news.about.reference)
    return path_of("spread.programme", slug=programme.slug)


def team(news: News) -> list[Person]:
    """Its team, while the comment can be read."""
    return news.about.team if _comment(news).is_shown else []


def answered(news: News) -> list[Person]:
    """Who wrote what the comment answers, while they read both."""
    comment, answers = _comment(news), news.happened.facts["answers"]
    if answers is None or not comment.is_shown:
        return []
    author = db.session.get_one(Comment, answers).author
    standing = proposals.standing_in(author, news.about)
    return [] if policy.why_not_read(standing, news.about, comment.forum) else [author]


def moderators(news: News) -> list[Person]:
    """Who looks at what was reported, when it is the first report that waits."""
    comment = _comment(news)
    waiting = discussion.waiting_reports(comment)
    is_first = bool(waiting) and waiting[0].reporter_id == news.happened.actor_id
    return moderation.moderators(comment) if is_first else []


def hidden_author(news: News) -> list[Person]:
    comment = _comment(news)
    return [comment.author] if comment.hidden_at is not None else []


def restored_author(news: News) -> list[Person]:
    comment = _comment(news)
    return [comment.author] if comment.is_shown else []


def followers(news: News) -> Iterator[Person]:
    """Those who may read of the event, one by one, as there may be thousands. Of the steps of organisations, that one has adopted
    it."""
    event = news.happened
    if event.kind == "record_adoption" and event.facts["step"] not in TOLD_STEPS:
        return
    for person in discussion.followers(news.about, event.at):
        if person.id in news.told:
            continue
        if event.audience in events_read_by(proposals.standing_in(person, news.about), news.about):
            yield person


def what_was_written(news: News) -> Mapping[str, Any]:
    return {"comment": _comment(news)}


def what_became_of_it(news: News) -> Mapping[str, Any]:
    """The news as the rest of a sentence, and where following is ended."""
    unfollow = address("discussion.unfollow", ref=news.about.reference)
    return {"said": _said(news), "unfollow": unfollow}


def _said(news: News) -> str:
    event = news.happened
    if event.kind != "record_adoption":
        return FOLLOWED[event.kind]
    name = db.session.get_one(Organisation, event.facts["organisation"]).name
    return f"{name} has {'embedded' if event.facts['step'] == Step.EMBEDDED else 'adopted'} it"


def _comment(news: News) -> Comment:
    _, _, number = news.happened.subject.partition(":")
    return db.session.get_one(Comment, int(number))


def _row(to: People, template: str, path: Callable[[News], str] = comment_path) -> Row:
    return Row(to, template, path, more=what_was_written)


ROWS: Mapping[str, tuple[Row, ...]] = {
    "add_comment": (_row(answered, "comment_answered"), _row(team, "commented")),
    "report_comment": (_row(moderators, "comment_reported", moderating_path),),
    "hide_comment": (_row(hidden_author, "comment_hidden"),),
    "restore_comment": (_row(restored_author, "comment_restored"),),
}
FOLLOWERS = Row(followers, "followed", page_path, more=what_became_of_it)
