"""When a round may be closed, and the sentence that says why not yet. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from exchange.wording import day

CARDINALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True)
class Tally:
    """How far a round is: `counted` reviews are in, of `panel` reviewers who have reviewed or still may."""

    counted: int
    panel: int
    quorum: int
    minimum: int
    due: date

    @property
    def closes_early(self) -> date:
        """The first day on which the minimum is enough."""
        return self.due + timedelta(days=1)


def is_past_due(tally: Tally, today: date) -> bool:
    return today > tally.due


def is_ready(tally: Tally, today: date) -> bool:
    """The quorum is in; or the due date has passed and the minimum is."""
    return tally.counted >= (tally.minimum if is_past_due(tally, today) else tally.quorum)


def is_overdue(tally: Tally, today: date) -> bool:
    """The due date has passed and it cannot be closed yet."""
    return is_past_due(tally, today) and not is_ready(tally, today)


def unmet(tally: Tally, today: date) -> str:
    """Why it cannot be closed yet and when it can; empty when it can."""
    if is_ready(tally, today):
        return ""
    if is_past_due(tally, today):
        arrival = _arrival(tally.minimum - tally.counted, tally.counted)
        return (
            f"{progress(tally)} The reviews were due on {day(tally.due)}. You can close the assessment "
            f"{arrival}: give more time or choose another reviewer under “Reviewers”."
        )
    arrival = _arrival(tally.quorum - tally.counted, tally.counted)
    if tally.counted >= tally.minimum:
        return f"{progress(tally)} You can close the assessment on {day(tally.closes_early)}, or {arrival}."
    if tally.minimum == tally.quorum:
        return f"{progress(tally)} You can close the assessment {arrival}."
    verb = "is" if tally.minimum == 1 else "are"
    by_then = f"on {day(tally.closes_early)} if {cardinal(tally.minimum)} {verb} in by then"
    return f"{progress(tally)} You can close the assessment {arrival}, or {by_then}."


def progress(tally: Tally) -> str:
    """Like "Two of three reviews are in."."""
    if tally.counted == 0:
        return "No review is in yet."
    verb = "is" if tally.counted == 1 else "are"
    if tally.panel == tally.quorum:
        return f"{cardinal(tally.counted).capitalize()} of {_reviews(tally.quorum)} {verb} in."
    needed = "is" if tally.quorum == 1 else "are"
    return f"{_reviews(tally.counted).capitalize()} {verb} in and {cardinal(tally.quorum)} {needed} needed."


def cardinal(number: int) -> str:
    """In words up to ten."""
    return CARDINALS[number] if number < len(CARDINALS) else f"{number:,}"


def _arrival(lacking: int, counted: int) -> str:
    if lacking == 1 and 0 < counted + 1 < len(ORDINALS):
        return f"when the {ORDINALS[counted + 1]} arrives"
    arrive = "arrives" if lacking == 1 else "arrive"
    return f"when {cardinal(lacking)} {'more ' if counted else ''}{arrive}"


def _reviews(number: int) -> str:
    return f"{cardinal(number)} {'review' if number == 1 else 'reviews'}"
