"""One round as each person may know it: the reviewer their own place, the manager everyone's, the panel its
reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange.accounts.models import Person
from exchange.assessment import feedback, policy, rubric, scoring
from exchange.assessment.closing import Tally, progress
from exchange.assessment.models import DECLINED, Assignment, EarlierReview, Interest, Review, Round
from exchange.assessment.picture import Picture, draw
from exchange.assessment.queries.eligibility import conflict_in, declared_in
from exchange.assessment.queries.history import EarlierSubmission, earlier_submissions
from exchange.assessment.queries.rounds import (
    RECOMMENDING,
    counted_reviews,
    current_round,
    marks_of,
    scores_of,
    tally,
)
from exchange.assessment.scoring import Aggregate
from exchange.assessment.written import written_in
from exchange.errors import NotFound, WrongStage
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.proposals.policy import Seen
from exchange.proposals.queries import Offer
from exchange.wording import day, in_words


@dataclass(frozen=True)
class Assigned:
    """A person's own place on a panel."""

    seen: Seen
    round: Round
    assignment: Assignment

    @property
    def is_declared(self) -> bool:
        return self.assignment.interest is Interest.NONE and self.seen.standing.is_reviewer

    @property
    def is_submitted(self) -> bool:
        review = self.assignment.review
        return review is not None and review.submitted_at is not None

    @property
    def is_writable(self) -> bool:
        return self.round.is_open and self.is_declared and not self.is_submitted

    @property
    def is_reopenable(self) -> bool:
        return self.round.is_open and self.is_declared and self.is_submitted


def assigned(person: Person, ref: str) -> Assigned:
    """This person's place in the latest round of the proposal. Raises NotFound for everyone who has none, and WrongStage for
    who has yet to declare while it waits."""
    seen = proposals.seen(person, ref)
    round_ = current_round(seen.proposal)
    assignment = None if round_ is None else assignment_of(person, round_)
    if round_ is None or assignment is None or assignment.removed_at is not None:
        raise NotFound
    if not policy.can_declare(seen.standing, seen.proposal.stage, is_resting=round_.is_suspended):
        raise NotFound
    if not round_.is_open and assignment.interest is not Interest.NONE:
        if round_.is_suspended:
            raise WrongStage(
                "The assessment waits while the team makes changes. We write to you when it goes on."
            )
        raise NotFound
    return Assigned(seen, round_, assignment)


def ever_assigned(person: Person, ref: str) -> Assignment:
    """Their place in the latest round, though they may have been taken off it since; for giving back what
    they typed."""
    if not proposals.REFERENCE.fullmatch(ref.upper()):
        raise NotFound
    query = (
        select(Assignment)
        .join(Round)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .where(Proposal.reference == ref.upper(), Assignment.person_id == person.id)
        .order_by(Round.number.desc())
        .limit(1)
    )
    assignment = db.session.scalar(query)
    if assignment is None:
        raise NotFound
    return assignment


def assignment_of(person: Person, round_: Round) -> Assignment | None:
    return db.session.scalar(
        select(Assignment)
        .where(Assignment.round_id == round_.id, Assignment.person_id == person.id)
        .options(joinedload(Assignment.review))
    )


def version_reviewed_before(assigned: Assigned) -> int | None:
    """The newest of the earlier versions that this reviewer wrote about, whatever became of the review. What is saved anew is
    about the version at hand, so what was written before is asked too."""

    def newest(of: Any) -> ColumnElement[int]:
        return func.max(case((of < assigned.round.version_number, of)))

    query = (
        select(*map(newest, (Review.version_number, Review.version_before, EarlierReview.version_number)))
        .select_from(Review)
        .join(Review.assignment)
        .join(Assignment.round)
        .outerjoin(Review.earlier)
        .where(
            Round.proposal_id == assigned.round.proposal_id,
            Assignment.person_id == assigned.assignment.person_id,
        )
    )
    return max((each for each in db.session.execute(query).one() if each is not None), default=None)


