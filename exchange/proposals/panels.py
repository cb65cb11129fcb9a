"""What features above add to the page of a proposal or of its programme. They are joined when the app is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app

from exchange.accounts.models import Person
from exchange.proposals.policy import Seen


@dataclass(frozen=True)
class Panel:
    """`template` draws what `shown` holds, under the name of `panel`."""

    template: str
    shown: Any


PanelOf = Callable[[Seen, Person | None], Panel | None]


def panels_for(seen: Seen, person: Person | None) -> list[Panel]:
    """In the order that the features were joined."""
    found = (panel_of(seen, person) for panel_of in current_app.extensions["panels"])
    return [panel for panel in found if panel is not None]
