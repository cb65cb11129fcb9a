"""Networks with people in them, made inside `with committed():` by the real services."""

from __future__ import annotations

from exchange.accounts.models import Person
from exchange.networks import services
from exchange.networks.models import Announcement
from exchange.region import queries as region
from tests.factories import make_person

SAFE = "safe-care"


def make_member(name: str = "Chloe Bannister", *, joins: bool = True) -> Person:
    person = make_person(name=name, organisation="river-trust")
    if joins:
        services.join(region.theme(SAFE), person)
    return person


def announce(author: Person, title: str = "A call on insulin", text: str = "Come.") -> Announcement:
    return services.announce(region.theme(SAFE), author, title, text)
