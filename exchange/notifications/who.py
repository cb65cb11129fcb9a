"""Who is told what: one table from what happened to the people concerned, their e-mail, and the page that it
leads to.

The functions choose people by the part they have in the proposal at the moment of telling, and a conflict of
interest takes every part but the team's away. Whatever they choose, nobody is told of a proposal that they
may not see, unless the row says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from exchange import clock
from exchange.accounts import queries as accounts
from exchange.accounts.models import Person
from exchange.assessment import queries as assessment
from exchange.assessment.models import Assignment, Interest, Round
from exchange.decisions import queries as decisions
from exchange.extensions import db
from exchange.notifications import acting, announcing, campaigning, deliberating, discussing, joining, merging
from exchange.notifications.news import News, Row, champion, co_authors, directors, managers, team
from exchange.notifications.of_programmes import OF_PROGRAMMES
from exchange.notifications.paths import (
    DISCUSSION,
    EDIT,
    INVITATION,
    LETTER,
    PACK,
    PAGE,
    PANEL,
    QUESTIONS,
    REVIEW,
    REVIEWERS,
    TEAM,
    WORK,
)
from exchange.proposals import invitations, record
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Invitation
from exchange.proposals.policy import Seen


def deciding(news: News) -> list[Person]:
    """Directors who may decide, which those who assessed it may not."""
    return [person for person in directors(news) if not assessment.has_assessed(person, news.about)]


def assigned(news: News) -> list[Person]:
    """Those whom the event put on the panel, and who are still there."""
    chosen = select(Assignment).where(Assignment.id.in_(news.happened.facts["assignments"]))
    return [each.person for each in db.session.scalars(chosen) if _is_on_panel(each)]


def taken_off(news: News) -> list[Person]:
    """Whom the event took off the panel, unless they are back."""
    assignment = db.session.get_one(Assignment, news.happened.facts["assignment"])
    return [] if _is_on_panel(assignment) else [assignment.person]


def owing(news: News) -> list[Person]:
    """Everyone with a review to write in the open round."""
    round_ = assessment.open_round(news.about)
    return [] if round_ is None else [each.person for each in round_.assignments if owes_review(each)]


def panel_at_rest(news: News) -> list[Person]:
    """Those who review it, when the changes asked for make their assessment rest."""
    round_ = assessment.resting_round(news.about)
    return [] if round_ is None else [each.person for each in round_.assignments if _is_on_panel(each)]


def panel_going_on(news: News) -> list[Person]:
    """Those who review it once more; who joins the panel now is told of that."""
    round_, happened = assessment.open_round(news.about), news.happened
    goes_on = happened.kind == "refer_back" or happened.facts.get("resumed")
    if round_ is None or round_.number != happened.facts["round"] or not goes_on:
        return []
    return [
        each.person for each in round_.assignments if each.assigned_at <= happened.at and owes_review(each)
    ]


def panel_of_withdrawn(news: News) -> list[Person]:
    """The panel of the round that the withdrawal ended, or that rests while it is merged, which may no longer see the proposal,
    where nothing binds them."""
    number = news.happened.facts.get("round")
    query = select(Assignment).join(Round).where(Round.proposal_id == news.about.id, Round.number == number)
    return [each.person for each in db.session.scalars(query) if _is_on_panel(each)]


def managers_of_lost_review(news: News) -> list[Person]:
    """Managers, when what a reviewer declared took them off the panel."""
    return [] if news.happened.facts["interest"] == Interest.NONE else managers(news)


def discussing_managers(news: News) -> list[Person]:
    """Managers who read the discussion, which one on the panel does only once their review is in."""
    round_ = assessment.open_round(news.about)
    if round_ is None:
        return []
    return [each for each in managers(news) if assessment.reads_panel(each, _seen(each, news), round_)]


def managers_when_quorate(news: News) -> list[Person]:
    """Managers who may close it, when this review is the one that makes up the quorum."""
    round_ = assessment.open_round(news.about)
    if round_ is None or round_.number != news.happened.facts["round"]:
        return []
    counted = sorted(
        assessment.counted_reviews(round_), key=lambda review: review.submitted_at or clock.now()
    )
    made_quorum = counted[round_.quorum - 1 : round_.quorum]
    if [each.assignment_id for each in made_quorum] != [news.happened.facts["assignment"]]:
        return []
    return [each for each in managers(news) if not assessment.has_assessed(each, news.about)]


def directors_of_assessed(news: News) -> list[Person]:
    """Directors, when it was theirs to decide on."""
    return directors(news) if news.happened.facts["from_stage"] == Stage.ASSESSED else []


def directors_of_declined(news: News) -> list[Person]:
    """Directors, when what is reopened was theirs to decide."""
    declined = proposals.last_event(news.about, "decline")
    if declined is None or news.happened.facts["from_stage"] != Stage.NOT_TAKEN_FORWARD:
        return []
    return directors(news) if declined.facts["from_stage"] == Stage.ASSESSED else []


def person_settled(news: News) -> list[Person]:
    """The person whom the event is about, while they belong to an organisation."""
    kind, _, number = news.happened.subject.partition(":")
    found = db.session.get(Person, int(number)) if kind == "person" else None
    return [] if found is None or found.organisation_id is None else [found]


def new_champion(news: News) -> list[Person]:
    """Whom the event made the champion, while they are."""
    found = news.about.champion
    return [found] if found.id == news.happened.facts["person"] else []


def co_authors_of_new_champion(news: News) -> list[Person]:
    return co_authors(news) if new_champion(news) else []


def removed_co_author(news: News) -> list[Person]:
    """Whom the event took off the team, unless they are back."""
    person = accounts.person(news.happened.facts["person"])
    return [] if person in news.about.team else [person]


def invited(news: News) -> list[Person]:
    """Whoever confirmed the address that was invited, while they can answer."""
    invitation = _waiting_invitation(news)
    person = None if invitation is None else accounts.by_email(invitation.email)
    return [person] if person is not None and person.confirmed_at is not None else []


def invited_without_account(news: News) -> list[str]:
    """The address that was invited, while it can be answered and nobody has confirmed it."""
    invitation = _waiting_invitation(news) if news.happened.kind == "invite" else None
    return [] if invitation is None or invited(news) else [invitation.email]


def _waiting_invitation(news: News) -> Invitation | None:
    invitation = db.session.get_one(Invitation, news.happened.facts["invitation"])
    return None if invitations.why_not_answered(invitation) else invitation


def bound_by_new_co_author(news: News) -> list[Person]:
    """A reviewer whom somebody else's joining the team took off the panel."""
    return [
        person
        for person in (taken_off(news) if news.happened.facts.get("team_changed") else [])
        if person not in news.about.team
    ]


