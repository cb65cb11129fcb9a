"""Reads of My work: everything that waits for one person, in as many queries for fifty things as for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select, union_all

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.policy import is_administrator, keeps_register, runs_a_theme, waits_to_be_settled
from exchange.asks import queries as asks
from exchange.asks.models import Ask
from exchange.assessment import policy as assessment_policy
from exchange.assessment import queries as assessment
from exchange.assessment.deliberation import queries as deliberation
from exchange.assessment.deliberation.queries import WaitingQuestions
from exchange.assessment.queries import Section, WaitingReview
from exchange.benefits import waiting as benefits
from exchange.benefits.waiting import WaitingFigures
from exchange.campaigns import queries as campaigns
from exchange.decisions import policy as decisions_policy
from exchange.decisions import worklist as decisions
from exchange.discussion import moderation
from exchange.extensions import alias_of, db
from exchange.interests import policy as interests_policy
from exchange.merging import queries as merging
from exchange.merging.models import Merge
from exchange.outbox import Message
from exchange.proposals import invitations, joining, stand_ins
from exchange.proposals import policy as proposals_policy
from exchange.proposals.campaigns import Campaign
from exchange.proposals.lifecycle import EDITABLE, Stage
from exchange.proposals.models import Invitation, JoinRequest, Proposal, co_author
from exchange.region.models import Theme
from exchange.reports.tasks import Task, in_order
from exchange.spread import queries as spread
from exchange.spread.models import Programme
from exchange.wording import counted, cut, day, on_day

MOST_PROPOSALS = 50
OWN = alias_of(Proposal)

# The questions of the manager's list that ask for something.
ASKING = frozenset({"new", "ready", "overdue", "late-changes", "champion-left"})


@dataclass(frozen=True)
class OwnProposal:
    """A proposal of the person's team that waits for somebody else, or has ended."""

    reference: str
    title: str
    stage: Stage
    status: str
    since: date


@dataclass(frozen=True)
class Work:
    """All that My work shows. `lists` are the staff's own pages that this person may open, as (endpoint,
    words)."""

    tasks: list[Task]
    proposals: list[OwnProposal]
    asks: list[Ask]
    lists: list[tuple[str, str]]
    can_propose: bool
    waits_to_be_settled: bool


def work_of(person: Person) -> Work:
    mine = _proposals_of(person)
    tasks = [
        *_own_tasks(person),
        *_to_keep_register(person),
        *map(_to_answer, invitations.waiting_for(person)),
        *map(_to_answer_request, joining.waiting_for(person)),
        *map(_to_answer_merge, merging.waiting_for(person)),
        *(_to_write(row, person) for row in mine if row.stage in EDITABLE),
        *map(_to_answer_panel, deliberation.waiting_for_team(person)),
    ]
    if assessment_policy.is_reviewer(person):
        tasks += map(_to_review, assessment.waiting_reviews(person))
    if assessment_policy.is_manager(person) or decisions_policy.directs_a_theme(person):
        tasks += map(_to_look_again, spread.pauses_waiting(person, clock.today()))
    if assessment_policy.is_manager(person):
        tasks += _to_triage(assessment.triage(person))
        tasks += map(_to_pass_on, deliberation.waiting_for_manager(person))
        tasks += map(_to_answer_ask, asks.waiting_for_manager(person))
    if decisions_policy.directs_a_theme(person):
        tasks += _to_decide(person)
    tasks += map(_to_confirm, benefits.waiting_for(person))
    if runs_a_theme(person):
        tasks += _to_moderate(person)
        tasks += map(_to_run_campaign, campaigns.waiting_for(person))
    if is_administrator(person):
        tasks += _to_administer(person)
    return Work(
        tasks=in_order(tasks, clock.today()),
        proposals=[_own(row) for row in mine if row.stage not in EDITABLE],
        asks=asks.own_asks(person),
        lists=_lists(person),
        can_propose=proposals_policy.can_propose(person),
        waits_to_be_settled=waits_to_be_settled(person),
    )


