from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, combinations
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.assessment.allocation import (
    Allocation,
    Lack,
    Missing,
    Pair,
    Proposal,
    Reviewer,
    _lot,
    allocate,
    fit,
)

Given = TypeVar("Given")
Problem = tuple[list[Proposal], list[Reviewer], dict[Pair, int], set[Pair]]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Few enough that every assignment can be tried."""
    proposals = [
        Proposal(number, draw(st.integers(0, 3)), draw(st.frozensets(st.integers(20, 23), max_size=1)))
        for number in range(10, 10 + draw(st.integers(1, 3)))
    ]
    reviewers = [
        Reviewer(number, draw(st.integers(0, 3)), draw(st.integers(0, 4)))
        for number in range(20, 20 + draw(st.integers(1, 3)))
    ]
    pairs = [Pair(proposal.number, reviewer.number) for proposal in proposals for reviewer in reviewers]
    fits = draw(st.dictionaries(st.sampled_from(pairs), st.integers(0, 4)))
    return proposals, reviewers, fits, draw(st.sets(st.sampled_from(pairs), max_size=3))


def loads(reviewers: list[Reviewer], pairs: tuple[Pair, ...]) -> dict[int, int]:
    given = Counter(pair.reviewer for pair in pairs)
    return {each.number: each.load + given[each.number] for each in reviewers}


def is_allowed(problem: Problem, pairs: tuple[Pair, ...]) -> bool:
    """Never a conflict, never over a limit, never more than the quorum, never someone who is on the panel."""
    proposals, reviewers, fits, conflicts = problem
    panels = {each.number: each for each in proposals}
    per_proposal, after = Counter(pair.proposal for pair in pairs), loads(reviewers, pairs)
    return (
        all(pair in fits and pair not in conflicts for pair in pairs)
        and all(pair.reviewer not in panels[pair.proposal].assigned for pair in pairs)
        and all(after[each.number] <= max(each.limit, each.load) for each in reviewers)
        and all(number <= panels[proposal].needs for proposal, number in per_proposal.items())
    )


def merit(problem: Problem, pairs: tuple[Pair, ...]) -> tuple[int, ...]:
    _, reviewers, fits, _ = problem
    after = loads(reviewers, pairs).values()
    unevenness = max(after) - min(after)
    total = sum(fits[pair] for pair in pairs)
    return len(pairs), total - unevenness, -unevenness, -max(after), -sum(map(_lot, pairs))


@given(problems())
def test_allocation_is_the_best_of_all_assignments(problem: Problem) -> None:
    possible = sorted(problem[2])
    every = chain.from_iterable(combinations(possible, size) for size in range(len(possible) + 1))
    best = max((each for each in every if is_allowed(problem, each)), key=lambda each: merit(problem, each))
    found = allocate(*problem)
    assert found.pairs == best
    assert (len(found.pairs), found.total_fit - found.unevenness) == merit(problem, best)[:2]
    assert found.loads == loads(problem[1], best)


@given(problems())
def test_every_empty_place_has_a_reason(problem: Problem) -> None:
    found = allocate(*problem)
    filled = Counter(pair.proposal for pair in found.pairs)
    empty = Counter({each.number: each.needs - filled[each.number] for each in problem[0]})
    told: Counter[int] = Counter()
    for missing in found.missing:
        assert missing.places > 0
        told[missing.proposal] += missing.places
    assert told == empty


@settings(max_examples=30)
@given(problems(), st.randoms(use_true_random=False))
def test_no_order_changes_an_allocation(problem: Problem, lots: Any) -> None:
    proposals, reviewers, fits, conflicts = problem

    def shuffled(given: Iterable[Given]) -> list[Given]:
        listed = list(given)
        lots.shuffle(listed)
        return listed

    other = allocate(
        shuffled(proposals), shuffled(reviewers), dict(shuffled(fits.items())), shuffled(conflicts)
    )
    assert other == allocate(*problem)


@given(problems(), st.integers(0, 3))
def test_a_reviewer_who_is_recused_is_as_if_never_there(problem: Problem, limit: int) -> None:
    proposals, reviewers, fits, conflicts = problem
    recused = Reviewer(99, load=reviewers[0].load, limit=limit)
    pairs = [Pair(proposal.number, recused.number) for proposal in proposals]
    found = allocate(
        proposals, [*reviewers, recused], {**fits, **dict.fromkeys(pairs, 4)}, {*conflicts, *pairs}
    )
    without = allocate(proposals, reviewers, fits, conflicts)
    assert len(found.pairs) == len(without.pairs)
    assert found.total_fit - found.unevenness <= without.total_fit - without.unevenness
    assert not any(pair.reviewer == recused.number for pair in found.pairs)


def test_an_allocation_of_many_ties_keeps_every_rule_and_the_order_does_not_matter() -> None:
    proposals = [Proposal(number, 3) for number in range(40)]
    reviewers = [Reviewer(number, number % 4, 12) for number in range(15)]
    fits = {
        Pair(each.number, one.number): (each.number * one.number) % 3
        for each in proposals
        for one in reviewers
    }
    conflicts = {pair for pair in fits if (pair.proposal + pair.reviewer) % 7 == 0}
    found = allocate(proposals, reviewers, fits, conflicts)
    assert is_allowed((proposals, reviewers, fits, conflicts), found.pairs)
    assert len(found.pairs) == 120
    assert found.missing == ()
    turned = dict(reversed(fits.items()))
    assert allocate(proposals[::-1], reviewers[::-1], turned, conflicts) == found


def test_fit_goes_before_evenness_where_it_is_worth_more() -> None:
    proposals, reviewers = [Proposal(1, 1), Proposal(2, 1)], [Reviewer(1, 0, 2), Reviewer(2, 0, 2)]
    fits = {Pair(1, 1): 3, Pair(2, 1): 3, Pair(1, 2): 0, Pair(2, 2): 0}
    assert allocate(proposals, reviewers, fits).pairs == (Pair(1, 1), Pair(2, 1))
    level = fits | {Pair(1, 2): 2}
    assert allocate(proposals, reviewers, level).pairs == (Pair(1, 2), Pair(2, 1))


def test_a_full_assignment_goes_before_a_better_fit() -> None:
    proposals, reviewers = [Proposal(1, 1), Proposal(2, 1)], [Reviewer(1, 0, 1), Reviewer(2, 0, 1)]
    fits = {Pair(1, 1): 9, Pair(1, 2): 0, Pair(2, 1): 0}
    found = allocate(proposals, reviewers, fits)
    assert (found.pairs, found.total_fit, found.missing) == ((Pair(1, 2), Pair(2, 1)), 0, ())


def test_load_that_is_there_already_counts() -> None:
    reviewers = [Reviewer(1, 3, 5), Reviewer(2, 1, 5), Reviewer(3, 9, 5)]
    found = allocate([Proposal(1, 1)], reviewers, {Pair(1, number): 0 for number in (1, 2, 3)})
    assert found == Allocation((Pair(1, 2),), 0, 7, {1: 3, 2: 2, 3: 9}, ())


def test_who_is_on_the_panel_counts_towards_the_quorum_and_is_not_chosen_again() -> None:
    on_panel = Proposal(1, 2, frozenset({1}))
    found = allocate([on_panel], [Reviewer(1, 1, 9), Reviewer(2, 5, 9)], {Pair(1, 1): 9, Pair(1, 2): 0})
    assert (found.pairs, found.missing) == ((Pair(1, 2),), ())
    full = replace(on_panel, assigned=frozenset({1, 2, 3}))
    assert allocate([full], [Reviewer(4, 0, 9)], {Pair(1, 4): 9}).pairs == ()


@pytest.mark.parametrize(
    ("reviewers", "conflicts", "missing"),
    [
        ([], [], [Missing(1, 2, Lack.TOO_FEW_REVIEWERS)]),
        ([Reviewer(1, 0, 1)], [], [Missing(1, 1, Lack.TOO_FEW_REVIEWERS)]),
        ([Reviewer(1, 0, 1), Reviewer(2, 0, 1)], [1, 2], [Missing(1, 2, Lack.CONFLICTED)]),
        ([Reviewer(1, 1, 1), Reviewer(2, 2, 1), Reviewer(3, 0, 1)], [], [Missing(1, 1, Lack.AT_LIMIT)]),
        (
            [Reviewer(1, 0, 1), Reviewer(2, 1, 1)],
            [1],
            [Missing(1, 1, Lack.CONFLICTED), Missing(1, 1, Lack.AT_LIMIT)],
        ),
    ],
)
def test_why_places_stay_empty(
    reviewers: list[Reviewer], conflicts: list[int], missing: list[Missing]
) -> None:
    fits = {Pair(1, each.number): 1 for each in reviewers}
    found = allocate([Proposal(1, 2)], reviewers, fits, [Pair(1, number) for number in conflicts])
    assert found.missing == tuple(missing)


def test_a_place_is_taken_when_its_reviewers_are_needed_elsewhere() -> None:
    found = allocate([Proposal(1, 1), Proposal(2, 1)], [Reviewer(1, 0, 1)], {Pair(1, 1): 0, Pair(2, 1): 3})
    assert (found.pairs, found.missing) == ((Pair(2, 1),), (Missing(1, 1, Lack.TAKEN),))


def test_nothing_to_allocate() -> None:
    assert allocate([], [], {}) == Allocation((), 0, 0, {}, ())
    assert allocate([], [Reviewer(1, 4, 5), Reviewer(2, 1, 5)], {}) == Allocation((), 0, 3, {1: 4, 2: 1}, ())


def test_a_limit_without_end_is_no_trouble() -> None:
    found = allocate([Proposal(1, 1)], [Reviewer(1, 0, 10**9)], {Pair(1, 1): 1})
    assert found.pairs == (Pair(1, 1),)


def test_input_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        allocate([Proposal(1, 1), Proposal(1, 2)], [], {})
    with pytest.raises(ValueError, match="that are given"):
        allocate([Proposal(1, 1)], [], {Pair(1, 1): 1})
    with pytest.raises(ValueError, match="quorum"):
        Proposal(1, -1)
    with pytest.raises(ValueError, match="limit"):
        Reviewer(1, 0, -1)


@pytest.mark.parametrize(
    ("lead", "supporting", "shared", "expected"),
    [
        (False, False, 0, 0),
        (True, False, 0, 3),
        (False, True, 0, 1),
        (True, True, 2, 6),
        (False, False, 3, 3),
    ],
)
def test_fit(lead: bool, supporting: bool, shared: int, expected: int) -> None:
    assert fit(lead_theme=lead, supporting_theme=supporting, shared_priorities=shared) == expected
