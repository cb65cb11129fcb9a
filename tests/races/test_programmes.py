"""Races around a programme: its conditions, adoption, asks to adopt, figures, promises and benefits, the kit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.asks.models import Ask
from exchange.asks.services import ask
from exchange.benefits.models import Benefit, Promise
from exchange.extensions import db
from exchange.kits.models import KitFile
from exchange.measures import queries as measures
from exchange.measures.models import Combined, Direction
from exchange.measures.services import define_measure
from exchange.region import queries as region
from exchange.spread.models import Programme
from tests.assessment.arrange import make_manager
from tests.benefits.arrange import RIVER, SENT, SLUG, enter, make_another
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_other_director, make_staff
from tests.factories import make_person
from tests.pages import Client
from tests.proposals.arrange import pdf_bytes
from tests.races.racing import Race, Rounds, Sent, Upload, check_done_once, events_of
from tests.spread.arrange import make_programme

AT_SLUG: dict[str, Any] = {"slug": SLUG}
AT_RIVER = {**AT_SLUG, "organisation_id": RIVER}
SINCE = {"on-day": "2", "on-month": "11", "on-year": "2026"}
AHEAD = {"outcome": "goes-ahead", "step": "planning", "agreed": "May it is."}
NOT_NOW = {"outcome": "not-now", "reason": "No trainer until June."}
PROMISE = {
    "kind": "other",
    "unit": "falls avoided",
    "amount": "40",
    "per": "year",
    "question": "benefit_patients",
    "audience": "public",
}


def make_one() -> tuple[Staff, Programme, Person]:
    """A programme that River Community Trust may adopt, and the trust's lead."""
    staff = make_staff()
    return staff, make_another(staff), make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)


Case = tuple[str, list[Sent]]  # what the events are about, and who sends what


def two_directors_settle_a_condition() -> Case:
    staff = make_staff()
    programme = make_programme(staff, asked="A data agreement")
    first = {**AT_SLUG, "number": 1}
    met, waived = ({"outcome": outcome, "note": "Seen."} for outcome in ("met", "waived"))
    return programme.proposal.event_subject, [
        Sent(staff.director, "spread.settle_condition", met, "meet_condition", first),
        Sent(make_other_director(), "spread.settle_condition", waived, "waive_condition", first),
    ]


def a_lead_and_a_manager_record_a_step() -> Case:
    staff, programme, lead = make_one()
    return programme.event_subject, [
        Sent(person, "adoption.record", {"step": step, **SINCE}, "record_adoption", AT_RIVER)
        for person, step in ((lead, "piloting"), (staff.manager, "planning"))
    ]


def two_managers_settle_an_ask() -> Case:
    staff, programme, lead = make_one()
    here = {"ask_id": ask(programme, region.organisation(RIVER), lead, "Two wards.").id}
    return programme.event_subject, [
        Sent(staff.manager, "asks.settle", AHEAD, "go_ahead_with_ask", here),
        Sent(make_manager(name="Other"), "asks.settle", NOT_NOW, "put_off_ask", here),
    ]


def an_ask_is_taken_back_and_settled() -> Case:
    staff, programme, lead = make_one()
    here = {"ask_id": ask(programme, region.organisation(RIVER), lead, "Two wards.").id}
    return programme.event_subject, [
        Sent(lead, "asks.take_back", {"reason": "We wait."}, "take_back_ask", here),
        Sent(staff.manager, "asks.settle", AHEAD, "go_ahead_with_ask", here),
    ]


def a_benefit_is_confirmed_and_taken_back() -> Case:
    staff, programme, lead = make_one()
    made = enter(staff, 100_000, is_confirmed=False)
    here, seen = {**AT_SLUG, "number": made.number}, {"version": str(made.version)}
    away = {**seen, "reason": "Counted twice."}
    return programme.event_subject, [
        Sent(lead, "benefits.confirm_benefit", seen, "confirm_benefit", here),
        Sent(staff.manager, "benefits.withdraw_benefit", away, "withdraw_benefit", here),
    ]