def _proposals_of(person: Person) -> list[Row[Any]]:
    """Those on whose team the person is: first those that wait for the team, by the day that was promised, then the newest of
    the others. However many others there are, none of the first is pushed out."""
    # Each by its index: asked of every proposal at once, PostgreSQL read them all.
    theirs = union_all(
        select(OWN.c.id).where(OWN.c.champion_id == person.id),
        select(co_author.c.proposal_id).where(co_author.c.person_id == person.id),
    )
    query = (
        select(
            Proposal.reference,
            Proposal.title,
            Proposal.stage,
            Proposal.stage_since,
            Proposal.edited_at,
            Proposal.changes_due,
            Proposal.champion_id,
            Theme.name.label("theme"),
        )
        .outerjoin(Theme, Theme.id == Proposal.lead_theme_id)
        .where(Proposal.id.in_(theirs))
        .limit(MOST_PROPOSALS)
    )
    is_theirs, newest = (
        Proposal.stage.in_(sorted(EDITABLE)),
        (Proposal.stage_since.desc(), Proposal.id.desc()),
    )
    due_first = (Proposal.stage != Stage.CHANGES_REQUESTED, Proposal.changes_due, *newest)
    return [
        *db.session.execute(query.where(is_theirs).order_by(*due_first)),
        *db.session.execute(query.where(~is_theirs).order_by(*newest)),
    ]


def _own_tasks(person: Person) -> Iterator[Task]:
    if person.terms_accepted_at is None and (
        (person.organisation_id is not None and not person.is_lay) or person.grants
    ):
        yield Task(
            "Accept the confidentiality terms",
            "You can then act in the roles that you have."
            if person.grants
            else "You can then submit proposals, and read what other members share.",
            "accounts.accept_terms",
            {},
            clock.day_of(person.create_datetime),
        )


def _to_keep_register(person: Person) -> Iterator[Task]:
    """Once a year, and whoever never did, at once."""
    checked_at = person.interests_checked_at
    if not keeps_register(person) or not interests_policy.is_to_check(checked_at, clock.today()):
        return
    due = interests_policy.check_by(checked_at)
    yield Task(
        "Check your register of interests" if due else "Keep a register of interests",
        "Say which organisations and people you could not judge freely, or that there are none.",
        "interests.register",
        {},
        clock.day_of(checked_at or min(grant.granted_at for grant in person.grants)),
        due,
    )


def _to_answer(invitation: Invitation) -> Task:
    """Of the proposal, title, champion and organisation are all that someone invited reads."""
    champion, until = invitation.proposal.champion, clock.day_of(invitation.expires_at)
    return Task(
        invitation.proposal.title,
        f"{champion.name} invites you to be a co-author. Answer by {day(until)}.",
        "assessment.invitation",
        {"ref": invitation.proposal.reference},
        clock.day_of(invitation.invited_at),
        until,
        (champion.organisation.name,) if champion.organisation else (),
    )


def _to_answer_request(request: JoinRequest) -> Task:
    proposal = request.proposal
    return Task(
        proposal.title,
        f"{request.person.name} asks to join your team. Say yes or no.",
        "assessment.answer_request",
        {"ref": proposal.reference, "request_id": str(request.id)},
        clock.day_of(request.asked_at),
        facts=(proposal.reference,),
    )


def _to_answer_merge(merge: Merge) -> Task:
    """Both champions read both."""
    return Task(
        merge.source.title,
        f"{merge.proposed_by.name} proposes that it continues in “{cut(merge.target.title, 80)}”. Say yes or no.",
        "merging.answer_merge",
        {"ref": merge.source.reference},
        clock.day_of(merge.proposed_at),
        facts=(merge.source.reference,),
    )


