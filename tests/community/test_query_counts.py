"""The pages that show lists beside something else take as many queries for many rows as for one."""

from __future__ import annotations

import pytest
from flask import Flask

from exchange import events
from exchange.audience import Audience
from exchange.proposals.models import Proposal
from tests.assessment.arrange import make_champion, make_manager, make_submitted
from tests.conftest import Committed
from tests.factories import THEME
from tests.pages import Client
from tests.statements import counted_queries


def test_theme_takes_as_many_queries_for_many_rows_as_for_one(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion = make_champion()
        make_submitted(champion)
    before = counted_queries(app, client, champion, f"/themes/{THEME}")
    with committed() as session:
        for _ in range(4):
            make_submitted(session.merge(champion))
    assert counted_queries(app, client, champion, f"/themes/{THEME}") == before


@pytest.mark.parametrize("page", ["", "/history"])
def test_timeline_takes_as_many_queries_for_many_events_as_for_one(
    app: Flask, client: Client, committed: Committed, page: str
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_submitted(champion)
    path = f"/proposals/{proposal.reference}{page}"
    before = counted_queries(app, client, manager, path)
    with committed() as session:
        again = session.get_one(Proposal, proposal.id)
        for number in range(20):
            text = {"reason": events.Text(f"Reason {number}", Audience.ASSESSORS)}
            events.record(again.champion, "extend", again, Audience.MEMBERS, text, due="2027-01-04")
    assert counted_queries(app, client, manager, path) == before
