"""The sums of benefits: order does not matter, each is counted once, what is unconfirmed never counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.benefits import sums
from exchange.benefits.sums import Figure, Kind, Per, Period, Promise, Run, Status
from exchange.benefits.words import share_in_words

YEAR = 2025
KINDS = (Kind.MONEY, Kind.PEOPLE)


def month(number: int, year: int = YEAR) -> date:
    """Of a financial year, from 0 for April."""
    return date(year + (number + 3) // 12, (number + 3) % 12 + 1, 1)


# In which others may be counted.
HOLDER = Figure(9, 9, "hill", Kind.MONEY, None, Period(month(0), month(11)), 7, Status.CONFIRMED)


@st.composite
def figures(draw: Any, status: Any = None) -> Figure:
    first = draw(st.integers(0, 11))
    last = draw(st.integers(first, 11))
    year = draw(st.integers(2024, 2026))
    return Figure(
        draw(st.integers(1, 3)),
        draw(st.integers(1, 40)),
        draw(st.sampled_from(["hill", "river"])),
        draw(st.sampled_from(KINDS)),
        None,
        Period(month(first, year), month(last, year)),
        draw(st.integers(0, 10**12)),
        draw(st.sampled_from(Status) if status is None else st.just(status)),
        draw(st.one_of(st.none(), st.just(HOLDER.key))) if status is None else None,
    )


HELD = st.sampled_from([HOLDER._replace(status=status) for status in Status])
DISTINCT = st.builds(
    lambda holder, held: [holder, *held],
    HELD,
    st.lists(figures(), max_size=30, unique_by=lambda figure: figure.key),
)
NUMBERS = st.integers(0, 10**11)
MONTHS = st.integers(0, 60).map(lambda number: month(number % 12, YEAR + number // 12))


@given(DISTINCT, st.randoms(use_true_random=False))
def test_order_does_not_matter(held: list[Figure], random: Any) -> None:
    shuffled = random.sample(held, len(held))
    assert sums.realised(shuffled) == sums.realised(held)


@given(DISTINCT)
def test_only_what_is_confirmed_and_counted_here_counts(held: list[Figure]) -> None:
    """Of each that is confirmed, either it counts, or the confirmed one that it is counted in."""
    counting = sums.counting(held)
    confirmed = {each.key: each for each in held if each.status is Status.CONFIRMED}
    assert {each.key for each in counting} <= confirmed.keys()
    for each in confirmed.values():
        holder = confirmed.get(each.counted_in) if each.counted_in else None
        assert (each in counting) == (holder is None)
        assert holder is None or holder in counting
    assert sum(sums.realised(held).values()) == sum(each.amount for each in counting)


@given(DISTINCT, figures(Status.CONFIRMED))
def test_counting_it_elsewhere_takes_exactly_its_amount_away(held: list[Figure], one: Figure) -> None:
    told = [each for each in held if each.key not in {one.key, HOLDER.key}]
    here = sums.realised([*told, one, HOLDER])
    counted_there = one._replace(counted_in=HOLDER.key)
    there = sums.realised([*told, counted_there, HOLDER])
    assert here[one.kind, None] - there.get((one.kind, None), 0) == one.amount
    waiting = HOLDER._replace(status=Status.WAITING)
    again = sums.realised([*told, counted_there, waiting])
    assert again == sums.realised([*told, one, waiting])


def test_a_figure_can_be_counted_in_what_is_confirmed_alone() -> None:
    new = Figure(1, 1, "hill", Kind.MONEY, None, Period(month(0), month(2)), 5, Status.WAITING)
    assert sums.counted_elsewhere([HOLDER], new) == [HOLDER]
    waiting = HOLDER._replace(status=Status.WAITING)
    assert sums.counted_elsewhere([waiting], new) == []
    assert sums.counted_elsewhere([waiting], new._replace(counted_in=HOLDER.key)) == [waiting]


@given(st.lists(figures(Status.CONFIRMED), max_size=30))
def test_no_month_of_an_organisation_is_counted_twice_in_a_programme(offered: list[Figure]) -> None:
    """Whatever is offered, what was taken without a clash covers each month once."""
    taken: list[Figure] = []
    for number, each in enumerate(offered):
        new = each._replace(number=number)
        if sums.clash(taken, new) is None:
            taken.append(new)
    covered = [
        (each.programme, each.organisation, each.kind, held)
        for each in taken
        for held in (month(number, each.year) for number in range(12))
        if each.period.first <= held <= each.period.last
    ]
    assert len(covered) == len(set(covered))


@given(figures(Status.CONFIRMED), figures(Status.CONFIRMED))
def test_clashes_and_the_same_elsewhere_are_mutual_and_exclude_each_other(one: Figure, other: Figure) -> None:
    other = other._replace(number=one.number + 1)
    assert bool(sums.clash([one], other)) == bool(sums.clash([other], one))
    assert sums.counted_elsewhere([one], other) == ([one] if sums.counted_elsewhere([other], one) else [])
    assert not (sums.clash([one], other) and sums.counted_elsewhere([one], other))


def test_what_was_taken_back_clashes_with_nothing() -> None:
    whole = Period(month(0), month(11))
    one = Figure(1, 1, "hill", Kind.MONEY, None, whole, 5, Status.WITHDRAWN)
    assert sums.clash([one], one._replace(number=2)) is None
    assert sums.counted_elsewhere([one], one._replace(programme=2)) == []


def test_other_kinds_clash_within_their_promise_alone() -> None:
    one = Figure(1, 1, "hill", Kind.OTHER, 3, Period(month(0), month(2)), 5, Status.WAITING)
    assert sums.clash([one], one._replace(number=2)) == one
    assert sums.clash([one], one._replace(number=2, line=4)) is None
    assert sums.counted_elsewhere([one], one._replace(programme=2)) == []


@given(NUMBERS, MONTHS, st.integers(0, 40))
def test_the_years_of_a_promise_add_up_to_its_months(amount: int, first: date, months: int) -> None:
    last = date(first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1, 1)
    years = sums.promised_by_year(Promise(1, Kind.MONEY, amount, Per.YEAR), Run(first, last))
    assert all(0 <= each <= amount for each in years.values())
    # Each year is rounded for itself, by a half at most.
    assert abs(12 * sum(years.values()) - amount * (months + 1)) <= 6 * len(years)


def test_a_year_in_full_is_the_promise_and_months_are_their_share() -> None:
    promise = Promise(1, Kind.MONEY, 1_200, Per.YEAR)
    run = Run(month(9, 2024), month(2, 2026))
    assert sums.promised_by_year(promise, run) == {2024: 300, 2025: 1_200, 2026: 300}
    assert sums.promised_by_year(promise, Run(month(3), month(2))) == {}


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(st.lists(DAYS, max_size=8, unique=True), NUMBERS)
def test_nothing_is_promised_for_months_without_a_day_on_which_it_ran(days: list[date], amount: int) -> None:
    """By asking of each day; paused and gone on in turn."""
    days = sorted(days[: len(days) // 2 * 2])
    pauses = [Period(*pair) for pair in zip(days[::2], days[1::2], strict=True)]
    run = Run(date(2024, 1, 1), date(2027, 12, 1), sums.months_paused(pauses))
    every = [date(2024, 1, 1) + timedelta(number) for number in range(1461)]
    ran = {day.replace(day=1) for day in every if not any(one.first < day < one.last for one in pauses)}
    promised = sums.promised_by_year(Promise(1, Kind.MONEY, amount, Per.YEAR), run)
    for year in sums.years_of(run):
        months = sum(sums.year_of(each) == year for each in ran)
        assert promised.get(year, 0) == sums.round_share(amount, months)


def test_what_was_promised_once_is_in_no_year() -> None:
    promise, run = Promise(1, Kind.PEOPLE, 70, Per.ONCE), Run(month(0), month(5))
    assert sums.promised_by_year(promise, run) == {None: 70}


@pytest.mark.parametrize(
    ("amount", "months", "share"), [(6, 1, 0), (18, 1, 2), (7, 1, 1), (5, 1, 0), (100, 12, 100), (0, 7, 0)]
)
def test_a_half_is_rounded_to_the_even_one(amount: int, months: int, share: int) -> None:
    assert sums.round_share(amount, months) == share


@pytest.mark.parametrize(
    ("first", "last", "within"),
    [
        (date(2025, 4, 1), date(2026, 3, 1), True),
        (date(2026, 3, 1), date(2026, 4, 1), False),
        (date(2025, 12, 1), date(2026, 1, 1), True),
        (date(2025, 5, 1), date(2025, 4, 1), False),
        (date(2024, 5, 1), date(2025, 5, 1), False),
    ],
)
def test_a_period_lies_within_a_financial_year(first: date, last: date, within: bool) -> None:
    assert Period(first, last).is_within_a_year is within


def test_years_are_named_by_both_of_their_calendar_years() -> None:
    assert [sums.year_in_words(year) for year in (2026, 2099)] == ["2026/27", "2099/00"]
    assert sums.year_of(date(2026, 3, 1)) == 2025
    assert sums.months_of_year(2025) == Period(date(2025, 4, 1), date(2026, 3, 1))


def test_shares_and_returns_are_rounded_down() -> None:
    assert (share_in_words(999, 1_000), share_in_words(1, 0)) == ("99%", "")
    assert (sums.return_on(3, 1_000), sums.return_on(0, 1_000)) == (333, None)
