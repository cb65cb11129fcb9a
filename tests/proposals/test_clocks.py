from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exchange.proposals.clocks import CLOCKED, Move, Stay, days_by_stage, nearest_rank, stays, usual
from exchange.proposals.lifecycle import Stage

START = date(2026, 1, 5)
TODAY = date(2026, 11, 27)


def on(day: int) -> date:
    return START + timedelta(days=day)


def stay(days: int, since: int = 0, stage: Stage = Stage.SUBMITTED) -> Stay:
    return Stay(stage, on(since), on(since + days))


def test_a_way_through_the_stages_is_told_as_stays() -> None:
    way = stays(
        [
            Move(on(0), Stage.SUBMITTED, "submit"),
            Move(on(2), Stage.SUBMITTED, "transfer"),
            Move(on(5), Stage.CHANGES_REQUESTED, "request_changes"),
            Move(on(15), Stage.SUBMITTED, "submit"),
            Move(on(16), Stage.IN_ASSESSMENT, "start_assessment"),
        ]
    )
    assert way == [
        Stay(Stage.SUBMITTED, on(0), on(5)),
        Stay(Stage.CHANGES_REQUESTED, on(5), on(15)),
        Stay(Stage.SUBMITTED, on(15), on(16)),
        Stay(Stage.IN_ASSESSMENT, on(16), None),
    ]
    assert days_by_stage(way, on(20)) == {
        Stage.SUBMITTED: 6,
        Stage.CHANGES_REQUESTED: 10,
        Stage.IN_ASSESSMENT: 4,
    }


def test_what_its_team_submitted_and_took_back_did_not_move() -> None:
    way = [
        Move(on(0), Stage.SUBMITTED, "submit"),
        Move(on(1), Stage.DRAFT, "recall"),
        Move(on(4), Stage.SUBMITTED, "submit"),
        Move(on(5), Stage.CHANGES_REQUESTED, "request_changes"),
        Move(on(7), Stage.SUBMITTED, "submit"),
        Move(on(8), Stage.SUBMITTED, "transfer"),
        Move(on(9), Stage.CHANGES_REQUESTED, "recall"),
    ]
    assert stays(way[:2]) == []
    assert stays(way) == [
        Stay(Stage.SUBMITTED, on(4), on(5)),
        Stay(Stage.CHANGES_REQUESTED, on(5), None),
    ]


def test_what_is_usual_counts_stays_that_ended_and_tells_the_others_apart() -> None:
    ways = [stay(days) for days in (1, 2, 3, 40)] + [Stay(Stage.SUBMITTED, on(0), None)]
    [submitted, *others] = usual(ways, on(7))
    assert (submitted.ended, submitted.median, submitted.percentile) == (4, 2.5, 40)
    assert (submitted.going_on, submitted.longest) == (1, 7)
    assert [(each.ended, each.median, each.percentile, each.longest) for each in others] == [
        (0, None, None, None)
    ] * 3


def test_a_period_takes_the_stays_that_ended_in_it() -> None:
    [submitted, *_] = usual([stay(3), stay(10), stay(2, since=8)], on(30), since=on(10))
    assert (submitted.ended, submitted.median) == (2, 6)


def test_percentile_is_the_nearest_rank() -> None:
    assert nearest_rank([7], 90) == 7
    assert nearest_rank(range(1, 11), 90) == 9
    assert nearest_rank(range(1, 12), 90) == 10
    assert nearest_rank([5, 1, 3], 50) == 3


lengths = st.lists(st.integers(0, 400), min_size=1, max_size=40)


@given(values=lengths, percent=st.integers(1, 100))
def test_so_many_of_a_hundred_are_no_longer_and_no_smaller_value_would_do(
    values: list[int], percent: int
) -> None:
    found = nearest_rank(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


@given(values=lengths, more=st.integers(0, 50), seed=st.randoms())
def test_order_does_not_matter_and_a_shift_shifts(values: list[int], more: int, seed: object) -> None:
    shuffled = list(values)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    [one, *_] = usual([stay(days) for days in values], TODAY)
    [other, *_] = usual([stay(days + more) for days in shuffled], TODAY)
    assert one.median is not None
    assert one.percentile is not None
    assert (other.median, other.percentile) == (one.median + more, one.percentile + more)
    assert one.median <= one.percentile or len(values) < 3


moves = st.lists(st.tuples(st.integers(0, 60), st.sampled_from(list(Stage))), min_size=1, max_size=12)


@given(moves=moves)
def test_every_day_since_the_first_move_is_in_one_stay(moves: list[tuple[int, Stage]]) -> None:
    day, made = 0, []
    for later, stage in moves:
        day += later
        made.append(Move(on(day), stage, "submit"))
    way = stays(made)
    today = on(day + 3)
    assert sum(each.days(today) for each in way) == (today - made[0][0]).days
    assert all(one.until == other.since for one, other in itertools.pairwise(way))
    assert all(one.stage is not other.stage for one, other in itertools.pairwise(way))
    told = days_by_stage(way, today)
    assert sum(told.values()) == sum(each.days(today) for each in way if each.stage in CLOCKED)
