"""What no page shows: races, references, and the columns that lists go by."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange import clock, search
from exchange.accounts.models import Person
from exchange.errors import NotAllowed, NotFound, UnmetNeeds, WrongStage
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import queries, record, services
from exchange.proposals.lifecycle import ACTIONS, Stage
from exchange.proposals.models import Proposal, ReferenceCounter, Version
from exchange.transaction import transaction
from tests.conftest import Committed
from tests.factories import THEME, make_person
from tests.proposals.arrange import (
    make_champion,
    make_director,
    make_draft,
    make_manager,
    make_submitted,
    put_at,
)


def test_references_count_up_in_each_year(committed: Committed) -> None:
    with committed():
        champion = make_champion()
        found = [services.create(champion, "Falls", THEME).reference for _ in range(2)]
        year = clock.today().year
        assert found == [f"TV-{year}-0001", f"TV-{year}-0002"]
        db.session.get_one(ReferenceCounter, year).last = 9_999
        assert services.create(champion, "Falls", THEME).reference == f"TV-{year}-10000"


def test_a_year_that_someone_else_began_goes_on(
    committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first two of a year, at once: the second finds no counter, and then that there is one."""
    with committed():
        champion = make_champion()
        services.create(champion, "Falls", THEME)
        get, answers = db.session.get, [None]

        def get_late(model: type, *arguments: Any, **more: Any) -> Any:
            return answers.pop() if model is ReferenceCounter and answers else get(model, *arguments, **more)

        monkeypatch.setattr(db.session, "get", get_late)
        assert services.create(champion, "Falls", THEME).reference.endswith("-0002")


def test_many_who_begin_at_once_get_references_of_their_own(app: Flask, committed: Committed) -> None:
    with committed():
        ids = [make_champion().id for _ in range(8)]

    def begin(id_: int) -> str:
        with app.app_context(), transaction():
            return services.create(db.session.get_one(Person, id_), "Falls", THEME).reference

    with ThreadPoolExecutor(8) as threads:
        references = list(threads.map(begin, ids))
    assert sorted(reference[-4:] for reference in references) == [f"{number:04d}" for number in range(1, 9)]


def test_of_two_who_submit_at_once_one_is_told(app: Flask, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)

    def submit(_: int) -> str:
        with app.app_context():
            try:
                with transaction():
                    held, person = (
                        db.session.get_one(Proposal, proposal.id),
                        db.session.get_one(Person, champion.id),
                    )
                    services.submit(held, person)
            except WrongStage:
                return "told"
            return "submitted"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(submit, range(2))) == ["submitted", "told"]
    with committed():
        assert db.session.scalar(select(func.count()).select_from(Version)) == 1


def test_columns_follow_the_draft_and_then_the_last_submission(committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_draft(champion)
        assert (proposal.title, proposal.lead_theme_id, proposal.investment_sought) == (
            "Falls huddles",
            THEME,
            45_000,
        )
        services.submit(proposal, champion)
        services.request_changes(proposal, manager, sections=["value"], message="x", due=clock.today())
        section = record.SECTION_BY_ID["value"]
        state = services.section_state(proposal, section)
        services.save_section(proposal, section, {"investment_sought": 0}, champion, opened_at_state=state)
        assert (proposal.investment_sought, proposal.answers["investment_sought"]) == (45_000, 0)
        services.submit(proposal, champion)
        assert proposal.investment_sought == 0


def refused(proposal: Proposal, action: str, person: Person) -> type[Exception] | None:
    try:
        services.check(proposal, action, person)
    except (WrongStage, NotAllowed, UnmetNeeds) as error:
        return type(error)
    return None


@pytest.mark.parametrize("stage", list(Stage))
def test_check_refuses_as_the_table_does(committed: Committed, stage: Stage) -> None:
    with committed():
        champion, manager, director = make_champion(), make_manager(), make_director()
        proposal = put_at(make_submitted(champion), stage)
        parts = {"champion": champion, "programme manager": manager, "theme director": director}
        for name, action in ACTIONS.items():
            for part, person in parts.items():
                found = refused(proposal, name, person)
                if stage not in action.by:
                    assert found is WrongStage
                elif part not in action.by[stage]:
                    assert found is NotAllowed
                else:
                    assert found in {None, UnmetNeeds}


def test_advance_records_what_moved(committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_submitted(champion)
        services.request_changes(proposal, manager, sections=["need"], message="More.", due=clock.today())
        event = db.session.scalars(select(Event).where(Event.kind == "request_changes")).one()
        assert event.facts | {"texts": None} == {
            "from_stage": "submitted",
            "to_stage": "changes-requested",
            "version": 1,
            "sections": ["need"],
            "due": clock.today().isoformat(),
            "texts": None,
        }
        assert proposal.stage is Stage.CHANGES_REQUESTED


def test_lock_of_what_was_deleted_meanwhile_is_not_found(committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        services.delete_draft(proposal, champion)
        with pytest.raises(NotFound):
            services.lock(proposal)


def test_delete_draft_leaves_nothing_to_find(committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion, co_authors=[make_person()])
        assert db.session.scalar(select(func.count()).select_from(search.SearchText)) == 1
        services.delete_draft(proposal, champion)
        assert db.session.scalar(select(func.count()).select_from(search.SearchText)) == 0


def test_delete_draft_of_what_was_submitted_is_refused(committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = put_at(make_submitted(champion), Stage.DRAFT)
        with pytest.raises(WrongStage):
            services.delete_draft(proposal, champion)
        assert db.session.scalar(select(func.count()).select_from(Version)) == 1


def test_managers_of_leaves_out_the_conflicted(committed: Committed) -> None:
    with committed():
        make_manager(organisation="hill-hospital")
        free = make_manager(name="Free Manager")
        make_manager(name="Gone Manager", active=False)
        assert queries.managers_of(make_submitted(make_champion())) == [free]
