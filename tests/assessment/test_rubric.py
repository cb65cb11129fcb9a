from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.accounts.roles import Role
from exchange.assessment import queries, rubric
from exchange.assessment.models import Round, Rubric
from exchange.assessment.rubric_comparison import compare
from exchange.errors import Conflict
from exchange.extensions import db
from exchange.proposals.comparison import Change
from exchange.region import pack, services
from tests.assessment.arrange import make_cast, make_submitted, start, submit
from tests.conftest import Committed
from tests.databases import TINY_REGION
from tests.factories import make_person

PACK = pack.read(TINY_REGION.read_bytes())


def changed(**changes: object) -> pack.Pack:
    first, *others = PACK.rubric
    return replace(PACK, rubric=(replace(first, **changes), *others))  # type: ignore[arg-type]


def test_the_pack_makes_the_first_version(committed: Committed) -> None:
    with committed():
        latest = rubric.latest()
        assert latest is not None
        assert latest.number == 1
        assert [(each.key, each.weight, each.position) for each in latest.criteria] == [
            ("need", 40, 1),
            ("benefit", 60, 2),
        ]
        assert rubric.weights(latest) == {"need": 40, "benefit": 60}


def test_the_same_pack_makes_no_new_version(committed: Committed) -> None:
    with committed():
        services.load(PACK)
        assert db.session.query(Rubric).count() == 1


def test_a_changed_rubric_makes_the_next_version_and_edits_none(committed: Committed) -> None:
    with committed():
        cast = make_cast()
        used = cast.round.rubric_id
        services.load(changed(high="Everyone says so."))
        latest = rubric.latest()
        assert latest is not None
        assert (latest.number, latest.criteria[0].high) == (2, "Everyone says so.")
        assert db.session.get_one(Rubric, used).criteria[0].high == "A pressing need."
        submit(cast.assignment(0), 5, 1)
        assert queries.aggregate(cast.round).mean == 40.0
        second = make_submitted(cast.champion)
        assert start(second, cast.manager, cast.reviewers).rubric_id == latest.id


def test_going_back_to_an_earlier_rubric_makes_another_version(committed: Committed) -> None:
    with committed():
        services.load(changed(name="Wanted"))
        services.load(PACK)
        latest = rubric.latest()
        assert latest is not None
        assert (latest.number, latest.criteria[0].name) == (3, "Need")


def test_another_order_is_another_version(committed: Committed) -> None:
    with committed():
        services.load(replace(PACK, rubric=PACK.rubric[::-1]))
        latest = rubric.latest()
        assert latest is not None
        assert (latest.number, list(rubric.weights(latest))) == (2, ["benefit", "need"])


def edited(held: Rubric, **changes: object) -> list[pack.Criterion]:
    """What an administrator makes of it."""
    first, *others = rubric.content(held)
    return [replace(first, **changes), *others]  # type: ignore[arg-type]


def in_force() -> Rubric:
    found = rubric.latest()
    assert found is not None
    return found


def test_a_pack_leaves_what_administrators_made_until_its_own_rubric_changes(committed: Committed) -> None:
    with committed():
        make_cast()
        administrator = make_person(role=Role.ADMINISTRATOR)
        rubric.change(edited(in_force(), name="Wanted"), administrator, opened_at_state=None)
        services.load(PACK)
        assert (in_force().number, in_force().criteria[0].name) == (2, "Wanted")
        services.load(changed(name="Called for"))
        assert (in_force().number, in_force().criteria[0].name) == (3, "Called for")
        services.load(changed(name="Called for"))
        assert in_force().number == 3


def test_a_rubric_from_before_packs_were_told_apart_is_known_again(committed: Committed) -> None:
    with committed():
        in_force().pack_digest = ""
        services.load(PACK)
        assert in_force().number == 1
        assert in_force().pack_digest


def test_a_used_version_is_never_edited(committed: Committed) -> None:
    with committed():
        cast = make_cast()
        administrator = make_person(role=Role.ADMINISTRATOR)
        made = rubric.change(edited(in_force(), weight=41), administrator, opened_at_state=None)
        assert made.number == 2
        assert db.session.get_one(Round, cast.round.id).rubric.criteria[0].weight == 40
        # No round uses the second, so it is replaced.
        again = rubric.change(edited(in_force(), weight=42), administrator, opened_at_state=None)
        assert (again.id, again.number, again.criteria[0].weight) == (made.id, 2, 42)
        assert start(make_submitted(cast.champion), cast.manager, cast.reviewers).rubric_id == made.id
        third = rubric.change(edited(in_force(), weight=43), administrator, opened_at_state=None)
        assert (third.number, db.session.get_one(Rubric, made.id).criteria[0].weight) == (3, 42)


def test_deleting_the_newest_puts_the_one_before_it_in_force(committed: Committed) -> None:
    with committed():
        make_cast()
        administrator = make_person(role=Role.ADMINISTRATOR)
        services.load(changed(name="Called for"))
        rubric.delete(in_force(), administrator)
        assert in_force().number == 1
        # The pack that made it does not bring it back.
        services.load(changed(name="Called for"))
        assert in_force().number == 1
        with pytest.raises(Conflict):
            rubric.delete(in_force(), administrator)


def test_a_stale_editor_is_told(committed: Committed) -> None:
    with committed():
        administrator = make_person(role=Role.ADMINISTRATOR)
        opened_at = rubric.state_of(in_force())
        rubric.change(edited(in_force(), name="Mine"), administrator, opened_at_state=opened_at)
        with pytest.raises(rubric.StaleRubric):
            rubric.change(edited(in_force(), name="Yours"), administrator, opened_at_state=opened_at)
        # Saying the same again is no news.
        rubric.change(edited(in_force(), name="Mine"), administrator, opened_at_state=opened_at)
        assert in_force().criteria[0].name == "Mine"


criteria = st.lists(
    st.builds(
        pack.Criterion,
        st.sampled_from(["need", "benefit", "value", "evidence"]),
        st.sampled_from(["Some words", "Other words", "Words"]),
        st.integers(1, 100),
        st.just("Low"),
        st.sampled_from(["Mid", "Middle"]),
        st.just("High"),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.id,
)


@given(criteria, criteria)
def test_what_is_compared_tells_every_difference(
    before: list[pack.Criterion], after: list[pack.Criterion]
) -> None:
    found = {each.criterion.id: each for each in compare(before, after)}
    old, new = ({each.id: each for each in side} for side in (before, after))
    assert found.keys() == old.keys() | new.keys()
    assert {key for key, each in found.items() if each.change is Change.ADDED} == new.keys() - old.keys()
    assert {key for key, each in found.items() if each.change is Change.REMOVED} == old.keys() - new.keys()
    both = old.keys() & new.keys()
    moved = [each.id for each in before if each.id in both] != [each.id for each in after if each.id in both]
    assert all(old[key] == new[key] for key in both if found[key].change is Change.UNCHANGED)
    assert any(found[key].change is Change.CHANGED for key in both) == (
        moved or any(old[key] != new[key] for key in both)
    )
    # The other way round it says the same.
    back = {each.criterion.id: each for each in compare(after, before)}
    assert [(part.after, part.before) for key in both for part in back[key].parts] == [
        (part.before, part.after) for key in both for part in found[key].parts
    ]