def _seen(person: Person, news: News) -> Seen:
    return Seen(news.about, proposals.standing_in(person, news.about))


def _is_on_panel(assignment: Assignment) -> bool:
    """And nothing binds them, as a move to the team's organisation would."""
    if assignment.removed_at is not None or assignment.interest not in {None, Interest.NONE}:
        return False
    return not proposals.conflict_of(assignment.person, assignment.round.proposal)


def owes_review(assignment: Assignment) -> bool:
    return _is_on_panel(assignment) and (assignment.review is None or assignment.review.submitted_at is None)


def by_date(news: News) -> Mapping[str, Any]:
    """The dates that the event names."""
    return {
        name: date.fromisoformat(news.happened.facts[name])
        for name in ("due", "due_before")
        if name in news.happened.facts
    }


def sections_by_date(news: News) -> Mapping[str, Any]:
    titles = {section.id: section.title for section in record.sections(news.about.answers)}
    asked = [titles[id_] for id_ in news.happened.facts["sections"] if id_ in titles]
    return {**by_date(news), "sections": [f"“{title}”" for title in asked]}


def until(news: News) -> Mapping[str, Any]:
    """The last day to answer the invitation."""
    return {"until": db.session.get_one(Invitation, news.happened.facts["invitation"]).expires_at}


def letter_by_date(news: News) -> Mapping[str, Any]:
    """The champion's letter, as it was released."""
    return {**by_date(news), "letter": decisions.letter_of(news.happened)}


DECISION = (
    Row(champion, "decision", LETTER, more=letter_by_date),
    Row(co_authors, "decision_news", LETTER, more=by_date),
)


