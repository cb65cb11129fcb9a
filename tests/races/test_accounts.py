"""Races of those who register, guess, and keep their register of interests."""

from __future__ import annotations

import pytest

from exchange.accounts.models import Person, RegisteredInterest
from exchange.accounts.roles import Role
from exchange.extensions import db
from tests.conftest import Committed
from tests.factories import PASSWORD, make_person
from tests.pages import Client
from tests.races.racing import CROWDED, Race, Rounds, Sent

GUESS = {"password": "a wrong guess", "new_password": "another good password"}
NEW = {"email": "new@example.org", "name": "New Person", "password": PASSWORD, "part": "lay", "terms": "y"}


def test_one_address_is_registered_once(client: Client, committed: Committed, rounds: Rounds) -> None:
    race = Race(client, [Sent(None, "/register", NEW)] * 2)
    for _ in rounds():
        assert race.run() == [302, 302]
        with committed():
            assert db.session.query(Person).filter_by(email=NEW["email"]).count() == 1


@pytest.mark.parametrize(
    ("address", "answers", "done"),
    [("/login", {"password": "a wrong guess"}, 422), ("/reset", {}, 302), ("/account/password", GUESS, 422)],
)
def test_tries_at_once_do_not_outrun_their_limit(
    client: Client, committed: Committed, rounds: Rounds, address: str, answers: dict[str, str], done: int
) -> None:
    """Five in a quarter of an hour, also when eight come at the same moment."""
    with committed():
        person = make_person()
    who = person if address.startswith("/account") else None
    race = Race(client, [Sent(who, address, {"email": person.email, **answers})] * 8)
    for _ in rounds(CROWDED):
        assert sorted(race.run()) == sorted([done] * 5 + [429] * 3)


def test_interests_registered_at_once_are_all_kept(
    client: Client, committed: Committed, rounds: Rounds
) -> None:
    with committed():
        person = make_person(role=Role.REVIEWER, interests_checked_at=None)
    lines = [
        {"kind": "organisation", "organisation": "river-trust", "reason": "I advise them."},
        {"kind": "person", "email": "sister@example.org", "reason": "My sister."},
    ]
    day = {"until-day": "1", "until-month": "2", "until-year": "2027"}
    race = Race(client, [Sent(person, "interests.add", {**line, **day}) for line in lines])
    for _ in rounds():
        assert race.run() == [302, 302]
        with committed():
            kept = db.session.query(RegisteredInterest).filter_by(person_id=person.id)
            assert sorted(each.reason for each in kept) == ["I advise them.", "My sister."]
            assert db.session.get_one(Person, person.id).interests_checked_at is not None
