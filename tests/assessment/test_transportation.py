from __future__ import annotations

from random import Random

import pytest

from exchange.assessment.allocation import LOTS
from exchange.assessment.transportation import Route, solve


@pytest.mark.parametrize("seed", range(5))
def test_the_way_the_solver_goes_does_not_change_the_answer(seed: int) -> None:
    """Numbered otherwise, the same problem sends HiGHS another way through many ties."""
    lots = Random(seed)
    proposals, reviewers = 30, 12
    routes = [
        Route(proposal, reviewer, lots.randrange(4), lots.randrange(LOTS))
        for proposal in range(proposals)
        for reviewer in range(reviewers)
        if lots.random() < 0.7
    ]
    needs = [lots.randrange(4) for _ in range(proposals)]
    loads, rooms = ([lots.randrange(most) for _ in range(reviewers)] for most in (4, 8))
    chosen = {routes[number] for number in solve(routes, needs, loads, rooms)}

    as_proposal = lots.sample(range(proposals), proposals)
    as_reviewer = lots.sample(range(reviewers), reviewers)
    otherwise = [
        each._replace(proposal=as_proposal[each.proposal], reviewer=as_reviewer[each.reviewer])
        for each in lots.sample(routes, len(routes))
    ]
    found = solve(
        otherwise,
        [needs[as_proposal.index(place)] for place in range(proposals)],
        [loads[as_reviewer.index(place)] for place in range(reviewers)],
        [rooms[as_reviewer.index(place)] for place in range(reviewers)],
    )
    assert {
        each._replace(proposal=as_proposal.index(each.proposal), reviewer=as_reviewer.index(each.reviewer))
        for each in (otherwise[number] for number in found)
    } == chosen
