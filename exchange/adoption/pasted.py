"""Rows pasted from a spreadsheet: what each would record, or why it cannot. Pure.

A row is the organisation, the step, the day and maybe the reason. Rows of one organisation follow each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from exchange import clock
from exchange.adoption.steps import Step, needs_reason, next_steps
from exchange.sheets import Preview, numbered
from exchange.wording import day, in_words

HEAD = ("Organisation", "Step", "Since", "Reason")
LONGEST_REASON = 1_500
WAYS_TO_WRITE_A_DAY = (
    *("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d.%m.%Y", "%d-%m-%Y"),
    *("%d-%b-%y", "%d-%b-%Y", "%d %b %y", "%d %B %y"),  # as Excel writes days by itself
)


@dataclass(frozen=True)
class Standing:
    """An organisation that the programme is for, and where it stands."""

    id: str
    name: str
    step: Step | None
    since: date | None


@dataclass(frozen=True)
class Planned:
    """One row. `mistake` says how to mend it; without one, `to` is where its organisation then stands, or None where it stays."""

    number: int
    organisation: str
    to: Standing | None = None
    was: Step | None = None
    reason: str = ""
    mistake: str = ""

    @property
    def changes(self) -> bool:
        return self.to is not None

    @property
    def said(self) -> str:
        if self.to is None or self.to.step is None or self.to.since is None:
            return self.mistake or "Stays as it is"
        to = f"“{in_words(self.to.step)}” on {day(self.to.since)}"
        return f"From “{in_words(self.was)}” to {to}" if self.was else f"To {to}"


def planned(text: str, standings: Mapping[str, Standing], today: date) -> Preview[Planned]:
    """`standings` by every name that an organisation goes by, in small letters."""
    now = dict(standings)
    rows = []
    for number, cells in numbered(text, HEAD[0]):
        row = _read(number, cells, now, today)
        rows.append(row)
        if row.to is not None:
            now |= {name: row.to for name, each in now.items() if each.id == row.to.id}
    return Preview(tuple(rows))


def table(standings: Iterable[Standing]) -> list[Sequence[str]]:
    """Rows to fill in and send back, with where each stands now."""
    rows = [
        (each.name, in_words(each.step) if each.step else "", f"{each.since:%d/%m/%Y}" if each.since else "")
        for each in standings
    ]
    return [HEAD, *((*row, "") for row in rows)]


def _read(number: int, cells: Sequence[str], now: Mapping[str, Standing], today: date) -> Planned:
    name, word, written, *reasons = [*cells, "", "", ""][: max(len(cells), 3)]
    reason = ", ".join(filter(None, reasons))
    organisation = now.get(name.lower())
    if organisation is None:
        return Planned(
            number,
            name,
            mistake="The programme is for no organisation of this name. Check how it is written.",
        )
    mistaken = Planned(number, organisation.name, was=organisation.step)
    step = _step(word)
    on = _day(written)
    if not (word or written or reason) or (step and (step, on) == (organisation.step, organisation.since)):
        return mistaken  # as it was in the table to fill in
    if step is None:
        return replace(mistaken, mistake=f"“{word}” is no step. Use {_steps()}.")
    if on is None:
        return replace(mistaken, mistake=f"“{written}” is no day. Write it like 4/12/2026.")
    if mistake := _why_not(organisation, step, on, reason, today):
        return replace(mistaken, mistake=mistake)
    return replace(mistaken, to=replace(organisation, step=step, since=on), reason=reason)


def _why_not(organisation: Standing, step: Step, on: date, reason: str, today: date) -> str:
    if step is organisation.step:
        return f"It is at “{in_words(step)}” already. Take this row out."
    if step not in next_steps(organisation.step):
        return f"“{in_words(step)}” does not follow where it stands."
    if on > today:
        return f"{day(on)} has not come yet. Give the day on which it happened."
    if on < today - clock.TEN_YEARS:
        return f"{day(on)} is more than ten years ago. Check the year."
    if organisation.since is not None and on < organisation.since:
        return f"Its last step was on {day(organisation.since)}. Give that day or a later one."
    if needs_reason(organisation.step, step) and not reason:
        return "Write why after the day: stopping, not proceeding and going back need a reason."
    if len(reason) > LONGEST_REASON:
        return f"The reason is longer than {LONGEST_REASON:,} characters. Shorten it."
    return ""


def _step(word: str) -> Step | None:
    code = "-".join(word.lower().replace("-", " ").split())
    return Step(code) if code in set(Step) else None


def _day(written: str) -> date | None:
    tidy = " ".join(written.split())
    for way in WAYS_TO_WRITE_A_DAY:
        try:
            return datetime.strptime(tidy, way).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None


def _steps() -> str:
    words = [in_words(step).lower() for step in Step]
    return f"{', '.join(words[:-1])} or {words[-1]}"
