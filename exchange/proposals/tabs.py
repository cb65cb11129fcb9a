"""The pages about one proposal that its page links to. Features above add theirs when the app is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from exchange.accounts.models import Person
from exchange.proposals.policy import Seen


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    count: int = 0


TabsOf = Callable[[Seen, Person | None], list[Tab]]


def tabs_for(seen: Seen, person: Person | None) -> list[Tab]:
    """The tabs of this proposal that this person may open, in the order that the features were joined."""
    return [tab for tabs_of in current_app.extensions["tabs"] for tab in tabs_of(seen, person)]
