"""Taking back what nobody has acted on."""

from __future__ import annotations

from datetime import date

from flask import Flask

from exchange import clock
from exchange.extensions import db
from exchange.proposals import record, services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, Version
from exchange.wording import day
from tests.conftest import Committed
from tests.notifications.arrange import forget, tell, tell_in_here, told
from tests.pages import Client
from tests.proposals.arrange import make_champion, make_manager, make_member, make_submitted, make_theme

TAKE = "Take it back"
DUE = date(2027, 3, 1)


def test_recall_makes_it_a_draft_that_only_the_team_reads(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion, author, manager = make_champion(), make_member(name="Co Author"), make_manager()
        proposal = make_submitted(champion, co_authors=[author])
        tell_in_here()
    forget(committed)
    page = client.as_(champion).get("proposals.show", ref=proposal.reference).click("Take back")
    assert "only your team can read it until you submit it again" in page.text
    page = page.submit(TAKE)
    assert page.path == f"/proposals/{proposal.reference}/edit"
    assert "You have taken it back." in page.text
    client.as_(manager).get("proposals.show", ref=proposal.reference, status=404)
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert (held.stage, held.version_number, held.submitted_at) == (Stage.DRAFT, 0, None)
        assert db.session.query(Version).count() == 0
    tell(app)
    assert told(committed) == {
        "Rachel Tolley": ["taken back by its champion"],
        "Co Author": ["taken back, to be changed"],
    }
    client.as_(champion).get("proposals.delete", ref=proposal.reference)


def test_recall_of_a_changed_proposal_shows_others_what_was_there_before(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager, member = make_champion(), make_manager(), make_member()
        proposal = make_submitted(champion, title="First name")
        services.request_changes(proposal, manager, sections=["need"], message="More.", due=DUE)
        state = services.section_state(proposal, record.SECTION_BY_ID["idea"])
        answers = {"title": "Second name"}
        services.save_section(
            proposal, record.SECTION_BY_ID["idea"], answers, champion, opened_at_state=state
        )
        services.submit(proposal, champion)
    assert client.as_(member).get("proposals.show", ref=proposal.reference).h1 == "Second name"
    page = client.as_(champion).get("proposals.recall", ref=proposal.reference)
    assert "others read version 1 again" in page.text
    page = page.submit(TAKE)
    assert "Submit it again by 1 March 2027." in page.text
    assert client.as_(member).get("proposals.show", ref=proposal.reference).h1 == "First name"
    assert "Second name" not in client.as_(member).get("proposals.proposals", q="name").text
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert (held.stage, held.version_number) == (Stage.CHANGES_REQUESTED, 1)
        assert (held.changes_due, held.changes_sections) == (DUE, ["need"])
        assert held.answers["title"] == "Second name"
        services.submit(held, db.session.merge(champion))
        assert held.version_number == 2


def test_what_someone_acted_on_is_not_recalled(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        theme = make_theme()
        make_manager(name="Night Manager", theme=theme.id)
        proposal = make_submitted(champion)
        services.transfer(proposal, manager, theme, reason="It is about sleep.")
    page = client.as_(champion).get("proposals.recall", ref=proposal.reference, status=409)
    assert f"Rachel Tolley has acted on it since you submitted it, on {day(clock.today())}." in page.text
    assert "Take back" not in client.as_(champion).get("proposals.show", ref=proposal.reference).links()
