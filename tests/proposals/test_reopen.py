"""Bringing back what was not taken forward, or withdrawn."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from flask import Flask

from exchange.assessment import services as assessment
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.extensions import db
from exchange.proposals import services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.decisions import arrange as decided
from tests.notifications.arrange import forget, tell, tell_in_here, told
from tests.pages import Client
from tests.proposals.arrange import make_champion, make_director, make_manager, make_member, make_submitted

DECLINED = {"reason_code": "other", "feedback": "Come back with more.", "would_change": "More wards."}


@pytest.mark.parametrize("end", ["decline", "withdraw"])
@time_machine.travel("2026-12-01T10:00:00Z", tick=False)
def test_reopen_asks_the_champion_for_changes(
    app: Flask, client: Client, committed: Committed, end: str
) -> None:
    with committed():
        champion, manager, member = make_champion(), make_manager(), make_member()
        make_director()
        proposal = make_submitted(champion)
        if end == "decline":
            decisions.release(proposal, DecisionKind.DECLINE, manager, DECLINED)
        else:
            assessment.withdraw(proposal, champion, reason="Our plans changed.")
        tell_in_here()
    forget(committed)
    client.as_(member).get("proposals.show", ref=proposal.reference, status=404)
    page = client.as_(manager).get("proposals.show", ref=proposal.reference).click("Reopen")
    assert page.submit("Reopen", status=422).errors == ["Enter why you reopen it"]
    page = page.submit("Reopen", reason="The trial has ended.")
    assert "Reopened. Amina Begum is asked to change it and submit it again." in page.text
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert (held.stage, held.changes_due) == (Stage.CHANGES_REQUESTED, date(2026, 12, 31))
    page = client.as_(champion).get("proposals.edit", ref=proposal.reference)
    assert "The trial has ended." in page.text
    assert "Submit it again by 31 December 2026." in page.text
    client.as_(member).get("proposals.show", ref=proposal.reference)
    tell(app)
    assert told(committed) == {"Amina Begum": ["reopened, for you to change by 31 December 2026"]}


def test_the_director_is_told_when_it_was_theirs(app: Flask, committed: Committed) -> None:
    with committed():
        case = decided.make_case()
        proposal = db.session.get_one(Proposal, case.proposal.id)
        said = {**DECLINED, "override_reason": "It costs too much."}
        decisions.release(proposal, DecisionKind.DECLINE, case.director, said)
        tell_in_here()
    forget(committed)
    with committed():
        services.reopen(
            db.session.get_one(Proposal, proposal.id),
            case.manager,
            reason="New evidence.",
            due=date(2027, 3, 1),
        )
    tell(app)
    assert told(committed)[case.director.name] == ["reopened after your decision"]
