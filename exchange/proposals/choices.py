"""The lists that questions choose from, the region's and campaigns, with their names: all in one query, retired ones too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, SQLColumnExpression, func, literal, select, union_all

from exchange import clock
from exchange.extensions import db
from exchange.proposals import campaigns
from exchange.proposals.campaigns import Campaign
from exchange.proposals.record import Answers, Choice, Kind, Question, Source
from exchange.region.models import Organisation, Priority, StrategicAim, Theme


@dataclass(frozen=True)
class Option:
    name: str
    is_retired: bool


@dataclass(frozen=True)
class Choices:
    """The options of each source, by id, in the order to show them in."""

    of: Mapping[Source, Mapping[str, Option]]

    def name(self, source: Source, id_: str) -> str:
        """Its name; the id itself for what a region no longer knows."""
        option = self.of[source].get(id_)
        return id_ if option is None else option.name

    def offered(self, source: Source, chosen: Iterable[str] = ()) -> dict[str, str]:
        """What can be chosen, by id: retired ones only where they already are."""
        kept = set(chosen)
        options = self.of[source].items()
        return {id_: option.name for id_, option in options if not option.is_retired or id_ in kept}

    def names_of(self, question: Question, answers: Answers) -> list[str]:
        """An answer of choices as people read it."""
        value = answers.get(question.id)
        given = value if question.kind is Kind.MANY else [value]
        own = {choice.value: choice.label for choice in question.choices}
        return [
            own.get(one) or (self.name(question.source, one) if question.source else one)
            for one in given or []
            if one
        ]

    def can_answer(self, question: Question, answers: Answers) -> bool:
        """Whether there is something to choose: while no campaign is open, nobody is asked which."""
        return question.source is not Source.CAMPAIGNS or len(self.of_question(question, answers)) > 1

    def of_question(self, question: Question, answers: Answers) -> list[Choice]:
        """What the question offers someone who answered so: its own choices, then the region's."""
        if question.source is None:
            return list(question.choices)
        value = answers.get(question.id)
        chosen = value if isinstance(value, list) else [value] if value else []
        region = [Choice(id_, name) for id_, name in self.offered(question.source, chosen).items()]
        return [*question.choices, *region]


def choices() -> Choices:
    """All of them, as they are now."""
    found: dict[Source, dict[str, Option]] = {source: {} for source in Source}
    lists = [
        _rows(Source.PRIORITIES, Priority, Priority.position),
        _rows(Source.THEMES, Theme, Theme.position),
        _rows(Source.AIMS, StrategicAim, StrategicAim.position),
        _rows(Source.ORGANISATIONS, Organisation, literal(0)),  # by name alone
        _campaigns(),
    ]
    rows = union_all(*lists).subquery()
    query = select(rows).order_by(rows.c.source, rows.c.position, func.lower(rows.c.name), rows.c.id)
    for source, id_, name, _, is_retired in db.session.execute(query):
        found[Source(source)][id_] = Option(name, bool(is_retired))
    return Choices(found)


def _campaigns() -> Select[str, str, str, int, bool]:
    """Those that have opened; only while they are open can they be chosen."""
    now = clock.now()
    return select(
        literal(Source.CAMPAIGNS.value).label("source"),
        Campaign.id.label("id"),
        Campaign.title.label("name"),
        literal(0).label("position"),
        (~campaigns.open_at(now)).label("retired"),
    ).where(campaigns.opened_by(now))


def _rows(
    source: Source,
    model: type[Priority | Theme | StrategicAim | Organisation],
    position: SQLColumnExpression[int],
) -> Select[str, str, str, int, bool]:
    return select(
        literal(source.value).label("source"),
        model.id.label("id"),
        model.name.label("name"),
        position.label("position"),
        model.retired_at.is_not(None).label("retired"),
    )