@pytest.mark.parametrize(
    "arrange",
    [
        two_directors_settle_a_condition,
        a_lead_and_a_manager_record_a_step,
        two_managers_settle_an_ask,
        an_ask_is_taken_back_and_settled,
        a_benefit_is_confirmed_and_taken_back,
    ],
    ids=lambda arrange: arrange.__name__,
)
def test_of_two_who_change_one_thing_one_does(
    client: Client, committed: Committed, rounds: Rounds, arrange: Callable[[], Case]
) -> None:
    with committed():
        subject, sent = arrange()
        since = len(events_of(subject))
    race = Race(client, sent)
    for _ in rounds():
        answers = race.run()
        assert sorted(answers) == [302, 409]
        with committed():
            check_done_once(events_of(subject), sent, answers, since)


def test_what_two_enter_for_the_same_months_stands_once(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    """A benefit, a promise, and an ask of one organisation: whoever comes second is told what is there."""
    with committed():
        staff, _, lead = make_one()
        other = make_manager(name="Other")
    races = [
        Race(
            client,
            [
                Sent(lead, "benefits.enter_benefit", SENT, values=AT_RIVER),
                Sent(other, "benefits.enter_benefit", SENT, values=AT_RIVER),
            ],
        ),
        Race(
            client,
            [
                Sent(each, "benefits.write_promise", PROMISE, values=AT_SLUG)
                for each in (staff.manager, other)
            ],
        ),
    ]
    for _ in rounds():
        for race in races:
            answers = race.run()
            assert answers.count(302) == 1
            assert set(answers) <= {302, 409, 422}
        with committed():
            assert db.session.scalar(select(func.count(Benefit.id))) == 1
            assert (
                db.session.scalar(select(func.count(Promise.id)).where(Promise.unit == PROMISE["unit"])) == 1
            )


def test_figures_of_two_months_are_both_kept_and_of_one_month_follow_each_other(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    with committed():
        staff, programme, lead = make_one()
        measure = define_measure(
            programme,
            staff.manager,
            name="Falls",
            unit="falls",
            definition="Falls that hurt.",
            direction=Direction.DECREASE,
            target=None,
            combined=Combined.ADDED,
        )
        since = len(events_of(programme.event_subject))
    place = {**AT_RIVER, "number": 1}
    rows = ("September 2026, 7\nOctober 2026, 6", "August 2026, 4\nOctober 2026, 9")
    sent = [
        Sent(person, "measures.enter_figures", {"rows": each, "reason": "Counted."}, values=place)
        for person, each in zip((lead, staff.manager), rows, strict=True)
    ]
    race = Race(client, sent)
    for _ in rounds():
        assert race.run() == [302, 302]
        with committed():
            held = measures.figures_of([measure.id])[measure.id][RIVER]
            assert (held[date(2026, 8, 1)], held[date(2026, 9, 1)]) == (Decimal(4), Decimal(7))
            told = events_of(programme.event_subject)[since:]
            [first, second] = [each.facts for each in told if each.facts.get("month") == "2026-10-01"]
            assert {Decimal(first["value"]), Decimal(second["value"])} == {6, 9}
            assert (first["before"], Decimal(second["before"])) == (None, Decimal(first["value"]))
            assert held[date(2026, 10, 1)] == Decimal(second["value"])


def test_two_clicks_on_an_ask_make_one_and_documents_of_two_are_both_in_the_kit(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    with committed():
        staff, _, lead = make_one()
    asking = Race(client, [Sent(lead, "asks.ask", {"message": "Two wards."}, values=AT_SLUG)] * 2)
    adding = Race(
        client,
        [
            Sent(person, "kits.documents", {"documents": Upload(name, pdf_bytes(name))}, values=AT_SLUG)
            for person, name in ((staff.manager, "first.pdf"), (staff.champion, "second.pdf"))
        ],
    )
    for _ in rounds():
        assert sorted(asking.run()) == [302, 409]
        assert adding.run() == [302, 302]
        with committed():
            assert db.session.scalar(select(func.count(Ask.id))) == 1
            assert set(db.session.scalars(select(KitFile.name))) == {"first.pdf", "second.pdf"}
