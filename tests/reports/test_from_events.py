"""Every figure of the dashboard once more, from the log of events alone: nothing of the tables that the dashboard reads."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.events import Event
from exchange.extensions import db
from exchange.reports.dashboard import figures
from exchange.reports.dashboard.attention import Kind
from exchange.reports.dashboard.period import Period
from exchange.reports.dashboard.queries import Scope
from tests.benefits.arrange import enter
from tests.conftest import Committed
from tests.factories import THEME
from tests.reports.history import INVESTMENT, NOW, TODAY, make_history

COVERED = {"adopted", "embedded"}
IN_USE = ["piloting", "adopted", "embedded"]
PATH = ["interested", "considering", "planning", *IN_USE]
CURRENT = {"setting-up", "active", "paused"}
BECOMES = {"pause": "paused", "resume": "active", "complete": "completed", "end": "ended"}
# What the region of the tests asks of a panel.
QUORUM, MINIMUM = 3, 2


@dataclass
class Told:
    """What events tell of one proposal, and of the programme that it became."""

    theme: str = ""
    moves: list[tuple[date, str]] = field(default_factory=list)
    due: date | None = None
    reviews_due: date | None = None
    reviews: int = 0
    status: str = ""
    active_since: date | None = None
    review_on: date | None = None
    target: int = 0
    conditions: dict[int, date] = field(default_factory=dict)
    eligible: list[str] = field(default_factory=list)
    steps: dict[str, list[tuple[date, str]]] = field(default_factory=lambda: defaultdict(list))
    measures: dict[int, tuple[date, dict[str, dict[str, int]]]] = field(default_factory=dict)
    turns: list[tuple[date, str]] = field(default_factory=list)  # what the programme became, and when
    promises: dict[int, dict[str, Any]] = field(default_factory=dict)
    benefits: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        return self.moves[-1][1] if self.moves else "draft"

    def stays(self) -> list[tuple[str, date, date | None]]:
        ends = [*(day for day, _ in self.moves[1:]), None]
        return [(stage, day, end) for (day, stage), end in zip(self.moves, ends, strict=True)]

    def stands(self, organisation: str, on: date) -> str:
        return next((step for day, step in reversed(self.steps[organisation]) if day <= on), "")


def told_by_events() -> list[Told]:
    proposals: dict[str, Told] = defaultdict(Told)
    of_programme: dict[str, Told] = {}
    for event in db.session.scalars(select(Event).order_by(Event.id)):
        day = event.at.astimezone(ZoneInfo("Europe/London")).date()
        if event.subject.startswith("proposal:"):
            hear(proposals[event.subject], event, day)
        elif event.subject.startswith("programme:"):
            if event.kind == "set_eligible":
                of_programme[event.subject] = proposals[f"proposal:{event.facts['proposal']}"]
            hear_programme(of_programme[event.subject], event, day)
    # A draft, also one that was submitted and taken back, is its team's own affair.
    return [told for told in proposals.values() if told.theme == THEME and told.stage != "draft"]


def hear(told: Told, event: Event, day: date) -> None:
    facts = event.facts
    if event.kind in {"submit", "transfer"}:
        told.theme = facts["theme"]
    if stage := facts.get("to_stage"):
        if event.kind == "recall":
            told.moves.pop()
        elif not told.moves or told.moves[-1][1] != stage:
            told.moves.append((day, stage))
        if event.kind == "request_changes":
            told.due = date.fromisoformat(facts["due"])
    if event.kind == "start_assessment":
        told.reviews_due, told.reviews = date.fromisoformat(facts["due"]), 0
    if event.kind == "submit_review":
        told.reviews += 1
    if event.kind == "approve_spread":
        told.target = facts["adoption_target"]
        told.status, told.active_since = ("setting-up", None) if facts["blocking"] else ("active", day)
        texts = {text.name: text.content for text in event.texts}
        for number, due in re.findall(
            r"^(\d+)\. .*\n.* by (\d+ \w+ \d{4})\.", texts.get("conditions", ""), re.M
        ):
            told.conditions[int(number)] = datetime.strptime(due, "%d %B %Y").date()  # noqa: DTZ007
    if event.kind in {"meet_condition", "waive_condition"}:
        told.conditions.pop(facts["condition"])
    if event.kind == "activate_programme":
        told.status, told.active_since = "active", day
    if event.kind.endswith("_programme") and event.kind != "activate_programme":
        told.status = BECOMES.get(event.kind.removesuffix("_programme"), told.status)
        told.turns.append((day, told.status))
        told.target = facts["adoption_target"]
        told.review_on = date.fromisoformat(facts["review_on"]) if facts["review_on"] else None


def hear_programme(told: Told, event: Event, day: date) -> None:
    facts = event.facts
    if event.kind == "set_eligible":
        told.eligible = facts["organisations"]
    elif event.kind == "record_adoption":
        told.steps[facts["organisation"]].append((date.fromisoformat(facts["on"]), facts["step"]))
    elif event.kind == "define_measure":
        assert (facts["direction"], facts["combined"]) == ("decrease", "added")
        told.measures[facts["measure"]] = day, {}
    elif event.kind.endswith("_promise"):
        told.promises[facts["promise"]] = facts | {"stands": event.kind != "withdraw_promise"}
    elif event.kind.endswith("_benefit"):
        told.benefits[facts["benefit"]] = facts
    elif event.kind == "enter_figure":
        figures_of = told.measures[facts["measure"]][1].setdefault(facts["organisation"], {})
        figures_of[facts["month"]] = int(facts["value"])


def days(told: list[Told], stage: str, period: Period) -> list[int]:
    return sorted(
        (end - start).days
        for each in told
        for kind, start, end in each.stays()
        if kind == stage and end is not None and period.first <= end <= period.last
    )


def gets_worse(series: dict[str, dict[str, int]]) -> bool:
    """By the rules that this history can break: fewer is better, and the newest is above the limit or the last of 7 above the
    mean, of months that everybody who had begun has entered."""
    months = sorted({month for figures_of in series.values() for month in figures_of})
    values = []
    for month in months:
        begun = [figures_of for figures_of in series.values() if min(figures_of) <= month]
        if all(month in figures_of for figures_of in begun):
            values.append(sum(figures_of[month] for figures_of in begun))
    mean = sum(values) / len(values)
    return len(values) >= 7 and all(value > mean for value in values[-7:])


def kinds_of(each: Told) -> list[Kind]:
    """What of one proposal or its programme needs attention; each measure and each organisation once."""
    found = []
    since = each.moves[-1][0]
    is_long = (TODAY - since).days > 14  # more than ten working days, in this history
    if each.stage == "submitted" and is_long:
        found.append(Kind.TO_TRIAGE)
    if each.stage == "assessed" and is_long:
        found.append(Kind.TO_DECIDE)
    if each.stage == "changes-requested" and each.due and each.due < TODAY:
        found.append(Kind.CHANGES_LATE)
    if each.stage == "in-assessment" and each.reviews_due and each.reviews_due < TODAY:
        found.append(Kind.TO_CLOSE if each.reviews >= MINIMUM else Kind.NO_QUORUM)
    if each.status in CURRENT:
        found += [Kind.CONDITION_OVERDUE for due in each.conditions.values() if due < TODAY]
        found += [Kind.ADOPTER_LOST for one in each.eligible if is_lost(each.steps[one])]
        found += [Kind.MEASURE_IN_CONCERN for _, series in each.measures.values() if gets_worse(series)]
    if each.status == "paused" and each.review_on and each.review_on < TODAY:
        found.append(Kind.REVIEW_OF_PAUSE)
    if each.status == "active" and each.active_since:
        line = each.target * (TODAY - each.active_since).days / 730
        if sum(each.stands(one, TODAY) in COVERED for one in each.eligible) < int(line):
            found.append(Kind.BEHIND_TARGET)
        if not each.measures and TODAY - each.active_since > timedelta(days=90):
            found.append(Kind.NOT_MEASURED)
        newest = [max(max(each_of) for each_of in series.values()) for _, series in each.measures.values()]
        found += [Kind.FIGURES_MISSING for month in newest if month < "2026-09-01"]
    return found


def is_lost(steps: list[tuple[date, str]]) -> bool:
    if len(steps) < 2 or steps[-1][0] < TODAY - timedelta(days=90):
        return False
    before, now = steps[-2][1], steps[-1][1]
    return before in IN_USE and (now not in PATH or PATH.index(now) < PATH.index(before))


PERIODS = (
    Period(date(2026, 4, 1), TODAY),
    Period(date(2026, 7, 1), date(2026, 9, 30)),
    Period(date(2026, 11, 10), date(2026, 11, 10)),
)


def test_events_alone_tell_every_figure(committed: Committed) -> None:
    with time_machine.travel(NOW, tick=False), committed():
        history = make_history()
        enter(history.staff, 123_456)
        director = history.staff.director
        person, told = db.session.get_one(Person, director.id), told_by_events()
        for period in PERIODS:
            found = figures.read(Scope(person, frozenset({THEME}), period))
            check(found, told, period)
            check_benefits(found, told, period)


def check(found: figures.Dashboard, told: list[Told], period: Period) -> None:
    for line in found.stages:
        stays = [stay for each in told for stay in each.stays() if stay[0] == line.stage]
        assert line.now == sum(each.stage == line.stage for each in told), line.stage
        assert line.came == sum(period.first <= start <= period.last for _, start, _ in stays), line.stage
        ended = days(told, line.stage, period)
        assert line.left == len(ended), line.stage
        if line.usual is not None:
            assert line.usual.median == (median(ended) if ended else None), line.stage
            ninth = next((n for n in ended if sum(each <= n for each in ended) * 10 >= 9 * len(ended)), None)
            assert line.usual.percentile == ninth, line.stage
    assert sum(line.now for line in found.stages) == len(told)
    current = [each for each in told if each.status in CURRENT]
    for status in {"setting-up", "active", "paused", "completed", "ended"}:
        assert sum(each.status == status for each in found.programmes) == sum(
            each.status == status for each in told
        ), status
    at = [(each, one) for each in current for one in each.eligible]
    ever = [(each, one) for each in told for one in each.eligible]
    covered = [each.stands(one, TODAY) in COVERED for each, one in at]
    assert found.whole == (sum(covered), len(at))
    assert sum(share.covered for share in found.systems.values()) == sum(covered)
    before = period.first - timedelta(days=1)
    was = [each.stands(one, before) in COVERED for each, one in ever]
    then = [each.stands(one, period.last) in COVERED for each, one in ever]
    assert len(found.newly) == sum(now and not once for once, now in zip(was, then, strict=True))
    assert len(found.gone) == sum(once and not now for once, now in zip(was, then, strict=True))
    measures = [series for each in current for _, series in each.measures.values()]
    assert (len(found.concern), len(found.measures)) == (sum(map(gets_worse, measures)), len(measures))
    expected = sorted(kind for each in told for kind in kinds_of(each))
    assert sorted(line.kind for line in found.lines) == expected
    assert len(set(expected)) >= 9


def check_benefits(found: figures.Dashboard, told: list[Told], period: Period) -> None:
    """Money alone, as this history promises and brings nothing else; nothing of it is counted in another programme."""
    years = {first_year(month) for month in months_of(period.first, period.last)}
    expected = {}
    for year in years:
        saved = [
            facts["amount"]
            for each in told
            for facts in each.benefits.values()
            if facts["status"] == "confirmed" and first_year(date.fromisoformat(facts["first"])) == year
        ]
        promised = [
            round(Fraction(facts["amount"] * sum(first_year(month) == year for month in ran(each)), 12))
            for each in told
            for facts in each.promises.values()
            if facts["stands"] and facts["reads"] in {"public", "members"}
        ]
        if any(saved + promised):
            expected[year] = (sum(saved), sum(promised))
    assert {
        each.year: (each.realised.pence, each.promised.pence) for each in found.benefits.brought
    } == expected
    [invested] = found.benefits.invested
    # What was approved stands in no event that everyone reads.
    assert invested.pounds == INVESTMENT * sum(bool(each.status) for each in told)
    assert invested.saved == 123_456
    assert invested.back == 123_456 // invested.pounds


def ran(each: Told) -> list[date]:
    """The months that are over and on a day of which the programme was active."""
    if each.active_since is None:
        return []
    turns = [(each.active_since, "active"), *(turn for turn in each.turns if turn[1] in {"active", "paused"})]
    ends = [*(day for day, _ in turns[1:]), TODAY]
    spans = zip(turns, ends, strict=True)
    active = [months_of(day, end) for (day, status), end in spans if status == "active"]
    return sorted({month for span in active for month in span if month < TODAY.replace(day=1)})


def months_of(first: date, last: date) -> list[date]:
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def first_year(month: date) -> int:
    """Of its financial year."""
    return month.year if month.month >= 4 else month.year - 1
