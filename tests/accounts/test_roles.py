"""Giving and taking roles, settling, closing: what the services keep, refuse and record."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from exchange import events
from exchange.accounts import queries, services
from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import THEME_ROLES, Role
from exchange.audience import Audience
from exchange.errors import Conflict, ExchangeError, InvalidInput, NotAllowed
from exchange.events import Event
from exchange.extensions import db
from exchange.region import queries as region
from exchange.region.models import Organisation, Theme
from exchange.transaction import transaction
from tests.conftest import Committed
from tests.factories import make_grant, make_person


def recorded(person: Person) -> list[Event]:
    return events.history(person, frozenset({Audience.ADMINISTRATORS}))


def test_role_is_given_and_taken_with_an_event_each(committed: Committed) -> None:
    with committed():
        administrator = make_person(role=Role.ADMINISTRATOR)
        person = make_person()
        given = services.grant(person, Role.REVIEWER, region.theme("safe-care"), None, administrator)
        assert person.themes_as(Role.REVIEWER) == {"safe-care"}
        assert given.granted_by_id == administrator.id
        services.revoke(given, administrator)
        assert person.grants == []
        facts = {"role": "reviewer", "scope": "safe-care"}
        assert [(event.kind, event.actor_id, event.facts) for event in recorded(person)] == [
            ("grant", administrator.id, facts),
            ("revoke", administrator.id, facts),
        ]
    with committed() as session:
        assert session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).all() == []


@pytest.mark.parametrize("role", Role)
def test_role_and_its_scope_belong_together(committed: Committed, role: Role) -> None:
    with committed():
        person = make_person()
        theme, organisation = region.theme("safe-care"), region.organisation("hill-hospital")
        wrong: list[tuple[Theme | None, Organisation | None]] = [(theme, organisation)]
        wrong += [(None, None)] if role is not Role.ADMINISTRATOR else []
        wrong += [(theme, None)] if role not in THEME_ROLES else []
        wrong += [(None, organisation)] if role is not Role.ORGANISATION_LEAD else []
        for given in wrong:
            with pytest.raises(InvalidInput):
                services.grant(person, role, *given)
        assert recorded(person) == []


def test_role_in_a_retired_theme_is_not_given(committed: Committed) -> None:
    with committed() as session:
        theme = region.theme("safe-care")
        theme.retired_at = make_person().create_datetime
        session.flush()
        with pytest.raises(Conflict, match="Safe care no longer takes part"):
            services.grant(make_person(), Role.REVIEWER, theme)


def test_settling_moves_a_person_and_ends_leading_the_former_organisation(committed: Committed) -> None:
    with committed():
        administrator = make_person(role=Role.ADMINISTRATOR)
        person = make_person(role=Role.ORGANISATION_LEAD)
        make_grant(person, Role.REVIEWER)
        services.settle(person, region.organisation("river-trust"), administrator)
        assert person.organisation_id == "river-trust"
        assert [grant.role for grant in person.grants] == [Role.REVIEWER]
        assert [event.kind for event in recorded(person)] == ["revoke", "settle"]
        assert recorded(person)[-1].facts == {"organisation": "river-trust", "before": "hill-hospital"}


def test_settling_where_they_are_changes_nothing(committed: Committed) -> None:
    with committed():
        person = make_person(role=Role.ORGANISATION_LEAD)
        services.settle(person, region.organisation("hill-hospital"))
        assert (recorded(person), len(person.grants)) == ([], 1)


def test_settled_lay_member_is_a_member(committed: Committed) -> None:
    with committed():
        person = make_person(is_lay=True)
        services.settle(person, region.organisation("hill-hospital"))
        assert person.is_member
        services.make_lay(person)
        assert (person.is_lay, person.organisation_id, person.is_member) == (True, None, False)
        assert [event.kind for event in recorded(person)] == ["settle", "make_lay"]


def test_retired_organisation_is_not_settled(committed: Committed) -> None:
    with committed() as session:
        person = make_person(organisation=None)
        organisation = region.organisation("hill-hospital")
        organisation.retired_at = person.create_datetime
        session.flush()
        with pytest.raises(Conflict, match="Hill Hospital no longer takes part"):
            services.settle(person, organisation)


def test_closing_and_opening_an_account_keeps_its_roles(committed: Committed) -> None:
    with committed():
        administrator = make_person(role=Role.ADMINISTRATOR)
        person = make_person(role=Role.REVIEWER)
        before = person.fs_uniquifier
        services.deactivate(person, administrator)
        assert person.fs_uniquifier != before
        assert queries.people_with(Role.REVIEWER, "safe-care") == []
        services.reactivate(person, administrator)
        assert queries.people_with(Role.REVIEWER, "safe-care") == [person]
        assert [(event.kind, event.actor_id) for event in recorded(person)] == [
            ("deactivate", administrator.id),
            ("reactivate", administrator.id),
        ]


def test_refused_change_leaves_nothing(committed: Committed) -> None:
    with committed():
        administrator = make_person(role=Role.ADMINISTRATOR)
        refused: list[Callable[[], object]] = [
            lambda: services.grant(
                administrator, Role.ORGANISATION_LEAD, None, administrator.organisation, administrator
            ),
            lambda: services.revoke(administrator.grants[0], administrator),
            lambda: services.revoke(administrator.grants[0]),
            lambda: services.deactivate(administrator, administrator),
            lambda: services.deactivate(administrator),
            lambda: services.reactivate(administrator),
            lambda: services.make_lay(administrator),
            lambda: services.settle(administrator, region.organisation("river-trust"), administrator),
        ]
        for change in refused:
            with pytest.raises(NotAllowed):
                change()
        assert recorded(administrator) == []
        assert administrator.is_administrator


def test_people_with_a_role_are_listed_by_theme_and_organisation(committed: Committed) -> None:
    with committed():
        zoe = make_person(role=Role.REVIEWER, name="Zoe")
        adam = make_person(role=Role.REVIEWER, name="adam")
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation="river-trust")
        assert queries.people_with(Role.REVIEWER, "safe-care") == [adam, zoe]
        assert queries.people_with(Role.REVIEWER, "elsewhere") == []
        assert queries.people_with(Role.ORGANISATION_LEAD, organisation_id="river-trust") == [lead]
        assert queries.people_with(Role.ORGANISATION_LEAD, organisation_id="hill-hospital") == []


@pytest.mark.parametrize("way", ["deactivate", "revoke"])
def test_two_administrators_removing_each_other_at_once_leave_one(
    app: Flask, committed: Committed, way: str
) -> None:
    with committed():
        ids = [make_person(role=Role.ADMINISTRATOR).id for _ in range(2)]
    together, refused = Barrier(2), []

    def remove(victim: int, actor: int) -> None:
        with app.app_context():
            together.wait()
            try:
                with transaction():
                    person, other = db.session.get_one(Person, victim), db.session.get_one(Person, actor)
                    if way == "deactivate":
                        services.deactivate(person, other)
                    else:
                        services.revoke(person.grants[0], other)
            except ExchangeError as error:
                refused.append(error.message)

    threads = [Thread(target=remove, args=pair) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    with committed():
        assert len(queries.people_with(Role.ADMINISTRATOR)) == 1
