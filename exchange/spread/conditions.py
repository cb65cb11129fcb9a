"""What an approval asks for: each condition with who sees to it, by when, and what will show that it is met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.wording import counted, cut, day

MOST = 20
LATER = "later:"
LONGEST = 1_000
# Of a condition that is only a line: who sees to it, and what will show that it is met.
OWNER, EVIDENCE = "The champion", "The champion shows the theme director that it is met."
SHOWN = 50  # characters by which a message names a condition


@dataclass(frozen=True)
class Asked:
    """One condition. A blocking one keeps the programme from starting until it is met or waived."""

    text: str
    is_blocking: bool = True
    owner: str = ""
    due: date | None = None
    evidence: str = ""

    @property
    def details(self) -> str:
        """Who sees to it, by when, and what shows that it is met: as far as that was said."""
        by = f"by {day(self.due)}" if self.due else ""
        seen_to = f"{self.owner} sees to it {by}".strip() if self.owner else by and f"Due {by}"
        shown = f"We need to see: {self.evidence}" if self.evidence else ""
        return " ".join(
            each if each.endswith((".", "!", "?")) else f"{each}." for each in (seen_to, shown) if each
        )


def parse(lines: Iterable[str], *, due: date) -> list[Asked]:
    """One condition a line; it blocks unless it starts with "later:"."""
    found = []
    for line in filter(None, map(str.strip, lines)):
        is_later = line.lower().startswith(LATER)
        text = line[len(LATER) :].strip() if is_later else line
        if text:
            found.append(Asked(text[:LONGEST], not is_later, OWNER, due, EVIDENCE))
    return found


def lacking(asked: Sequence[Asked], today: date) -> dict[str, str]:
    """What keeps these from being asked of anyone: what to do, by the number of the condition, from 1, and the field."""
    found = {}
    for number, each in enumerate(asked, 1):
        named = f"“{cut(each.text, SHOWN)}”"
        if not each.owner:
            found[f"condition-{number}-owner"] = f"Enter who sees to {named}"
        if each.due is None:
            found[f"condition-{number}-due"] = f"Enter the date by which {named} is to be met"
        elif each.due <= today:
            found[f"condition-{number}-due"] = f"Enter a date after today for {named}"
        if not each.evidence:
            found[f"condition-{number}-evidence"] = f"Enter what will show that {named} is met"
    return found


def kept(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """As a decision keeps them."""
    return [{**vars(each), "due": each.due.isoformat() if each.due else None} for each in asked]


def read(kept: Sequence[Mapping[str, Any]]) -> list[Asked]:
    """What `kept` made of them."""
    return [
        Asked(**{**each, "due": date.fromisoformat(each["due"]) if each["due"] else None}) for each in kept
    ]


def written(asked: Sequence[Asked]) -> str:
    """All of them as a text, one after the other."""
    return "\n\n".join(
        f"{number}. {each.text}{'' if each.is_blocking else ' (while it runs)'}\n{each.details}".strip()
        for number, each in enumerate(asked, 1)
    )


def starts_when(blocking: int) -> str:
    """Of a programme that is being set up, without telling what the conditions are."""
    return f"It starts when {counted(blocking, 'condition')} {'is' if blocking == 1 else 'are'} met"
