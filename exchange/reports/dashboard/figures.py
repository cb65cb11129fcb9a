"""The figures of a dashboard, each the number of the rows that it is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from exchange import clock
from exchange.adoption.coverage import Share
from exchange.measures.page import Shown
from exchange.proposals import clocks
from exchange.proposals.clocks import CLOCKED, Usual
from exchange.proposals.lifecycle import Stage
from exchange.reports.dashboard import attention, queries
from exchange.reports.dashboard.attention import Line
from exchange.reports.dashboard.benefits import Benefits, benefits_of
from exchange.reports.dashboard.period import Period
from exchange.reports.dashboard.queries import Adopting, Moved, Scope, Spreading, Stepped
from exchange.spread.life import CURRENT, ProgrammeStatus
from exchange.spread.xmr import Variation

Key = TypeVar("Key")
STAGES = tuple(stage for stage in Stage if stage is not Stage.DRAFT)


@dataclass(frozen=True)
class StageLine:
    """One stage: how many stand there today, came and left in the period, and how many days those who left had been there;
    None where nobody waits in it."""

    stage: Stage
    now: int
    came: int
    left: int
    usual: Usual | None


@dataclass(frozen=True)
class Dashboard:
    """`shares` are of each current programme by its id, `systems` of each care system by its code, over all of them."""

    scope: Scope
    today: date
    stages: Sequence[StageLine]
    programmes: Sequence[Spreading]
    whole: Share
    shares: dict[int, Share]
    systems: dict[str | None, Share]
    newly: Sequence[Stepped]
    gone: Sequence[Stepped]
    measures: Sequence[Shown]
    benefits: Benefits
    lines: Sequence[Line]

    @property
    def current(self) -> list[Spreading]:
        return [each for each in self.programmes if each.status in CURRENT]

    @property
    def concern(self) -> list[Shown]:
        return in_concern(self.measures)

    @property
    def in_hand(self) -> int:
        return sum(line.now for line in self.stages if line.stage in CLOCKED)

    def came_to(self, stage: Stage) -> int:
        return next(line.came for line in self.stages if line.stage is stage)

    def of_status(self, status: ProgrammeStatus) -> int:
        return sum(each.status is status for each in self.programmes)


def read(scope: Scope) -> Dashboard:
    period, today = scope.period, clock.today()
    programmes, found = queries.programmes(scope), queries.adopting(scope)
    measures = queries.measured(scope)
    steps = queries.stepped(scope, min(period.first, today - attention.RECENT))
    shares = _shares((each.programme_id, each) for each in found)
    return Dashboard(
        scope=scope,
        today=today,
        stages=_stages(queries.standing_now(scope), queries.stays(scope), period, today),
        programmes=programmes,
        whole=_sum(found),
        shares=shares,
        systems=_shares((each.system, each) for each in found),
        newly=newly_adopted(steps, period),
        gone=no_longer(steps, period),
        measures=measures,
        benefits=benefits_of(scope, programmes),
        lines=attention.in_order(_lines(scope, today, programmes, shares, steps, measures)),
    )


def came(moved: Iterable[Moved], stage: Stage, period: Period) -> list[Moved]:
    return [each for each in moved if each.stay.stage is stage and period.has(each.stay.since)]


def left(moved: Iterable[Moved], stage: Stage, period: Period) -> list[Moved]:
    return [each for each in moved if each.stay.stage is stage and period.has(each.stay.until)]


def newly_adopted(steps: Iterable[Stepped], period: Period) -> list[Stepped]:
    """Who had not adopted before the first day, and had at the end of the last."""
    before = period.first - timedelta(days=1)
    return [each for each in steps if each.adopter.covers(period.last) and not each.adopter.covers(before)]


def no_longer(steps: Iterable[Stepped], period: Period) -> list[Stepped]:
    """The other way round."""
    before = period.first - timedelta(days=1)
    return [each for each in steps if each.adopter.covers(before) and not each.adopter.covers(period.last)]


def in_concern(measures: Iterable[Shown]) -> list[Shown]:
    return [each for each in measures if each.region.variation is Variation.CONCERN]


def lines_of(scope: Scope) -> list[Line]:
    """What needs attention, in order, whatever the period."""
    today, programmes = clock.today(), queries.programmes(scope)
    shares = _shares((each.programme_id, each) for each in queries.adopting(scope))
    steps = queries.stepped(scope, today - attention.RECENT)
    return attention.in_order(_lines(scope, today, programmes, shares, steps, queries.measured(scope)))


def _stages(now: dict[Stage, int], moved: Sequence[Moved], period: Period, today: date) -> list[StageLine]:
    usual = {
        each.stage: each
        for each in clocks.usual((each.stay for each in moved), today, period.first, period.last)
    }
    return [
        StageLine(
            stage,
            now.get(stage, 0),
            len(came(moved, stage, period)),
            len(left(moved, stage, period)),
            usual.get(stage),
        )
        for stage in STAGES
    ]


def _sum(found: Iterable[Adopting]) -> Share:
    numbers = [(each.covered, each.eligible) for each in found]
    return Share(sum(covered for covered, _ in numbers), sum(eligible for _, eligible in numbers))


def _shares(found: Iterable[tuple[Key, Adopting]]) -> dict[Key, Share]:
    groups: dict[Key, list[Adopting]] = defaultdict(list)
    for key, each in found:
        groups[key].append(each)
    return {key: _sum(those) for key, those in groups.items()}


def _lines(
    scope: Scope,
    today: date,
    programmes: Sequence[Spreading],
    shares: dict[int, Share],
    steps: Sequence[Stepped],
    measures: Sequence[Shown],
) -> Iterator[Line]:
    return filter(
        None,
        [
            *_of_proposals(scope, today),
            *_of_programmes(scope, today, programmes, shares, steps, measures),
            *(line for each in measures for line in _of_measure(each, today)),
        ],
    )


def _of_proposals(scope: Scope, today: date) -> Iterator[Line | None]:
    for each in queries.assessments(scope):
        yield attention.assessment(
            each.title,
            each.reference,
            each.tally,
            each.since,
            today,
            is_for_others=scope.is_for_others,
        )
    prepared = queries.prepared(scope)
    for one in queries.waiting(scope):
        title, ref = one.title, one.reference
        if one.stage is Stage.ASSESSED:
            yield attention.to_decide(title, ref, one.since, today, is_prepared=ref in prepared)
        elif one.stage is Stage.CHANGES_REQUESTED:
            yield attention.changes_late(title, ref, one.changes_due, today)
        else:
            yield attention.to_triage(title, ref, one.submitted, one.since, today)


def _of_programmes(
    scope: Scope,
    today: date,
    programmes: Sequence[Spreading],
    shares: dict[int, Share],
    steps: Sequence[Stepped],
    measures: Sequence[Shown],
) -> Iterator[Line | None]:
    for one in queries.conditions_overdue(scope):
        if one.due is not None:
            text, owner = ("", "") if scope.is_for_others else (one.text, one.owner)
            yield attention.condition_overdue(one.title, one.slug, text, owner, one.due, today)
    for each in steps:
        if each.is_current:
            yield attention.adopter_lost(each.place.title, each.place.slug, each.adopter, today)
    measured = {each.measure.programme_id for each in measures}
    for programme in programmes:
        title, slug, active = programme.title, programme.slug, programme.active_since
        if programme.status is ProgrammeStatus.PAUSED:
            yield attention.review_of_pause(title, slug, programme.review_on, today)
        if programme.status is ProgrammeStatus.ACTIVE and active is not None:
            covered = shares[programme.id].covered if programme.id in shares else 0
            yield attention.behind_target(
                title, slug, covered, programme.target, active, programme.target_on, today
            )
            if programme.id not in measured:
                yield attention.not_measured(title, slug, active, today)


def _of_measure(shown: Shown, today: date) -> Iterator[Line | None]:
    measure, region = shown.measure, shown.region
    programme = measure.programme
    title, slug = programme.proposal.title, programme.slug
    if region.variation is Variation.CONCERN and region.since is not None:
        yield attention.measure_in_concern(
            title, slug, measure.number, measure.name, region.finding, region.since, today
        )
    if programme.status is ProgrammeStatus.ACTIVE:
        defined = clock.day_of(measure.defined_at)
        yield attention.figures_missing(
            title, slug, measure.number, measure.name, region.newest, defined, today
        )
