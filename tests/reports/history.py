"""A year of a theme, played through the real services: proposals in every stage, programmes, adoption and measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from exchange import clock
from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.assessment import services as assessment
from exchange.assessment.models import Round
from exchange.decisions import services as decisions
from exchange.decisions.rules import DecisionKind
from exchange.extensions import db
from exchange.measures.models import Combined, Direction, Measure
from exchange.measures.services import define_measure, enter_figures
from exchange.proposals import services as proposals
from exchange.proposals.models import Proposal
from exchange.spread.conditions import Asked
from exchange.spread.life import CHANGES
from exchange.spread.models import ConditionStatus, Programme
from exchange.spread.queries import programme_of
from exchange.spread.services import change_programme, settle_condition
from tests.assessment import arrange as assessing
from tests.decisions.arrange import DECLINATION, Staff, make_proposal, make_staff

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
INVESTMENT = 40_000  # of each programme
HILL, RIVER, VALLEY = "hill-hospital", "river-trust", "valley-university"


@dataclass
class History:
    staff: Staff
    refs: dict[str, str]


@contextmanager
def on(year: int, month: int, day: int) -> Iterator[None]:
    with clock.pretend(datetime(year, month, day, 12, tzinfo=UTC)):
        yield


def make_history() -> History:
    with on(2026, 1, 5):
        staff = make_staff()
    refs: dict[str, str] = {}
    _huddles(staff, refs)
    _lights(staff, refs)
    _others(staff, refs)
    return History(staff, refs)


def _submit(staff: Staff, refs: dict[str, str], title: str, *day: int) -> Proposal:
    with on(*day):
        proposal = make_proposal(staff, title=title)
    refs[title] = proposal.reference
    return proposal


def _assessed(
    staff: Staff, proposal: Proposal, started: tuple[int, int, int], closed: tuple[int, int, int]
) -> None:
    with on(*started):
        round_ = assessing.start(proposal, staff.manager, staff.reviewers)
    with on(*closed):
        _review(round_, 3)
        assessment.close_assessment(proposal, staff.manager, panel_summary="Good.", feedback="Thank you.")


def _review(round_: Round, count: int) -> None:
    for assignment in round_.assignments[:count]:
        assessing.submit(assignment, 4, 5)
        db.session.refresh(assignment)


def _approved(staff: Staff, proposal: Proposal, day: tuple[int, int, int], *asked: Asked) -> Programme:
    said: dict[str, Any] = {
        "statement": "People fall less.",
        "adoption_target": 12,
        "investment": INVESTMENT,
        "conditions": list(asked),
    }
    with on(*day):
        decisions.release(proposal, DecisionKind.APPROVE_SPREAD, staff.director, said)
        programme = programme_of(proposal)
        assert programme is not None
        set_eligible(programme, staff.manager, [HILL, RIVER, VALLEY])
    return programme


def _step(
    staff: Staff, programme: Programme, organisation: str, step: Step, day: date, reason: str = ""
) -> None:
    adoption = db.session.get_one(Adoption, (programme.id, organisation))
    with on(day.year, day.month, day.day):
        record_step(adoption, staff.manager, step=step, on=day, reason=reason, expected=adoption.step)


def _huddles(staff: Staff, refs: dict[str, str]) -> None:
    """Active since 1 June, adopted by one that then went back, and by one that stays; its measure gives concern."""
    proposal = _submit(staff, refs, "Falls huddles", 2026, 2, 10)
    _assessed(staff, proposal, (2026, 3, 3), (2026, 4, 20))
    blocking = Asked("A data agreement", True, "The ward sister", date(2026, 6, 30), "A letter")
    later = Asked("Yearly figures", False, "The ward sister", date(2026, 10, 1), "A table")
    programme = _approved(staff, proposal, (2026, 5, 5), blocking, later)
    with on(2026, 6, 1):
        settle_condition(programme.conditions[0], staff.director, outcome=ConditionStatus.MET, note="Signed.")
    _step(staff, programme, RIVER, Step.PILOTING, date(2026, 6, 10))
    _step(staff, programme, RIVER, Step.ADOPTED, date(2026, 7, 1))
    _step(staff, programme, VALLEY, Step.ADOPTED, date(2026, 7, 15))
    _step(staff, programme, HILL, Step.CONSIDERING, date(2026, 8, 3))
    _step(staff, programme, RIVER, Step.PILOTING, date(2026, 11, 10), "Its trainer left.")
    with on(2026, 6, 10):
        measure = _measure(staff, programme, "Falls with harm")
        quiet = _measure(staff, programme, "Falls in the night")
    with on(2026, 11, 5):
        values = [5, 6, 5, 4, 5, 6, 4, 5, 5, 6, 9, 10, 9, 11, 10, 9, 10]  # to October, the month before
        _enter(staff, measure, RIVER, values, date(2025, 6, 1))
        _enter(staff, measure, VALLEY, values, date(2025, 6, 1))
        _enter(staff, quiet, RIVER, [3, 4, 3, 4], date(2026, 4, 1))  # to July, and then no more


def _lights(staff: Staff, refs: dict[str, str]) -> None:
    """Paused, and not looked at again on the day."""
    proposal = _submit(staff, refs, "Lights down", 2026, 4, 1)
    _assessed(staff, proposal, (2026, 4, 10), (2026, 5, 15))
    programme = _approved(staff, proposal, (2026, 5, 30))
    _step(staff, programme, HILL, Step.ADOPTED, date(2026, 6, 20))
    with on(2026, 9, 1):
        said = {"reason": "Every ward is full.", "review_on": date(2026, 10, 1)}
        change_programme(programme, CHANGES["pause"], staff.director, said)


def _others(staff: Staff, refs: dict[str, str]) -> None:
    late = _submit(staff, refs, "Late changes", 2026, 6, 1)
    with on(2026, 6, 10):
        proposals.request_changes(
            late, staff.manager, sections=["need"], message="More.", due=date(2026, 7, 8)
        )
    with on(2026, 7, 1):
        proposals.submit(late, staff.champion)
    with on(2026, 7, 2):
        proposals.recall(late, staff.champion)
    stuck = _submit(staff, refs, "No quorum", 2026, 10, 1)
    with on(2026, 10, 12):
        round_ = assessing.start(stuck, staff.manager, staff.reviewers)
    with on(2026, 10, 20):
        _review(round_, 1)
    _submit(staff, refs, "New and waiting", 2026, 11, 3)
    _submit(staff, refs, "New today", 2026, 11, 27)
    declined = _submit(staff, refs, "Declined", 2026, 8, 5)
    _assessed(staff, declined, (2026, 8, 10), (2026, 9, 10))
    with on(2026, 10, 1):
        said = {**DECLINATION, "override_reason": "It is done elsewhere."}
        decisions.release(declined, DecisionKind.DECLINE, staff.director, said)
    withdrawn = _submit(staff, refs, "Withdrawn", 2026, 8, 10)
    with on(2026, 8, 20):
        assessment.withdraw(withdrawn, staff.champion, reason="Another team does it.")
    ready = _submit(staff, refs, "Waits for a decision", 2026, 9, 1)
    _assessed(staff, ready, (2026, 9, 8), (2026, 10, 20))
    recalled = _submit(staff, refs, "Recalled", 2026, 10, 5)
    with on(2026, 10, 6):
        proposals.recall(recalled, staff.champion)


def _measure(staff: Staff, programme: Programme, name: str) -> Measure:
    return define_measure(
        programme,
        staff.manager,
        name=name,
        unit="falls",
        definition="Falls that hurt somebody.",
        direction=Direction.DECREASE,
        target=None,
        combined=Combined.ADDED,
    )


def _enter(staff: Staff, measure: Measure, organisation: str, values: list[int], first: date) -> None:
    start = first.year * 12 + first.month - 1
    months = [date(number // 12, number % 12 + 1, 1) for number in range(start, start + len(values))]
    entered = dict(zip(months, map(Decimal, values), strict=True))
    enter_figures(measure, organisation, staff.manager, entered, reason="")
