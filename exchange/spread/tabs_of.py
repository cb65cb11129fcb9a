"""The programme that an approved proposal became, for everyone."""

from __future__ import annotations

from flask import url_for

from exchange.accounts.models import Person
from exchange.proposals.lifecycle import Stage
from exchange.proposals.policy import Seen
from exchange.proposals.tabs import Tab
from exchange.spread import queries


def tabs_of(seen: Seen, person: Person | None) -> list[Tab]:
    programme = queries.programme_of(seen.proposal) if seen.proposal.stage is Stage.SPREAD else None
    return [] if programme is None else [Tab("Programme", url_for("spread.programme", slug=programme.slug))]
