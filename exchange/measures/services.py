"""Writes to measures. What happens stands in the programme's own chain of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import Conflict, InvalidInput
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.measures import queries
from exchange.measures.figures import plain
from exchange.measures.models import Combined, Direction, Figure, Measure, Rebasing
from exchange.measures.table import Entry
from exchange.sheets import Preview
from exchange.spread.models import Programme
from exchange.spread.services import lock_programme, mark_changed


def define_measure(
    programme: Programme,
    manager: Person,
    *,
    name: str,
    unit: str,
    definition: str,
    direction: Direction | None,
    target: Decimal | None,
    combined: Combined,
) -> Measure:
    lock_programme(programme)  # numbers are given one by one
    last = db.session.scalar(select(func.max(Measure.number)).where(Measure.programme_id == programme.id))
    measure = Measure(
        programme_id=programme.id,
        number=(last or 0) + 1,
        name=name,
        unit=unit,
        definition=definition,
        direction=direction,
        target=None if target is None else plain(target),
        combined=combined,
        defined_at=clock.now(),
        defined_by_id=manager.id,
    )
    db.session.add(measure)
    mark_changed(programme)
    events.record(
        manager,
        "define_measure",
        programme,
        Audience.PUBLIC,
        {"name": Text(name, Audience.PUBLIC)},
        measure=measure.number,
        direction=direction and direction.value,
        combined=combined.value,
    )
    return measure


def enter_figures(
    measure: Measure, organisation_id: str, person: Person, figures: Mapping[date, Decimal], *, reason: str
) -> list[Event]:
    """Keeps the figures that say something new; a correction needs the reason.

    Raises Conflict when a figure is corrected without a reason, as where somebody else entered it meanwhile.
    """
    lock_programme(measure.programme)
    held = queries.figures_of([measure.id])[measure.id].get(organisation_id, {})
    new = {month: value for month, value in sorted(figures.items()) if held.get(month) != value}
    if corrected(held, new) and not reason.strip():
        raise Conflict(
            "Somebody entered another figure for one of these months meanwhile. Say why yours is right."
        )
    entries = [_New(organisation_id, month, value, held.get(month), reason) for month, value in new.items()]
    return _enter(measure, person, entries)


def enter_table(measure: Measure, person: Person, preview: Preview[Entry]) -> list[Event]:
    """Keeps every figure of the table, or none.

    Raises Conflict when somebody entered one of them meanwhile.
    """
    if preview.mistakes:
        raise InvalidInput("A row is to mend first.")
    lock_programme(measure.programme)
    held = queries.figures_of([measure.id])[measure.id]
    entries = []
    for row in preview.changing:
        assert row.month is not None
        assert row.value is not None
        if held.get(row.id, {}).get(row.month) != row.was:
            raise Conflict("Somebody entered one of these figures meanwhile. Check the rows again.")
        entries.append(_New(row.id, row.month, row.value, row.was, row.reason))
    return _enter(measure, person, entries)


def corrected(held: Mapping[date, Decimal], figures: Mapping[date, Decimal]) -> list[date]:
    """The months for which another figure stands."""
    return [month for month, value in sorted(figures.items()) if month in held and held[month] != value]


class _New(NamedTuple):
    """A figure to keep, and the one that stood before it; the reason tells why that changes."""

    organisation_id: str
    month: date
    value: Decimal
    before: Decimal | None
    reason: str

    @property
    def why(self) -> str:
        return "" if self.before is None else self.reason

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "organisation": self.organisation_id,
            "month": self.month.isoformat(),
            "value": plain(self.value),
            "before": None if self.before is None else plain(self.before),
        }


def _enter(measure: Measure, person: Person, entries: Sequence[_New]) -> list[Event]:
    """In as few statements as can be, as a table has hundreds."""
    if not entries:
        return []
    mark_changed(measure.programme)
    moment = clock.now()
    rows = [
        {
            "measure_id": measure.id,
            "organisation_id": each.organisation_id,
            "month": each.month,
            "value": plain(each.value),
            "reason": each.why,
            "entered_at": moment,
            "entered_by_id": person.id,
        }
        for each in entries
    ]
    db.session.execute(insert(Figure), rows)
    return events.record_each(
        person,
        "enter_figure",
        measure.programme,
        Audience.PUBLIC,
        [
            ({"reason": Text(each.why, Audience.MEMBERS)}, {"measure": measure.number, **each.facts})
            for each in entries
        ],
    )


def rebase(
    measure: Measure, manager: Person, *, organisation_id: str | None, month: date, reason: str
) -> Event:
    """From this month on limits are computed anew."""
    mark_changed(measure.programme)
    db.session.add(
        Rebasing(
            measure_id=measure.id,
            organisation_id=organisation_id,
            month=month,
            reason=reason,
            rebased_at=clock.now(),
            rebased_by_id=manager.id,
        )
    )
    return events.record(
        manager,
        "rebase_measure",
        measure.programme,
        Audience.PUBLIC,
        {"reason": Text(reason, Audience.PUBLIC)},
        measure=measure.number,
        organisation=organisation_id,
        month=month.isoformat(),
    )