def _to_write(row: Row[Any], person: Person) -> Task:
    """A draft, or a proposal of which changes are asked."""
    if row.stage is Stage.DRAFT:
        todo, since, due = "Finish your draft, then submit it.", clock.day_of(row.edited_at), None
    else:
        verb = "were" if row.changes_due < clock.today() else "are"
        again = "Submit it again" if row.champion_id == person.id else "Help to change it"
        todo = f"{again}: changes {verb} due {on_day(row.changes_due)}."
        since, due = clock.day_of(row.stage_since), row.changes_due
    facts = (row.reference, row.theme or "", f"edited {day(row.edited_at)}")
    return Task(
        row.title,
        todo,
        "proposals.edit",
        {"ref": row.reference},
        since,
        due,
        tuple(filter(None, facts)),
        can_wait=row.stage is Stage.DRAFT,
    )


def _own(row: Row[Any]) -> OwnProposal:
    since = clock.day_of(row.stage_since)
    status = {
        Stage.SUBMITTED: f"A programme manager of {row.theme} reads it next.",
        Stage.IN_ASSESSMENT: "Reviewers are assessing it.",
        Stage.ASSESSED: f"A theme director of {row.theme} decides next.",
        Stage.SPREAD: "It spreads across the region.",
        Stage.NOT_TAKEN_FORWARD: f"It was closed on {day(since)}.",
        Stage.WITHDRAWN: f"It was withdrawn on {day(since)}.",
        Stage.MERGED: f"It has continued in another proposal since {day(since)}.",
    }
    return OwnProposal(row.reference, row.title, row.stage, status[row.stage], since)


def _to_review(review: WaitingReview) -> Task:
    verb = "was" if review.is_overdue else "is"
    takes = f"It takes about {counted(review.minutes, 'minute')}{' more' if review.is_started else ''}."
    todo = "Confirm or change what you wrote before." if review.is_to_confirm else takes
    return Task(
        review.title,
        f"Your review {verb} due {on_day(review.due)}. {todo}",
        "assessment.review",
        {"ref": review.reference},
        review.due,
        review.due,
        tuple(filter(None, (review.reference, review.organisation, review.theme))),
    )


def _to_answer_panel(waiting: WaitingQuestions) -> Task:
    asks = (
        f"The panel asks your team {counted(waiting.count, 'question')}. Answer while the assessment goes on."
    )
    return _about_questions(waiting, asks)


def _to_pass_on(waiting: WaitingQuestions) -> Task:
    asked = counted(waiting.count, "question").capitalize()
    return _about_questions(waiting, f"{asked} of reviewers to pass on to the team, or not.")


def _about_questions(waiting: WaitingQuestions, todo: str) -> Task:
    ref = waiting.reference
    return Task(
        waiting.title, todo, "assessment.questions", {"ref": ref}, clock.day_of(waiting.since), facts=(ref,)
    )


def _to_answer_ask(ask: Ask) -> Task:
    return Task(
        ask.programme.proposal.title,
        f"{ask.organisation.name} asks to adopt it. Answer, then say what comes of it.",
        "asks.show",
        {"ask_id": str(ask.id)},
        clock.day_of(ask.asked_at),
        facts=(f"asked on {day(ask.asked_at)} by {ask.asked_by.name}",),
    )


def _to_triage(sections: Iterable[Section]) -> Iterator[Task]:
    for section in sections:
        question = section.question
        if question.id in ASKING and section.oldest:
            todo = _how_many(section.count, section.oldest)
            yield Task(question.heading, todo, "assessment.triage", {"_anchor": question.id}, section.oldest)


def _to_look_again(programme: Programme) -> Task:
    assert programme.review_on is not None
    return Task(
        programme.proposal.title,
        f"It is paused, to be looked at again {on_day(programme.review_on)}: it goes on, stays paused or ends.",
        "spread.programme",
        {"slug": programme.slug},
        programme.review_on,
        programme.review_on,
        (programme.proposal.reference, "paused programme"),
    )