@dataclass(frozen=True)
class Place:
    """One reviewer of a round, as its manager sees them. `conflict` binds them now, whatever they
    declared."""

    assignment: Assignment
    conflict: str
    declared_reason: str

    @property
    def has_submitted(self) -> bool:
        review = self.assignment.review
        return review is not None and review.submitted_at is not None and review.withdrawn_at is None

    @property
    def counts(self) -> bool:
        return self.has_submitted and self.is_on_panel and self.assignment.interest is Interest.NONE

    @property
    def is_on_panel(self) -> bool:
        return self.assignment.removed_at is None and not self.conflict

    @property
    def is_expected(self) -> bool:
        """Whether a review may still come from them."""
        return self.is_on_panel and self.assignment.person.active and not self.counts

    @property
    def status(self) -> str:
        """Where they stand, as a sentence."""
        assignment, review = self.assignment, self.assignment.review
        if assignment.interest is Interest.INTEREST:
            return f"Declared an interest. {self.declared_reason}"
        if assignment.interest in DECLINED:
            return f"{assignment.interest.said.capitalize()}."
        if assignment.removed_at is not None:
            return f"Taken off the panel on {day(assignment.removed_at)}. {assignment.removed_reason}"
        if self.conflict:
            return f"Has an interest now, so nothing of theirs counts. {self.conflict}"
        if review is not None and review.submitted_at is not None:
            return f"Review submitted on {day(review.submitted_at)}."
        if not assignment.person.active:
            return "Has left, so their review will not come."
        if assignment.interest is None:
            return "Has not declared yet."
        if assignment.is_reopened:
            return "Has opened their review again, so it does not count now."
        if assignment.is_to_confirm:
            return "Asked to confirm or change their review."
        return "Has begun to review." if review is not None else "Declared no interest, and has not begun."

    @property
    def is_removable(self) -> bool:
        """Whose review is in stays, so that nobody can pick the reviews that count."""
        return self.assignment.removed_at is None and not self.counts


@dataclass(frozen=True)
class Staffed:
    """A round and its panel, for a manager of the lead theme."""

    seen: Seen
    round: Round
    places: list[Place]
    tally: Tally
    closing: Offer | None

    @property
    def progress(self) -> str:
        return progress(self.tally)


def staffed(person: Person, ref: str) -> Staffed:
    """The latest round with everyone who is or was on its panel. Raises NotFound for all but the theme's
    managers."""
    seen = proposals.seen(person, ref)
    round_ = current_round(seen.proposal) if policy.manages(person, seen) else None
    if round_ is None:
        raise NotFound
    offers = {offer.action.name: offer for offer in proposals.offers(seen, person)}
    return Staffed(seen, round_, places(round_), tally(round_), offers.get("close_assessment"))


def places(round_: Round) -> list[Place]:
    query = (
        select(Assignment)
        .join(Assignment.person)
        .where(Assignment.round_id == round_.id)
        .order_by(Assignment.id)
        .options(
            selectinload(Assignment.review).selectinload(Review.earlier),
            contains_eager(Assignment.person).selectinload(Person.interests),
        )
    )
    declared = declared_in(round_.proposal)
    return [
        Place(each, conflict_in(each.person, round_.proposal, declared), declared.get(each.person_id, ""))
        for each in db.session.scalars(query)
    ]


def place(person: Person, ref: str, letter: str) -> tuple[Staffed, Place]:
    """One reviewer of the latest round, by letter. Raises NotFound."""
    found = staffed(person, ref)
    one = next((each for each in found.places if each.assignment.letter == letter), None)
    if one is None:
        raise NotFound
    return found, one


@dataclass(frozen=True)
class PanelReview:
    """One counted review, named as this reader may know its author."""

    author: str
    is_own: bool
    review: Review
    total: float

    @property
    def recommendation(self) -> str:
        return in_words(self.review.recommendation) if self.review.recommendation else ""

    def score(self, key: str) -> int | str:
        """As it is shown."""
        score = scores_of(self.review)[key]
        return "Cannot judge" if score is None else score

    def rationale(self, key: str) -> str:
        return next(score.rationale for score in self.review.scores if score.criterion.key == key)