TOLD: Mapping[str, tuple[Row, ...]] = {
    "submit": (
        Row(team, "submitted", PAGE, confirms=True),
        Row(managers, "to_triage", PAGE, while_in=Stage.SUBMITTED),
    ),
    "recall": (Row(managers, "recalled", WORK, outlives=True), Row(co_authors, "recalled_by_champion", PAGE)),
    "transfer": (
        Row(managers, "transferred_to_you", PAGE, while_in=Stage.SUBMITTED),
        Row(team, "transferred", PAGE),
    ),
    "request_changes": (
        Row(team, "changes_requested", EDIT, while_in=Stage.CHANGES_REQUESTED, more=sections_by_date),
        Row(panel_at_rest, "review_rests", PAGE, while_in=Stage.CHANGES_REQUESTED),
    ),
    "start_assessment": (
        Row(panel_going_on, "review_again", REVIEW, while_in=Stage.IN_ASSESSMENT, more=by_date),
        Row(team, "in_assessment", PAGE, more=by_date),
    ),
    "refer_back": (
        Row(panel_going_on, "referred_back", REVIEW, while_in=Stage.IN_ASSESSMENT, more=by_date),
        Row(managers, "referred_back_to_panel", REVIEWERS, while_in=Stage.IN_ASSESSMENT, more=by_date),
        Row(team, "in_assessment_again", PAGE),
    ),
    "reopen": (
        Row(team, "reopened", EDIT, while_in=Stage.CHANGES_REQUESTED, more=by_date),
        Row(directors_of_declined, "reopened_by_manager", PAGE),
    ),
    "add_reviewers": (Row(assigned, "assigned", REVIEW, while_in=Stage.IN_ASSESSMENT, more=by_date),),
    "remove_reviewer": (Row(taken_off, "review_not_needed", WORK, outlives=True),),
    "leave_panel": (
        Row(managers, "reviewer_gone", REVIEWERS),
        Row(bound_by_new_co_author, "review_not_possible", WORK, outlives=True),
    ),
    "extend": (Row(owing, "extended", REVIEW, while_in=Stage.IN_ASSESSMENT, more=by_date),),
    "declare": (Row(managers_of_lost_review, "reviewer_lost", REVIEWERS),),
    "declare_interest": (Row(acting.staff, "staff_declared", PAGE, more=acting.parts),),
    "withdraw_review": (Row(managers_of_lost_review, "reviewer_lost", REVIEWERS),),
    "reopen_review": (Row(managers, "review_reopened", REVIEWERS, while_in=Stage.IN_ASSESSMENT),),
    "ask_team": (Row(managers, "question_asked", QUESTIONS, while_in=Stage.IN_ASSESSMENT),),
    "put_question": (
        Row(team, "question_put", QUESTIONS, while_in=Stage.IN_ASSESSMENT),
        Row(deliberating.asker, "question_passed_on", QUESTIONS, more=deliberating.question),
    ),
    "decline_question": (
        Row(deliberating.asker, "question_declined", QUESTIONS, more=deliberating.question),
    ),
    "answer_question": (
        Row(deliberating.declared_panel, "question_answered", QUESTIONS, more=deliberating.question),
        Row(managers, "question_answered", QUESTIONS, more=deliberating.question),
        Row(team, "question_answered_by_team", QUESTIONS),
    ),
    "discuss": (
        Row(
            deliberating.discussing_panel, "discussed", DISCUSSION, while_in=Stage.IN_ASSESSMENT, gathers=True
        ),
        Row(discussing_managers, "discussed", DISCUSSION, while_in=Stage.IN_ASSESSMENT, gathers=True),
    ),
    "submit_review": (Row(managers_when_quorate, "ready_to_close", PANEL),),
    "close_assessment": (
        Row(deciding, "ready_to_decide", PACK, while_in=Stage.ASSESSED),
        Row(team, "assessed", PAGE),
    ),
    "approve_spread": DECISION,
    "develop": DECISION,
    "decline": (*DECISION, merging.ENDED),
    "withdraw": (
        Row(managers, "withdrawn", PAGE),
        Row(directors_of_assessed, "withdrawn", PAGE),
        Row(panel_of_withdrawn, "review_withdrawn", WORK, outlives=True),
        merging.ENDED,
    ),
    **merging.ROWS,
    "merge": (*merging.ROWS["merge"], Row(panel_of_withdrawn, "review_merged", WORK, outlives=True)),
    **OF_PROGRAMMES,
    "invite": (Row(invited, "invited", INVITATION, outlives=True, more=until),),
    "accept_invitation": (Row(team, "invitation_accepted", TEAM),),
    "decline_invitation": (Row(champion, "invitation_declined", TEAM),),
    "ask_to_join": (Row(champion, "asked_to_join", TEAM, more=joining.request),),
    "accept_request": (
        Row(joining.who_asked, "request_accepted", PAGE),
        Row(co_authors, "joined_team", TEAM, more=joining.request),
    ),
    "decline_request": (Row(joining.who_asked, "request_declined", PAGE),),
    "leave_team": (Row(team, "left_team", TEAM),),
    "remove_co_author": (Row(removed_co_author, "removed_from_team", WORK, outlives=True),),
    "hand_over": (
        Row(new_champion, "handed_over_to_you", TEAM),
        Row(co_authors_of_new_champion, "handed_over", TEAM),
    ),
    "appoint_champion": (
        Row(new_champion, "appointed", TEAM),
        Row(co_authors_of_new_champion, "champion_appointed", TEAM),
    ),
    "name_stand_in": (Row(acting.stand_in, "stand_in_named", PAGE, more=acting.part),),
    "end_stand_in": (Row(acting.stand_in, "stand_in_ended", WORK, outlives=True, more=acting.part),),
    "settle": (Row(person_settled, "settled", WORK),),
}
# Who follows it comes last, so that whoever takes part is told as that.
TOLD = {
    **TOLD,
    **discussing.ROWS,
    **campaigning.ROWS,
    **announcing.ROWS,
    **{kind: (*TOLD.get(kind, ()), discussing.FOLLOWERS) for kind in discussing.FOLLOWED},
}