def _to_decide(person: Person) -> Iterator[Task]:
    waiting = decisions.waiting_decisions(person)
    for heading, is_prepared in (("Ready for your decision", False), ("Prepared, waiting for release", True)):
        days = [clock.day_of(row.since) for row in waiting if row.is_prepared is is_prepared]
        if days:
            yield Task(heading, _how_many(len(days), min(days)), "decisions.decisions", {}, min(days))


def _to_confirm(waiting: WaitingFigures) -> Task:
    since = clock.day_of(waiting.since)
    todo = f"{counted(waiting.count, 'figure').capitalize()} of what it brought to confirm."
    return Task(waiting.title, todo, "benefits.benefits", {"slug": waiting.slug, "_anchor": "waiting"}, since)


def _to_moderate(person: Person) -> Iterator[Task]:
    count, since = moderation.waiting_for(person)
    if since is not None:
        todo = _how_many(count, clock.day_of(since), ("reported comment", "reported comments"))
        yield Task("Comments to look at", todo, "discussion.moderation_list", {}, clock.day_of(since))


def _to_run_campaign(campaign: Campaign) -> Task:
    """A draft, or one that has closed."""
    is_draft, values = campaign.announced_at is None, {"campaign_id": campaign.id}
    if is_draft:
        todo = f"Check this campaign and announce it. It is to open {on_day(campaign.opens_at)}."
        since = clock.day_of(campaign.created_at)
    else:
        since = clock.day_of(campaign.closes_at)
        todo = f"The campaign closed on {day(since)}. Write its results once its answers are decided."
    endpoint = "campaigns.check" if is_draft else "campaigns.results"
    return Task(campaign.title, todo, endpoint, values, since, facts=("campaign",), can_wait=not is_draft)


def _to_administer(person: Person) -> Iterator[Task]:
    # As `accounts.policy.waits_to_be_settled` says of one person.
    is_waiting = (
        Person.active,
        Person.confirmed_at.is_not(None),
        ~Person.is_lay,
        Person.organisation_id.is_(None),
    )
    people = select(func.count(), func.min(Person.confirmed_at)).where(*is_waiting)
    failed = select(func.count(), func.min(Message.given_up_at)).where(Message.given_up_at.is_not(None))
    lacking = stand_ins.lacking(person)
    if lacking.rows:
        since = clock.day_of(lacking.rows[0].submitted_at)
        todo = _how_many(lacking.count, since, ("stand-in", "stand-ins"))
        yield Task("Stand-ins to name", todo, "administration.stand_ins", {}, since)
    for heading, query, words, endpoint in (
        ("People to settle", people, ("person", "people"), "administration.waiting"),
        ("Mail that could not be sent", failed, ("message", "messages"), "notifications.failed_mail"),
    ):
        count, oldest = db.session.execute(query).one()
        if oldest is not None:
            yield Task(
                heading, _how_many(count, clock.day_of(oldest), words), endpoint, {}, clock.day_of(oldest)
            )


def _lists(person: Person) -> list[tuple[str, str]]:
    found = [
        (assessment_policy.is_reviewer(person), "assessment.reviews", "Your reviews"),
        (assessment_policy.is_manager(person), "assessment.triage", "Triage"),
        (assessment_policy.is_manager(person), "asks.asks", "Asks to adopt"),
        (assessment_policy.is_manager(person), "reports.reviewing", "How reviewing goes"),
        (decisions_policy.directs_a_theme(person), "decisions.decisions", "Decisions"),
        (runs_a_theme(person), "reports.dashboard", "Dashboard"),
        (runs_a_theme(person), "beyond.offers_made", "Offers to other networks"),
        (runs_a_theme(person), "discussion.moderation_list", "Comments to look at"),
        (is_administrator(person), "administration.overview", "Administration"),
    ]
    return [(endpoint, words) for may_open, endpoint, words in found if may_open]


def _how_many(count: int, oldest: date, words: tuple[str, str] = ("proposal", "proposals")) -> str:
    return f"{counted(count, *words)}, {'since' if count == 1 else 'the first since'} {day(oldest)}."
