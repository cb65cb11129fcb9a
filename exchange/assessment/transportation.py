"""The integer programme behind `allocation`, solved by HiGHS through SciPy (which take long to import).

It is a transportation problem: each proposal takes some units, each reviewer gives some, and a route between two of them
carries 0 or 1. With the largest and the smallest load fixed, its matrix is totally unimodular (that of a bipartite graph:
Hoffman and Kruskal 1956), so that the corners of the linear relaxation are whole. Hence three programmes:

1. a linear one finds how many places can be filled;
2. a mixed one, of which only the largest and the smallest load must be whole, finds these two. There is no more to branch on
   than two small numbers, so it ends soon, and needs no time limit, which would make the answer hang on the machine;
3. a linear one, with these two fixed, finds the routes.

Each looks for an optimum that the input alone defines (places; then fit, unevenness and largest load; then fit and lots), so
that it does not matter by which path the solver gets there. The costs are whole numbers that floating point holds exactly, and
the answer is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array

Floats = NDArray[np.float64]

WHOLE = 1e-5  # how far from whole the solver may leave what must be


class Route(NamedTuple):
    """A pair that may be chosen: the places of its proposal and its reviewer, its fit, and its lot, which is 0 or more."""

    proposal: int
    reviewer: int
    fit: int
    lot: int


class Loads(NamedTuple):
    largest: int
    smallest: int


class _Solution(NamedTuple):
    routes: Floats
    loads: Floats


def solve(
    routes: Sequence[Route], needs: Sequence[int], loads: Sequence[int], rooms: Sequence[int]
) -> list[int]:
    """The places of the chosen routes, in order. There is at least one route. `needs` says how many reviewers each
    proposal takes, `loads` what each reviewer has already, `rooms` how much more they may have.

    Raises ArithmeticError when the solver's answer is not a solution.
    """
    programme = _Programme(routes, needs, loads, rooms)
    fits = np.array([float(route.fit) for route in routes])
    lots = np.array([float(route.lot) for route in routes])
    lowest, highest = Loads(max(loads), 0), Loads(programme.top, programme.top)

    widest = Loads(highest.largest, lowest.smallest)
    places = int(_whole(programme.minimise(-np.ones_like(fits), widest, widest).routes).sum())

    # One of fit outweighs all that breaks ties, and one of unevenness every largest load.
    step = programme.top + 1
    uneven = step * step + step
    mixed = programme.minimise(-fits * step * step, lowest, highest, places, (uneven + 1, -uneven))
    largest, smallest = _whole(mixed.loads).tolist()

    fixed = Loads(largest, smallest)
    weight = places * lots.max() + 1
    chosen = _whole(programme.minimise(lots - fits * weight, fixed, fixed, places).routes)
    programme.check(chosen, fixed, places)
    return np.flatnonzero(chosen).tolist()


class _Programme:
    """The constraints. The variables are the routes, then the largest and the smallest load."""

    def __init__(
        self, routes: Sequence[Route], needs: Sequence[int], loads: Sequence[int], rooms: Sequence[int]
    ) -> None:
        ones, route = np.ones(len(routes)), np.arange(len(routes))
        taken = csr_array(
            (ones, ([each.proposal for each in routes], route)), shape=(len(needs), len(routes))
        )
        given = csr_array(
            (ones, ([each.reviewer for each in routes], route)), shape=(len(loads), len(routes))
        )
        everyone, load = csr_array(np.ones((len(loads), 1))), np.array(loads, dtype=np.float64)
        endless = np.full(len(loads), np.inf)
        self.matrix = block_array(
            [
                [taken, None, None],
                [given, None, None],
                [given, -everyone, None],  # no load is above the largest
                [given, None, -everyone],  # nor below the smallest
                [csr_array(ones[None, :]), None, None],
            ],
            format="csr",
        )
        self.at_least = np.concatenate([np.zeros(len(needs) + len(loads)), -endless, -load])
        self.at_most = np.concatenate([needs, rooms, -load, endless]).astype(np.float64)
        # Nobody can be given more than there are routes to them.
        self.top = int((load + np.minimum(rooms, given.sum(axis=1))).max())

    def minimise(
        self,
        costs: Floats,
        lowest: Loads,
        highest: Loads,
        places: int | None = None,
        costs_of_loads: tuple[int, int] = (0, 0),
    ) -> _Solution:
        """The best values, when the loads lie between the lowest and the highest, and so many places are filled if that is
        known. The loads are whole; the routes only if the loads are fixed."""
        count = len(costs)
        filled = (0, count) if places is None else (places, places)
        found = milp(
            np.append(costs, costs_of_loads),
            integrality=np.append(np.zeros(count), [int(lowest != highest)] * 2),
            bounds=Bounds(np.append(np.zeros(count), lowest), np.append(np.ones(count), highest)),
            constraints=LinearConstraint(
                self.matrix, np.append(self.at_least, filled[0]), np.append(self.at_most, filled[1])
            ),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            raise ArithmeticError(f"HiGHS found no assignment: {found.message}")
        return _Solution(found.x[:count], found.x[count:])

    def check(self, chosen: NDArray[np.int64], loads: Loads, places: int) -> None:
        sums = self.matrix @ np.append(chosen, loads)
        in_bounds = (self.at_least <= sums[:-1]).all() and (sums[:-1] <= self.at_most).all()
        if not in_bounds or sums[-1] != places:
            raise ArithmeticError("HiGHS found an assignment that breaks a rule")


def _whole(numbers: Floats) -> NDArray[np.int64]:
    whole = np.rint(numbers)
    if np.abs(numbers - whole).max() > WHOLE:
        raise ArithmeticError("HiGHS left what must be whole in parts")
    return whole.astype(np.int64)
