"""Moving a submitted proposal to another lead theme."""

from __future__ import annotations

import pytest
from flask import Flask

from exchange.accounts.roles import Role
from exchange.extensions import db
from exchange.proposals import queries
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.factories import THEME, make_person
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client
from tests.proposals.arrange import (
    OTHER_THEME,
    STAFF,
    TEAM,
    make_champion,
    make_manager,
    make_submitted,
    make_theme,
)

MOVE, WHY = "Move it", "It is about sleep."


def test_transfer_hands_it_to_the_managers_of_the_other_theme(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        make_theme()
        champion, manager = make_champion(), make_manager()
        other = make_manager(name="Night Manager", theme=OTHER_THEME)
        proposal = make_submitted(champion, visibility="assessors", supporting_themes=[OTHER_THEME])
        tell_in_here()
    forget(committed)
    page = client.as_(manager).get("proposals.show", ref=proposal.reference).click("Move to another theme")
    page = page.submit(MOVE, theme=OTHER_THEME, reason=WHY)
    assert page.path == "/triage"
    assert f"{proposal.reference} is moved to Quiet nights." in page.text
    client.as_(manager).get("proposals.show", ref=proposal.reference, status=404)
    assert WHY in client.as_(other).get("proposals.history", ref=proposal.reference).text
    assert proposal.reference in client.as_(other).get("assessment.triage").text
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert (held.lead_theme_id, held.version_number) == (OTHER_THEME, 2)
        first, second = (queries.version(held, number).answers for number in (1, 2))
        assert {key for key in second if first[key] != second[key]} == {"lead_theme", "supporting_themes"}
        assert second["supporting_themes"] == []
    tell(app)
    assert told(committed) == {
        "Night Manager": ["moved to your theme"],
        "Amina Begum": ["moved to another theme"],
    }
    [text] = texts_to(committed, other)
    assert WHY in text


@pytest.mark.parametrize("organisation", [None, TEAM])
def test_transfer_needs_somebody_free_to_manage_it(
    client: Client, committed: Committed, organisation: str | None
) -> None:
    with committed():
        make_theme()
        manager, proposal = make_manager(), make_submitted(make_champion())
        if organisation:
            make_person(role=Role.PROGRAMME_MANAGER, theme=OTHER_THEME, organisation=organisation)
    page = client.as_(manager).get("proposals.transfer", ref=proposal.reference)
    page = page.submit(MOVE, theme=OTHER_THEME, reason=WHY, status=422)
    assert page.errors == ["Quiet nights has no programme manager who is free to act on this proposal"]
    assert page.value("reason") == WHY
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert (held.lead_theme_id, held.version_number, held.answers["lead_theme"]) == (THEME, 1, THEME)


def test_transfer_asks_for_theme_and_reason(client: Client, committed: Committed) -> None:
    with committed():
        make_theme()
        make_theme("gone", "Gone by", retired_at=make_champion().confirmed_at)
        manager, proposal = make_manager(), make_submitted(make_champion())
    page = client.as_(manager).get("proposals.transfer", ref=proposal.reference)
    assert page.texts("main label.nhsuk-radios__label") == ["Quiet nights"]
    assert page.submit(MOVE, status=422).errors == ["Select the theme", "Enter why you move it"]


def test_the_other_manager_goes_on_as_if_it_were_submitted_there(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_theme()
        manager, proposal = make_manager(), make_submitted(make_champion())
        other = make_manager(name="Night Manager", theme=OTHER_THEME)
        for number in range(3):
            make_person(
                name=f"Reviewer {number}", role=Role.REVIEWER, theme=OTHER_THEME, organisation="river-trust"
            )
        assert other.organisation_id == STAFF
    page = client.as_(manager).get("proposals.transfer", ref=proposal.reference)
    page.submit(MOVE, theme=OTHER_THEME, reason=WHY)
    page = client.as_(other).get("assessment.start_assessment", ref=proposal.reference)
    assert len(page.select("[name=reviewers]")) == 3