@dataclass(frozen=True)
class Panel:
    """What a panel says, for one reader. `earlier` are submissions that were changed, for staff alone."""

    seen: Seen
    round: Round
    tally: Tally
    figures: Aggregate
    reviews: list[PanelReview]
    waiting_for: list[str]
    numbers: list[int]
    earlier: list[EarlierSubmission]

    @property
    def feedback(self) -> str:
        """All of what the team will read."""
        return feedback.of_round(self.round)

    @property
    def criteria(self) -> dict[str, str]:
        """Names by key, in the rubric's order."""
        return {criterion.key: criterion.name for criterion in self.round.rubric.criteria}

    @property
    def progress(self) -> str:
        return progress(self.tally)

    @property
    def letters(self) -> list[tuple[str, str]]:
        """Who is who, where authors are named to this reader."""
        named = self.seen.standing.is_staff
        return [(each.review.assignment.letter, each.author) for each in self.reviews] if named else []

    @property
    def picture(self) -> Picture:
        given = {
            each.review.assignment.letter: {
                key: score for key, score in written_in(each.review).scores.items() if isinstance(score, int)
            }
            for each in self.reviews
        }
        return draw(given, self.criteria)

    @property
    def disagreed(self) -> frozenset[str]:
        """The criteria on which the scores lie far apart, by key."""
        return frozenset(each.key for each in self.figures.criteria if each.disagrees)

    @property
    def dissenting(self) -> list[PanelReview]:
        """The reviews that recommend otherwise than most; none where the panel is split evenly."""
        recommend = [each for each in self.reviews if each.review.recommendation in RECOMMENDING]
        others = [each for each in self.reviews if each not in recommend]
        return [] if len(recommend) == len(others) else min(recommend, others, key=len)


def panel(person: Person, ref: str) -> Panel:
    """The panel's view of the latest round. Raises NotFound for those who may not read it (yet)."""
    seen = proposals.seen(person, ref)
    return _panel(person, seen, current_round(seen.proposal))


def panel_of(person: Person, ref: str, number: int) -> Panel:
    """The same of an earlier round, by its number."""
    seen = proposals.seen(person, ref)
    rounds = db.session.scalars(select(Round).where(Round.proposal_id == seen.proposal.id))
    return _panel(person, seen, next((each for each in rounds if each.number == number), None))


def reads_panel(person: Person, seen: Seen, round_: Round) -> bool:
    own = assignment_of(person, round_)
    is_on_panel = own is not None and own.removed_at is None
    review = own.review if own is not None and is_on_panel else None
    has_submitted = review is not None and review.submitted_at is not None and review.withdrawn_at is None
    owes_a_review = round_.is_open and is_on_panel and not has_submitted
    return policy.can_read_panel(seen.standing, owes_a_review=owes_a_review, has_submitted=has_submitted)


def _panel(person: Person, seen: Seen, round_: Round | None) -> Panel:
    if round_ is None or not reads_panel(person, seen, round_):
        raise NotFound
    reviews = counted_reviews(round_)
    weights = rubric.weights(round_.rubric)
    is_staff = seen.standing.is_staff
    rounds = select(Round).where(Round.proposal_id == seen.proposal.id).order_by(Round.number)
    held = places(round_)
    waiting = [each.assignment for each in held if each.is_expected] if round_.is_open else []
    return Panel(
        seen,
        round_,
        tally(round_),
        scoring.aggregate([marks_of(review) for review in reviews], weights),
        [
            PanelReview(
                _author(review.assignment, person, named=is_staff),
                review.assignment.person_id == person.id,
                review,
                scoring.weighted_mean(scores_of(review), weights),
            )
            for review in reviews
        ],
        [_author(assignment, person, named=is_staff) for assignment in waiting],
        [each.number for each in db.session.scalars(rounds) if reads_panel(person, seen, each)],
        earlier_submissions(round_, held) if is_staff else [],
    )


def _author(assignment: Assignment, reader: Person, *, named: bool) -> str:
    """Staff read names; reviewers know each other by letters."""
    if named:
        return assignment.person.name
    letter = f"Reviewer {assignment.letter}"
    return f"You ({letter})" if assignment.person_id == reader.id else letter
