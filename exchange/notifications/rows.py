"""What a row of the table says: who is told what of an event, in which words, and where that leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange.accounts.models import Person
from exchange.events import Event
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal


@dataclass(frozen=True)
class News:
    """What is told: an event, or for a reminder none; and the proposal that it is about, where it is."""

    event: Event | None
    proposal: Proposal | None

    @property
    def about(self) -> Proposal:
        assert self.proposal is not None
        return self.proposal

    @property
    def happened(self) -> Event:
        assert self.event is not None
        return self.event


People = Callable[[News], Sequence[Person]]
More = Callable[[News], Mapping[str, Any]]


def nothing_more(news: News) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Row:
    """Who gets which e-mail (its first line is the subject, and the line in the inbox), and where its link
    leads.

    `confirms` tells even the person who did it; `while_in` tells only while the proposal is still in that stage, as
    what it asks for is done by then; `outlives` tells those who may not see the proposal (any more), so its e-mail names no
    more than the reference, and to those invited what they read of it; `more` is what else the e-mail says.
    """

    to: People
    template: str
    path: Callable[[News], str]
    confirms: bool = False
    while_in: Stage | None = None
    outlives: bool = False
    more: More = nothing_more
