"""Coverage, its curve and times to adopt, over any history."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exchange.adoption.coverage import Adopter, Share, Taken, curve, share, shares_by, times_to_adopt
from exchange.adoption.steps import Step
from exchange.spread.survival import Time

START, TODAY = date(2026, 1, 1), date(2026, 12, 31)


def adopter(*taken: tuple[Step, date], id_: str = "a", system: str | None = "QV1") -> Adopter:
    return Adopter(id_, id_, "acute", system, tuple(Taken(*each) for each in taken))


DAYS = st.dates(START - timedelta(days=60), TODAY)
HISTORIES = st.lists(st.tuples(st.sampled_from(Step), DAYS), max_size=6).map(
    lambda taken: sorted(taken, key=lambda each: each[1])
)
ADOPTERS = st.lists(st.tuples(HISTORIES, st.sampled_from(["QV1", "QV2", None])), max_size=12).map(
    lambda given_: [
        adopter(*taken, id_=str(number), system=system) for number, (taken, system) in enumerate(given_)
    ]
)


def test_a_step_holds_from_its_day_until_the_next() -> None:
    one = adopter((Step.ADOPTED, date(2026, 3, 1)), (Step.STOPPED, date(2026, 6, 1)))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [one.covers(day) for day in days] == [False, True, True, False]


def test_of_two_steps_on_one_day_the_later_recorded_holds() -> None:
    day = date(2026, 3, 1)
    assert adopter((Step.ADOPTED, day), (Step.PLANNING, day)).covers(day) is False


def test_share_of_nobody_has_no_percentage() -> None:
    assert share([], TODAY) == Share(0, 0)
    assert Share(0, 0).percent is None
    assert Share(1, 4).percent == 25
    assert (Share(249, 250).whole_percent, Share(0, 0).whole_percent) == (99, None)


@given(ADOPTERS, DAYS)
def test_groups_sum_to_the_whole_and_order_does_not_matter(adopters: list[Adopter], day: date) -> None:
    whole = share(adopters, day)
    groups = shares_by(adopters, day, lambda one: one.system).values()
    assert (sum(each.covered for each in groups), sum(each.eligible for each in groups)) == tuple(whole)
    assert share(reversed(adopters), day) == whole


@given(ADOPTERS)
def test_the_curve_says_what_the_share_says_on_every_day(adopters: list[Adopter]) -> None:
    points = curve(adopters, START, TODAY)
    assert (points[0][0], points[-1][0]) == (START, TODAY)
    heights = dict(points)
    covered = heights[START]
    for number in range((TODAY - START).days + 1):
        day = START + timedelta(days=number)
        covered = heights.get(day, covered)
        assert share(adopters, day).covered == covered


@given(ADOPTERS)
def test_each_organisation_has_one_time_and_an_adopted_one_is_its_first_adoption(
    adopters: list[Adopter],
) -> None:
    times = times_to_adopt(adopters, START, TODAY)
    assert len(times) == len(adopters)
    for one, time in zip(adopters, times, strict=True):
        firsts = [taken.on for taken in one.taken if one.covers(taken.on)]
        assert time.adopted == bool(firsts)
        if firsts:
            assert time.days == max((firsts[0] - START).days, 0)
        assert 0 <= time.days <= (TODAY - START).days


def test_a_day_counts_by_its_last_step() -> None:
    day = date(2026, 3, 1)
    mended = adopter((Step.ADOPTED, day), (Step.PLANNING, day))
    assert times_to_adopt([mended], START, TODAY) == [Time(364, False)]


def test_who_will_not_adopt_counts_among_those_who_have_not() -> None:
    refused = adopter((Step.PLANNING, date(2026, 1, 11)), (Step.NOT_PROCEEDING, date(2026, 1, 31)))
    waiting = adopter((Step.PLANNING, date(2026, 1, 11)))
    before = adopter((Step.EMBEDDED, date(2025, 12, 1)))
    assert times_to_adopt([refused, waiting, before], START, TODAY) == [
        Time(364, False),
        Time(364, False),
        Time(0, True),
    ]
