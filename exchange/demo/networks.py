"""Who joined the networks of the demo, and what was announced there."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from exchange import clock
from exchange.accounts.models import Person
from exchange.networks import services
from exchange.notifications.services import tell_all
from exchange.region import queries as region

FOLDER = Path(__file__).parent
APART = timedelta(hours=5)  # one joins after the other


def go_on(person: Callable[[str], Person]) -> None:
    """`person` finds somebody by their address."""
    for told in tomllib.loads((FOLDER / "networks.toml").read_text())["networks"]:
        theme, since = region.theme(told["theme"]), clock.now() - timedelta(days=told["days_ago"])
        for number, name in enumerate(told["members"]):
            with clock.pretend(since + number * APART):
                services.join(theme, person(f"{name}@example.org"))
        for each in told.get("announcements", []):
            with clock.pretend(clock.now() - timedelta(days=each["days_ago"])):
                by = person(f"{each['by']}@example.org")
                services.announce(theme, by, each["title"], each["text"].strip())
                tell_all()
