"""Two proposals that become one, or two again, at the very same moment as something else happens to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from exchange.discussion.models import Follow
from exchange.extensions import db
from exchange.merging.services import propose_merge
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.factories import make_person
from tests.merging.arrange import make_twins, merge
from tests.pages import Client
from tests.races.racing import Case, Race, Rounds, at_proposal, race_one_story


def merge_and_withdraw() -> Case:
    twins = make_twins()
    propose_merge(twins.source, twins.target, twins.bob, reason="Same.")
    return twins.source, [
        at_proposal(twins.amina, "merging.answer_merge", twins.source, {"answer": "agree"}, "merge"),
        at_proposal(twins.bob, "assessment.withdraw", twins.source, {"reason": "Our plans changed."}),
    ]


def undo_merge_twice() -> Case:
    twins = make_twins()
    merge(twins.source, twins.target)
    return twins.source, [
        at_proposal(person, "merging.undo_merge", twins.source, {"reason": "No."})
        for person in (twins.bob, twins.amina)
    ]


@pytest.mark.parametrize(
    "arrange", [merge_and_withdraw, undo_merge_twice], ids=lambda arrange: arrange.__name__
)
def test_merging_at_once_makes_one_story(
    client: Client, committed: Committed, rounds: Rounds, arrange: Callable[[], Case]
) -> None:
    race_one_story(client, committed, rounds, arrange)


def test_of_two_merges_that_cross_one_wins(client: Client, committed: Committed, rounds: Rounds) -> None:
    """And what others say of the two meanwhile stands where it ends."""
    with committed():
        twins = make_twins()
        source, target, member = twins.source, twins.target, make_person(organisation="valley-university")
        propose_merge(source, target, twins.bob, reason="Same.")
        propose_merge(target, source, twins.amina, reason="Same.")
    race = Race(
        client,
        [
            at_proposal(twins.amina, "merging.answer_merge", source, {"answer": "agree"}),
            at_proposal(twins.bob, "merging.answer_merge", target, {"answer": "agree"}),
            at_proposal(member, "discussion.follow", source, {}),
            at_proposal(member, "discussion.follow", target, {}),
        ],
    )
    for _ in rounds():
        answers = race.run()
        assert sorted(answers[:2]) == [302, 409], answers
        assert set(answers[2:]) <= {302, 409}
        with committed():
            stages = {db.session.get_one(Proposal, each.id).stage: each.id for each in (source, target)}
            assert stages.keys() == {Stage.MERGED, Stage.SUBMITTED}
            left = select(Follow.person_id).where(Follow.proposal_id == stages[Stage.MERGED])
            assert db.session.scalars(left).all() == []
