"""What moves and goes back, in any order: nobody stands twice, and nothing gets lost that nobody took back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from exchange import clock
from exchange.accounts.models import Person
from exchange.discussion import queries as discussion
from exchange.discussion import services as talking
from exchange.discussion.kinds import Endorsing, Forum
from exchange.discussion.models import Comment, Endorsement, Follow
from exchange.extensions import db
from exchange.merging import ledger
from exchange.merging.models import Merge, MergeOutcome, Voice
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.discussion.arrange import make_member
from tests.proposals.arrange import make_bare, make_champion

PROPOSALS, PEOPLE = 3, 2
number, who = st.integers(0, PROPOSALS - 1), st.integers(0, PEOPLE - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), number, who, st.sampled_from(list(Voice))),
        st.tuples(st.just("take back"), number, who, st.sampled_from(list(Voice))),
        st.tuples(st.just("write"), number, who, st.booleans()),
        st.tuples(st.just("merge"), number, number, st.none()),
        st.tuples(st.just("undo"), number, who, st.none()),
    ),
    min_size=4,
    max_size=22,
)


@dataclass
class Told:
    """The same by a simpler way: what somebody says is a set of the proposals of which they said it, each said where they were
    then. Merging and undoing change where each of them leads, never what was said."""

    into: dict[int, int] = field(default_factory=dict)
    said: set[tuple[int, int, Voice]] = field(default_factory=set)
    comments: list[int] = field(default_factory=list)  # of each the proposal of which its thread was begun

    def end(self, proposal: int) -> int:
        while proposal in self.into:
            proposal = self.into[proposal]
        return proposal

    def say(self, proposal: int, person: int, voice: Voice) -> None:
        if not self.stands(proposal, person, voice):
            self.said.add((proposal, person, voice))

    def take_back(self, proposal: int, person: int, voice: Voice) -> None:
        self.said = {
            each for each in self.said if each[1:] != (person, voice) or self.end(each[0]) != proposal
        }

    def stands(self, proposal: int, person: int, voice: Voice) -> bool:
        return any(
            (each, voiced) == (person, voice) and self.end(of) == proposal for of, each, voiced in self.said
        )


Step = tuple[str, int, int, object]
SAID_TWICE: list[Step] = [("say", at, 0, voice) for at in (0, 1) for voice in Voice]
BOTH_INTO_ONE: list[Step] = [("merge", 0, 2, None), ("merge", 1, 2, None)]
ONE_AFTER_ANOTHER: list[Step] = [("merge", 0, 1, None), ("merge", 1, 2, None)]
UNDO_FIRST: Step = ("undo", 0, 0, None)
UNDO_SECOND: Step = ("undo", 1, 0, None)


def test_any_order_of_merging_and_undoing(app: Flask, committed: Committed) -> None:
    with committed():
        ids = [make_champion().id, *(make_member(f"Member {at}").id for at in range(PEOPLE))]

    @settings(max_examples=30)
    @given(steps=STEPS)
    # What two merges brought stays for the second when the first is undone.
    @example(steps=[*SAID_TWICE, *BOTH_INTO_ONE, UNDO_FIRST, UNDO_SECOND])
    @example(steps=[*SAID_TWICE, *BOTH_INTO_ONE, UNDO_SECOND, UNDO_FIRST])
    @example(steps=[*SAID_TWICE, *ONE_AFTER_ANOTHER, UNDO_FIRST, UNDO_SECOND, UNDO_FIRST])
    # What was taken back meanwhile stays taken back, and what was said anew stays where it was said.
    @example(steps=[*SAID_TWICE, *BOTH_INTO_ONE, ("take back", 2, 0, Voice.ADOPT), UNDO_FIRST])
    @example(
        steps=[
            *SAID_TWICE,
            *BOTH_INTO_ONE,
            ("take back", 2, 0, Voice.FOLLOW),
            ("say", 2, 0, Voice.FOLLOW),
            UNDO_FIRST,
            UNDO_SECOND,
        ]
    )
    def play(steps: list[Step]) -> None:
        with app.app_context():
            _play([db.session.get_one(Person, id_) for id_ in ids], steps)
            db.session.rollback()

    play()


def _play(everyone: list[Person], steps: list[Step]) -> None:
    champion, *people = everyone
    proposals = [make_bare(champion, at) for at in range(PROPOSALS)]
    told, moment = Told(), clock.now()
    threads: dict[int, int] = {}
    for at, (do, first, second, more) in enumerate(steps):
        with clock.pretend(moment + timedelta(minutes=at)):
            proposal = proposals[first]
            if do == "merge":
                if first != second and not {first, second} & told.into.keys():
                    _merge(proposal, proposals[second])
                    told.into[first] = second
            elif do == "undo":
                if first in told.into and told.into[first] not in told.into:
                    _undo(proposal)
                    del told.into[first]
            elif first in told.into:
                continue
            elif do == "write":
                parent = _thread(proposal) if more else None
                written = _write(proposal, people[second], parent)
                threads[written.id] = threads[parent.id] if parent else first
                told.comments.append(threads[written.id])
            else:
                assert isinstance(more, Voice)
                _say(do, proposal, people[second], more)
                (told.say if do == "say" else told.take_back)(first, second, more)
        db.session.flush()
        if do in {"merge", "undo"} or at == len(steps) - 1:
            _check(told, proposals, people)


def _merge(source: Proposal, target: Proposal) -> None:
    merge = Merge(
        source=source,
        target=target,
        reason="Same.",
        proposed_by_id=source.champion_id,
        proposed_at=clock.now(),
        outcome=MergeOutcome.DONE,
        ended_at=clock.now(),
    )
    db.session.add(merge)
    db.session.flush()
    ledger.move(merge)
    source.merged_into, source.stage = target, Stage.MERGED


def _undo(source: Proposal) -> None:
    query = select(Merge).where(Merge.source_id == source.id, Merge.undone_at.is_(None))
    merge = db.session.scalars(query).one()
    ledger.move_back(merge)
    merge.undone_at = clock.now()
    source.merged_into, source.stage = None, Stage.SUBMITTED


def _say(do: str, proposal: Proposal, person: Person, voice: Voice) -> None:
    if voice is Voice.FOLLOW:
        (talking.follow if do == "say" else talking.unfollow)(proposal, person)
    else:
        act = talking.endorse if do == "say" else talking.take_back_endorsement
        act(proposal, person, Endorsing(voice))


def _write(proposal: Proposal, person: Person, parent: Comment | None) -> Comment:
    comment = Comment(
        proposal_id=proposal.id,
        forum=Forum.MEMBERS,
        parent_id=parent.id if parent else None,
        author_id=person.id,
        text="So it is.",
        written_at=clock.now(),
    )
    db.session.add(comment)
    db.session.flush()
    return comment


def _thread(proposal: Proposal) -> Comment | None:
    query = select(Comment).where(Comment.proposal_id == proposal.id, Comment.parent_id.is_(None))
    return db.session.scalars(query.order_by(Comment.id.desc()).limit(1)).one_or_none()


def _check(told: Told, proposals: list[Proposal], people: list[Person]) -> None:
    for at, proposal in enumerate(proposals):
        voices = discussion.voices(proposal, Forum.MEMBERS)
        adopting, supporting, following = (
            [person for person in range(PEOPLE) if told.stands(at, person, voice)]
            for voice in (Voice.ADOPT, Voice.SUPPORT, Voice.FOLLOW)
        )
        assert (voices.adopters, voices.supporters) == (len(adopting), len(supporting))
        assert voices.organisations == min(len(adopting), 1)
        assert voices.comments == sum(told.end(of) == at for of in told.comments)
        assert [discussion.is_following(person, proposal) for person in people] == [
            person in following for person in range(PEOPLE)
        ]
        # Counters are what the rows say: nobody stands twice.
        of = Endorsement.proposal_id == proposal.id
        rows = db.session.scalar(select(func.count()).select_from(Endorsement).where(of))
        assert rows == voices.adopters + voices.supporters
        follows = select(func.count()).select_from(Follow).where(Follow.proposal_id == proposal.id)
        assert db.session.scalar(follows) == len(following)
