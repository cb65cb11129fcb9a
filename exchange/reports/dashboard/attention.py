"""What needs attention first, and why. Pure; nothing else decides the order.

A line belongs to one of four groups, and the groups come in this order:

1. Something gets worse, or has stopped: it may touch patients today.
2. A day that was promised has passed.
3. Somebody waits for an answer.
4. A programme falls behind, or nobody can tell how it does.

In each group what has been so for the most days comes first; of the same number of days, in the order of `Kind`, then by title.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from itertools import groupby
from math import ceil, floor

from exchange.adoption.coverage import Adopter
from exchange.adoption.steps import IN_USE, PATH
from exchange.assessment import closing
from exchange.assessment.closing import Tally
from exchange.measures.months import month_of, next_month
from exchange.wording import counted, cut, day, in_words, month_of_year
from exchange.working_days import working_days_between

LONG = 10  # working days after which somebody has waited long
RECENT = timedelta(days=90)  # for so long a step back is news
YEARS_TO_TARGET = 2  # as the record asks how many could adopt in two years, unless the plan says by when
DAYS_TO_TARGET = 365 * YEARS_TO_TARGET
SETTLING = timedelta(days=90)  # a programme has to decide what it measures
CUT = 80
PROPOSAL, PROGRAMME = "proposals.show", "spread.programme"


class Group(IntEnum):
    WORSE = 1
    LATE = 2
    WAITING = 3
    BEHIND = 4

    @property
    def heading(self) -> str:
        return HEADINGS[self]


HEADINGS = {
    Group.WORSE: "Something gets worse, or has stopped",
    Group.LATE: "A promised day has passed",
    Group.WAITING: "Somebody waits for an answer",
    Group.BEHIND: "It falls behind, or nobody can tell",
}


class Kind(StrEnum):
    """What can need attention, in the order that decides between lines as old as each other."""

    MEASURE_IN_CONCERN = "measure-in-concern"
    ADOPTER_LOST = "adopter-lost"
    NO_QUORUM = "no-quorum"
    CONDITION_OVERDUE = "condition-overdue"
    REVIEW_OF_PAUSE = "review-of-pause"
    CHANGES_LATE = "changes-late"
    TOO_FEW_REVIEWERS = "too-few-reviewers"
    PREPARED = "prepared"
    TO_DECIDE = "to-decide"
    TO_CLOSE = "to-close"
    TO_TRIAGE = "to-triage"
    BEHIND_TARGET = "behind-target"
    FIGURES_MISSING = "figures-missing"
    NOT_MEASURED = "not-measured"

    @property
    def group(self) -> Group:
        return GROUPS[self]


GROUPS: Mapping[Kind, Group] = {
    Kind.MEASURE_IN_CONCERN: Group.WORSE,
    Kind.ADOPTER_LOST: Group.WORSE,
    Kind.NO_QUORUM: Group.LATE,
    Kind.CONDITION_OVERDUE: Group.LATE,
    Kind.REVIEW_OF_PAUSE: Group.LATE,
    Kind.CHANGES_LATE: Group.LATE,
    Kind.TOO_FEW_REVIEWERS: Group.WAITING,
    Kind.PREPARED: Group.WAITING,
    Kind.TO_DECIDE: Group.WAITING,
    Kind.TO_CLOSE: Group.WAITING,
    Kind.TO_TRIAGE: Group.WAITING,
    Kind.BEHIND_TARGET: Group.BEHIND,
    Kind.FIGURES_MISSING: Group.BEHIND,
    Kind.NOT_MEASURED: Group.BEHIND,
}


@dataclass(frozen=True)
class Line:
    """One thing: its title, the page where it is dealt with, why it stands here, and for how many days that has been so."""

    kind: Kind
    title: str
    endpoint: str
    values: Mapping[str, str | int] = field(hash=False)
    reason: str
    days: int

    @property
    def group(self) -> Group:
        return self.kind.group


def in_order(lines: Iterable[Line]) -> list[Line]:
    kinds = list(Kind)
    return sorted(
        lines,
        key=lambda line: (line.group, -line.days, kinds.index(line.kind), line.title.lower(), line.reason),
    )


def grouped(lines: Iterable[Line]) -> list[tuple[Group, list[Line]]]:
    """Of lines in order."""
    return [(group, list(those)) for group, those in groupby(lines, lambda line: line.group)]


def assessment(
    title: str, ref: str, tally: Tally, since: date, today: date, *, is_for_others: bool = False
) -> Line | None:
    """One that is past its day without enough reviews, that nobody closes, or whose panel is too small to be enough. Others do
    not learn how many reviews and reviewers there are."""
    values = {"ref": ref}
    late = (today - tally.due).days
    progress = "" if is_for_others else f"{closing.progress(tally)} "
    if closing.is_overdue(tally, today):
        reason = f"{progress}The reviews were due on {day(tally.due)}, and it cannot be closed."
        return Line(Kind.NO_QUORUM, title, PROPOSAL, values, reason, late)
    if closing.is_ready(tally, today):
        if not closing.is_past_due(tally, today):
            return None
        reason = f"{progress}It could have been closed on {day(tally.closes_early)}."
        return Line(Kind.TO_CLOSE, title, PROPOSAL, values, reason, late)
    if tally.panel >= tally.quorum:
        return None
    left = (
        f"{counted(tally.panel, 'reviewer').capitalize()} of the {closing.cardinal(tally.quorum)} that it needs "
        f"{'is' if tally.panel == 1 else 'are'} left on its panel."
    )
    if is_for_others:
        left = "Too few reviewers are left on its panel."
    reason = f"{left} Reviews are due on {day(tally.due)}."
    return Line(Kind.TOO_FEW_REVIEWERS, title, PROPOSAL, values, reason, (today - since).days)


def to_triage(title: str, ref: str, submitted: date | None, since: date, today: date) -> Line | None:
    """Moving it to another theme, which began its wait anew, did not submit it anew."""
    if not waits_long(since, today):
        return None
    reason = f"It was submitted on {day(submitted or since)}, and nobody has acted on it for {_working_days(since, today)}."
    return Line(Kind.TO_TRIAGE, title, PROPOSAL, {"ref": ref}, reason, (today - since).days)


def to_decide(title: str, ref: str, since: date, today: date, *, is_prepared: bool) -> Line | None:
    """A decision that is prepared is told at once, and to its directors alone."""
    days = (today - since).days
    if is_prepared:
        reason = f"A decision is prepared and not released. The assessment closed on {day(since)}."
        return Line(Kind.PREPARED, title, "decisions.release", {"proposals": ref}, reason, days)
    if not waits_long(since, today):
        return None
    reason = (
        f"The assessment closed on {day(since)}. It has waited {_working_days(since, today)} for a decision."
    )
    return Line(Kind.TO_DECIDE, title, PROPOSAL, {"ref": ref}, reason, days)


def changes_late(title: str, ref: str, due: date | None, today: date) -> Line | None:
    if due is None or due >= today:
        return None
    reason = f"Its team was asked for changes by {day(due)}."
    return Line(Kind.CHANGES_LATE, title, PROPOSAL, {"ref": ref}, reason, (today - due).days)


def condition_overdue(title: str, slug: str, text: str, owner: str, due: date, today: date) -> Line:
    """Without its text where others read it, who may not know the condition."""
    which = f"The condition “{cut(text, CUT)}”" if text else "A condition"
    seen_to = f" Seen to by {owner}." if owner else ""
    reason = f"{which} was to be met by {day(due)}.{seen_to}"
    return Line(Kind.CONDITION_OVERDUE, title, PROGRAMME, {"slug": slug}, reason, (today - due).days)


def review_of_pause(title: str, slug: str, review_on: date | None, today: date) -> Line | None:
    if review_on is None or review_on >= today:
        return None
    reason = f"It is paused, and was to be looked at again on {day(review_on)}."
    return Line(Kind.REVIEW_OF_PAUSE, title, PROGRAMME, {"slug": slug}, reason, (today - review_on).days)


def adopter_lost(title: str, slug: str, adopter: Adopter, today: date) -> Line | None:
    """An organisation that used it, and lately stopped or went back, also by more than one step. A day counts by its last step:
    what was mended on the same day never was."""
    taken = list({each.on: each for each in adopter.taken}.values())
    used = [place for place, each in enumerate(taken[:-1]) if each.step in IN_USE]
    if not used:
        return None
    before, then, now = taken[used[-1]], taken[used[-1] + 1], taken[-1]
    is_again = now.step in IN_USE and then is not now  # it had stopped, and took it up again
    is_back = now.step not in PATH or PATH.index(now.step) < PATH.index(before.step)
    if is_again or not is_back or then.on < today - RECENT:
        return None
    since = "" if then is now else f", and is at “{in_words(now.step)}” now"
    reason = f"{adopter.name} went from “{in_words(before.step)}” to “{in_words(then.step)}” on {day(then.on)}{since}."
    values = {"slug": slug, "organisation_id": adopter.id}
    return Line(Kind.ADOPTER_LOST, title, "adoption.steps", values, reason, (today - then.on).days)


def measure_in_concern(
    title: str, slug: str, number: int, name: str, finding: str, since: date, today: date
) -> Line:
    values: Mapping[str, str | int] = {"slug": slug, "number": number}
    reason = f"{name}. {finding}."
    return Line(Kind.MEASURE_IN_CONCERN, title, "measures.measure", values, reason, (today - since).days)


def expected_by(target: int, active_since: date, target_on: date | None, today: date) -> int:
    """Whole organisations on the straight line from none on the first day to the target on the day of its plan, or after two
    years."""
    days, gone = _days_to_target(active_since, target_on), (today - active_since).days
    return target if gone >= days else floor(target * gone / days)


def behind_target(
    title: str,
    slug: str,
    covered: int,
    target: int,
    active_since: date,
    target_on: date | None,
    today: date,
) -> Line | None:
    """Its days are those since the line had one organisation more than have adopted it."""
    expected = expected_by(target, active_since, target_on, today)
    if covered >= expected:
        return None
    days = _days_to_target(active_since, target_on)
    reached = active_since + timedelta(days=ceil((covered + 1) * days / target))
    have = "has" if covered == 1 else "have"
    by = f"by {day(target_on)}" if target_on else f"in two years from {day(active_since)}"
    reason = (
        f"{counted(covered, 'organisation').capitalize()} {have} adopted it. To reach {target} {by}, it would be "
        f"{expected} by now."
    )
    return Line(
        Kind.BEHIND_TARGET, title, "adoption.adoption", {"slug": slug}, reason, (today - reached).days
    )


def _days_to_target(active_since: date, target_on: date | None) -> int:
    """None where the day of the plan had come before it was active."""
    return DAYS_TO_TARGET if target_on is None else max((target_on - active_since).days, 0)


def figures_missing(
    title: str, slug: str, number: int, name: str, newest: date | None, defined_on: date, today: date
) -> Line | None:
    """A figure of a month is missed once the month after it is over too. `newest` is the last month that has one."""
    from_month = next_month(newest) if newest else month_of(defined_on)
    missed_on = next_month(next_month(from_month))
    if missed_on > today:
        return None
    values: Mapping[str, str | int] = {"slug": slug, "number": number}
    last = f"after {month_of_year(newest)}" if newest else "yet"
    reason = f"{name} has no figure {last}."
    return Line(Kind.FIGURES_MISSING, title, "measures.measure", values, reason, (today - missed_on).days)


def not_measured(title: str, slug: str, active_since: date, today: date) -> Line | None:
    due = active_since + SETTLING
    if due >= today:
        return None
    reason = f"It is active since {day(active_since)}, and nothing is measured, so nobody can tell what it changes."
    return Line(Kind.NOT_MEASURED, title, "measures.measures", {"slug": slug}, reason, (today - due).days)


def waits_long(since: date, today: date) -> bool:
    return working_days_between(since, today) > LONG


def _working_days(since: date, today: date) -> str:
    return counted(working_days_between(since, today), "working day")
