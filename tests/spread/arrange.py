"""Programmes without the assessment behind them, made inside `with committed():`."""

from __future__ import annotations

from typing import Any

from exchange import clock
from exchange.proposals.lifecycle import Stage
from exchange.spread.models import Programme
from exchange.spread.services import start_programme
from tests.decisions.arrange import Staff, asked_in, make_proposal


def make_programme(staff: Staff, *, asked: str = "", **answers: Any) -> Programme:
    """As the release of an approval leaves it, but for the decision and its letter."""
    proposal = make_proposal(staff, **answers)
    proposal.stage, proposal.stage_since = Stage.SPREAD, clock.now()
    return start_programme(
        proposal,
        staff.director,
        statement="People fall less.",
        adoption_target=12,
        investment=40_000,
        conditions=asked_in(asked),
    )
