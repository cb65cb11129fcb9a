"""What is told, to whom and where it leads: the parts of which the table in `who` is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.events import Event
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal


@dataclass(frozen=True)
class News:
    """What is told: an event, or for a reminder none; the proposal that it is about, where it is; and the ids of those who were
    told of the event before."""

    event: Event | None
    proposal: Proposal | None
    told: frozenset[int] = frozenset()

    @property
    def about(self) -> Proposal:
        assert self.proposal is not None
        return self.proposal

    @property
    def happened(self) -> Event:
        assert self.event is not None
        return self.event


People = Callable[[News], Iterable[Person]]
More = Callable[[News], Mapping[str, Any]]


def nothing_more(news: News) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Row:
    """Who gets which e-mail (its first line is the subject, and the line in the inbox), and where its link
    leads.

    `confirms` tells even the person who did it; `while_in` tells only while the proposal is still in that stage, as
    what it asks for is done by then; `outlives` tells those who may not see the proposal (any more), so its e-mail names no
    more than the reference, and to those invited what they read of it; `gathers` tells a person once an hour at most, of all that
    came meanwhile; `more` is what else the e-mail says.
    """

    to: People
    template: str
    path: Callable[[News], str]
    confirms: bool = False
    while_in: Stage | None = None
    outlives: bool = False
    gathers: bool = False
    more: More = nothing_more


def champion(news: News) -> list[Person]:
    return [news.about.champion]


def co_authors(news: News) -> list[Person]:
    return list(news.about.co_authors)


def team(news: News) -> list[Person]:
    return news.about.team


def managers(news: News) -> list[Person]:
    return proposals.acting(Role.PROGRAMME_MANAGER, news.about)


def directors(news: News) -> list[Person]:
    return proposals.acting(Role.THEME_DIRECTOR, news.about)
