"""The adoption kits of the demo's programmes, what adopters met on the way, and who asked to adopt."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select

from exchange import clock
from exchange.accounts import queries as accounts
from exchange.accounts.models import Person
from exchange.adoption.steps import Step as AdoptionStep
from exchange.asks import queries as asked
from exchange.asks import services as asks
from exchange.asks.models import Ask
from exchange.demo.pdf import one_page
from exchange.extensions import db
from exchange.kits import content, queries, services
from exchange.kits.models import Barrier
from exchange.proposals import documents
from exchange.region import queries as region
from exchange.spread.models import Programme

FOLDER = Path(__file__).parent
Step = Mapping[str, Any]


def steps() -> dict[str, list[Step]]:
    """By the story whose programme they are about."""
    told = tomllib.loads((FOLDER / "kits.toml").read_text())
    return {each["story"]: each["steps"] for each in told.values()}


def _edit_kit(programme: Programme, actor: Person, step: Step) -> None:
    section = content.SECTIONS[step["section"]]
    said = {field: _typed(step[field]) for field in section.fields}
    state = content.state_of(queries.values_of(queries.kit_of(programme)), section)
    services.edit_kit(programme, section, actor, said, opened_at_state=state)


def _add_document(programme: Programme, actor: Person, step: Step) -> None:
    page = one_page(step["title"], step["text"].strip())
    services.add_documents(programme, actor, [documents.examine(BytesIO(page), step["name"])])


def _add_contact(programme: Programme, actor: Person, step: Step) -> None:
    person = accounts.by_email(step["person"]) if "person" in step else None
    role, organisation = step.get("role", ""), step.get("organisation", "")
    services.add_contact(
        programme, actor, person=person, role=role, organisation=organisation, topic=step["topic"]
    )


def _add_barrier(programme: Programme, author: Person, step: Step) -> None:
    age = timedelta(days=step["met_days_ago"] - step["days_ago"])
    services.add_barrier(
        programme,
        region.organisation(step["organisation"]),
        author,
        met_on=clock.today() - age,
        met=step["met"],
        passed=step["passed"],
    )


def _hide_barrier(programme: Programme, manager: Person, step: Step) -> None:
    services.hide_barrier(_newest_barrier(programme), manager, reason=step["reason"])


def _correct_barrier(programme: Programme, manager: Person, step: Step) -> None:
    barrier = _newest_barrier(programme)
    services.correct_barrier(
        barrier,
        manager,
        met_on=barrier.met_on,
        met=barrier.met,
        passed=step["passed"],
        reason=step["reason"],
        opened_at_state=services.state_of(barrier),
    )


def _ask(programme: Programme, person: Person, step: Step) -> None:
    assert person.organisation is not None
    asks.ask(programme, person.organisation, person, step["message"])


def _write(programme: Programme, author: Person, step: Step) -> None:
    seen = asked.ask_seen(author, _waiting(programme, step).id)
    assert seen.side is not None
    asks.write(seen.ask, author, seen.side, step["message"])


def _go_ahead(programme: Programme, manager: Person, step: Step) -> None:
    asks.go_ahead(_waiting(programme, step), manager, step=AdoptionStep(step["step"]), note=step["note"])


def _put_off(programme: Programme, manager: Person, step: Step) -> None:
    asks.put_off(_waiting(programme, step), manager, reason=step["reason"])


def _take_back(programme: Programme, person: Person, step: Step) -> None:
    asks.take_back(_waiting(programme, step), person, reason=step["reason"])


def _waiting(programme: Programme, step: Step) -> Ask:
    ask = asked.waiting_ask(programme, step["organisation"])
    assert ask is not None, step
    return ask


def _newest_barrier(programme: Programme) -> Barrier:
    newest = select(Barrier).where(Barrier.programme_id == programme.id).order_by(Barrier.id.desc())
    return db.session.scalars(newest.limit(1)).one()


def _typed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


DOING: Mapping[str, Callable[[Programme, Person, Step], None]] = {
    "edit-kit": _edit_kit,
    "add-document": _add_document,
    "add-contact": _add_contact,
    "add-barrier": _add_barrier,
    "hide-barrier": _hide_barrier,
    "correct-barrier": _correct_barrier,
    "ask": _ask,
    "write": _write,
    "go-ahead": _go_ahead,
    "put-off": _put_off,
    "take-back": _take_back,
}
