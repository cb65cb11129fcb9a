"""A web process that is killed while it does what somebody sent: it is done as a whole or not at all, and can be sent again."""

from __future__ import annotations

import io
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from exchange.events import Event, NewEvent
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Attachment, Proposal, Version
from tests.conftest import Committed
from tests.failures.killing import Life, at_every_step
from tests.pages import Client
from tests.proposals.arrange import make_champion, make_draft, make_manager, pdf_bytes
from tests.safekeeping.arrange import run

NOT_AT_ALL = (Stage.DRAFT, 0, 0, 0)
WHOLLY = (Stage.SUBMITTED, 1, 1, 1)


def test_proposal_is_submitted_wholly_or_not_at_all(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        make_manager()
        proposal = make_draft(champion)
    browser = client.as_(champion)
    page = browser.get("proposals.check", ref=proposal.reference)

    def submit() -> None:
        browser.flask_client.post(
            browser.address("proposals.submit", ref=proposal.reference),
            data={"csrf_token": browser.csrf_token(), "once": page.value("once"), "declaration": "yes"},
        )

    def state() -> tuple[Stage, int, int, int]:
        about = Event.subject == proposal.event_subject, Event.kind == "submit"
        with committed() as session:
            return (
                session.get_one(Proposal, proposal.id).stage,
                session.scalar(select(func.count()).where(Version.proposal_id == proposal.id)) or 0,
                session.scalar(select(func.count()).select_from(Event).where(*about)) or 0,
                session.scalar(select(func.count()).select_from(NewEvent).join(Event).where(*about)) or 0,
            )

    seen = []

    def check(life: Life) -> None:
        seen.append(state())
        code, said = run(app, "audit", "verify")
        assert code == 0, said

    steps = at_every_step(app, submit, check)
    assert seen == sorted(seen, key=WHOLLY.__eq__)
    assert set(seen) == {NOT_AT_ALL, WHOLLY}
    assert steps > 20
    submit()
    assert state() == WHOLLY
    assert browser.get("proposals.submitted", ref=proposal.reference).status == 200


def test_document_is_there_whenever_its_row_is(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    browser = client.as_(champion)
    page = browser.get("proposals.edit_section", ref=proposal.reference, section="evidence")
    root = Path(app.config["STORAGE_URL"].removeprefix("file:"))

    def add() -> None:
        document = (io.BytesIO(pdf_bytes()), "audit.pdf")
        page.submit("Save and continue", evidence_files=[document], status=302)

    def check(life: Life) -> None:
        with committed():
            named = set(db.session.scalars(select(Attachment.stored_as)))
        assert named <= {path.name for path in root.glob("??/*")}

    at_every_step(app, add, check)
    with committed():
        assert len(list(db.session.scalars(select(Attachment)))) == 1
