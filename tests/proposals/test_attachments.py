"""Documents: adding, sharing, removing and reading them."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from config import MAX_FILE_BYTES
from exchange import clock, storage
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Attachment, Proposal, ReadingLevel
from exchange.transaction import transaction
from tests.conftest import Committed
from tests.factories import make_person
from tests.pages import Browser, Client, Page
from tests.proposals.arrange import (
    attach,
    make_champion,
    make_draft,
    make_manager,
    make_member,
    make_reviewer,
    make_submitted,
    pdf_bytes,
    png_bytes,
    put_at,
)

SAVE = "Save and continue"


def evidence(browser: Browser, proposal: Proposal) -> Page:
    return browser.get("proposals.edit_section", ref=proposal.reference, section="evidence")


def names(proposal: Proposal) -> list[str]:
    held = db.session.get_one(Proposal, proposal.id)
    by_id = {each.id: each.name for each in held.attachments}
    return [by_id[id_] for id_ in held.answers.get("evidence_files", [])]


def stored(client: Client) -> list[Path]:
    folder = Path(client.app.config["STORAGE_URL"].removeprefix("file:"))
    return [path for path in folder.rglob("*") if path.is_file()]


def sent(*files: tuple[bytes, str]) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(content), name) for content, name in files]


def send(
    browser: Browser, proposal: Proposal, *files: tuple[bytes, str], status: int = 200, **fields: str
) -> Page:
    """The evidence form with documents, as bytes: the test client would leave large ones open in files."""
    state = evidence(browser, proposal).value("state")
    parts: list[tuple[str, Any]] = [("csrf_token", browser.csrf_token()), ("state", state), *fields.items()]
    parts += [("evidence_files", FileStorage(io.BytesIO(content), name)) for content, name in files]
    boundary, body = encode_multipart(MultiDict(parts))
    address = browser.address("proposals.save_section", ref=proposal.reference, section="evidence")
    kind = f'multipart/form-data; boundary="{boundary}"'
    response = browser.flask_client.post(address, data=body, content_type=kind)
    assert response.status_code == (302 if status == 200 else status)
    return Page(browser, address, response)


# ---- Adding


def test_several_documents_are_added_at_once(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = evidence(client.as_(champion), proposal)
    page.submit(SAVE, evidence_files=sent((pdf_bytes("a"), "audit.pdf"), (png_bytes(), "../chart.png")))
    with committed():
        assert names(proposal) == ["audit.pdf", "chart.png"]
        kept = db.session.scalars(select(Attachment).order_by(Attachment.id)).all()
        assert [each.type for each in kept] == ["application/pdf", "image/png"]
        assert storage.path_of(kept[0].stored_as).read_bytes() == pdf_bytes("a")
        assert not any(each.shareable for each in kept)
    page = evidence(page.browser, proposal)
    assert "audit.pdf (PDF, 1 KB)" in page.text
    assert page.value("shareable") == []


def test_adding_documents_saves_and_stays(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = evidence(client.as_(champion), proposal)
    files = sent((pdf_bytes(), "audit.pdf"))
    page = page.submit("Add documents", evidence_files=files, evidence_summary="New words")
    assert page.h1 == "Evidence"
    assert "audit.pdf (PDF, 1 KB)" in page.text
    assert page.value("evidence_summary") == "New words"


def test_the_same_form_sent_twice_adds_once(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = evidence(client.as_(champion), proposal)
    for _ in range(2):
        page.submit(SAVE, evidence_files=sent((pdf_bytes(), "audit.pdf")))
    with committed():
        assert names(proposal) == ["audit.pdf"]
    assert len(stored(client)) == 1


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "empty.pdf", "“empty.pdf” is empty. Check the file and choose it again"),
        (
            b"MZ" + b"\0" * 99,
            "cv.pdf",
            "“cv.pdf” is not a kind of file that we take. Choose a PDF, Word, Excel, PowerPoint, PNG or JPEG file",
        ),
        (
            pdf_bytes() + b"\0" * MAX_FILE_BYTES,
            "scan.pdf",
            "“scan.pdf” is larger than 10 MB. Save a smaller copy and add that",
        ),
    ],
)
def test_a_document_that_may_not_come_in_is_named_and_no_text_is_lost(
    client: Client, committed: Committed, content: bytes, name: str, message: str
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    files = (content, name), (pdf_bytes(), "good.pdf")
    page = send(client.as_(champion), proposal, *files, evidence_summary="New words", status=422)
    assert page.errors == [f"{message}. Then choose your other documents again"]
    assert page.value("evidence_summary") == "New words"
    with committed():
        assert names(proposal) == []
    assert stored(client) == []


def test_a_proposal_has_ten_documents_at_most(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        for number in range(9):
            attach(proposal, champion, f"{number}.pdf")
    browser = client.as_(champion)
    two = sent((pdf_bytes("x"), "x.pdf"), (pdf_bytes("y"), "y.pdf"))
    page = evidence(browser, proposal).submit(SAVE, evidence_files=two, status=422)
    assert page.errors == ["Choose 1 document or fewer. A proposal can have 10"]
    evidence(browser, proposal).submit(SAVE, evidence_files=sent((pdf_bytes("x"), "x.pdf")))
    page = evidence(browser, proposal).submit(
        SAVE, evidence_files=sent((pdf_bytes("y"), "y.pdf")), status=422
    )
    assert page.errors == ["Remove a document first. A proposal can have 10"]
    with committed():
        assert len(names(proposal)) == 10
    assert len(stored(client)) == 10


def test_ten_large_documents_fit_in_one_request(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    large = pdf_bytes() + b"\0" * (MAX_FILE_BYTES // 2)
    send(client.as_(champion), proposal, *((large + bytes([number]), f"{number}.pdf") for number in range(4)))
    with committed():
        assert len(names(proposal)) == 4


def test_what_a_failed_request_stored_is_gone_at_once(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    with client.app.test_request_context(method="POST"):
        held, person = db.session.get_one(Proposal, proposal.id), db.session.merge(champion)
        attach(held, person)
        assert len(stored(client)) == 1
        client.app.process_response(client.app.response_class(status=422))
    assert stored(client) == []


# ---- Sharing and removing


def test_shareable_is_ticked_and_unticked(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        first, second = attach(proposal, champion, "first.pdf"), attach(proposal, champion, "second.pdf")
    browser = client.as_(champion)
    page = evidence(browser, proposal)
    page.submit(SAVE, shareable=[str(second.id)])
    page = evidence(browser, proposal)
    assert page.value("shareable") == [str(second.id)]
    page.submit(SAVE, shareable=[])
    with committed():
        assert not any(each.shareable for each in db.session.scalars(select(Attachment)))
        kinds = select(func.count()).where(Event.kind == "share_attachment")
        assert db.session.scalar(kinds) == 2
    assert first.id != second.id


def test_ticks_that_a_page_did_not_show_stay(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = evidence(client.as_(champion), proposal)
    with committed():
        held, person = db.session.get_one(Proposal, proposal.id), db.session.merge(champion)
        services.share_attachment(attach(held, person), person, shareable=True)
    page.submit(SAVE, evidence_summary="New words")
    with committed():
        assert db.session.scalars(select(Attachment.shareable)).all() == [True]


def test_remove_keeps_what_was_typed_and_asks_first(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        attach(proposal, champion)
    page = evidence(client.as_(champion), proposal)
    page = page.submit("Remove audit.pdf", evidence_summary="Typed before removing")
    assert page.h1 == "Remove “audit.pdf”?"
    page = page.submit("Remove the document")
    assert page.value("evidence_summary") == "Typed before removing"
    assert "“audit.pdf” is removed." in page.text
    with committed():
        assert names(proposal) == []
        assert db.session.scalar(select(func.count()).select_from(Attachment)) == 0
    assert stored(client) == []


def test_removing_twice_changes_nothing_more(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
        put_at(proposal, Stage.CHANGES_REQUESTED)
        file = attach(proposal, champion)
        services.submit(proposal, champion)
        put_at(proposal, Stage.CHANGES_REQUESTED)
    browser = client.as_(champion)
    for _ in range(2):
        browser.post("proposals.remove_file", ref=proposal.reference, file_id=file.id)
    with committed():
        assert names(proposal) == []
        assert db.session.scalar(select(func.count()).where(Event.kind == "remove_attachment")) == 1
    # The submitted version holds it still.
    assert browser.get(
        "proposals.attachment", ref=proposal.reference, file_id=file.id
    ).response.data == pdf_bytes("audit.pdf")


def test_removing_is_the_teams_while_it_can_be_edited(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        file = attach(proposal, champion)
        services.submit(proposal, champion)
        other = make_draft(champion)
        manager = make_manager()
    values: dict[str, Any] = {"ref": proposal.reference, "file_id": file.id}
    client.as_(champion).post("proposals.remove_file", status=403, **values)
    client.as_(manager).post("proposals.remove_file", status=404, **values)
    client.as_(champion).get("proposals.remove_file", ref=other.reference, file_id=file.id, status=404)


# ---- Reading


def test_a_document_comes_as_a_file_that_runs_nothing(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        file = attach(proposal, champion, "café “plan”.pdf", pdf_bytes("x"))
    page = client.as_(champion).get("proposals.attachment", ref=proposal.reference, file_id=file.id)
    headers = page.response.headers
    assert page.response.data == pdf_bytes("x")
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"cafe plan.pdf\"; filename*=UTF-8''caf%C3%A9%20%E2%80%9Cplan%E2%80%9D.pdf"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "no-store"


READERS = ("visitor", "lay", "member", "manager", "reviewer", "undeclared", "champion", "co_author")


def cast(stage: Stage, visibility: str, *, shareable: bool) -> dict[str, Any]:
    champion, author = make_champion(), make_person()
    proposal = make_draft(champion, co_authors=[author], visibility=visibility)
    file = attach(proposal, champion)
    services.share_attachment(file, champion, shareable=shareable)
    services.submit(proposal, champion)
    put_at(proposal, stage)
    return {
        "visitor": None,
        "lay": make_person(is_lay=True),
        "member": make_member(),
        "manager": make_manager(),
        "reviewer": make_reviewer(proposal),
        "undeclared": make_reviewer(proposal, ReadingLevel.SUMMARY),
        "champion": champion,
        "co_author": author,
        "proposal": proposal,
        "file": file,
    }


@pytest.mark.parametrize(
    ("stage", "visibility", "shareable", "expected"),
    [
        (Stage.IN_ASSESSMENT, "members", False, {"manager", "reviewer", "champion", "co_author"}),
        (Stage.IN_ASSESSMENT, "members", True, {"member", "manager", "reviewer", "champion", "co_author"}),
        (Stage.IN_ASSESSMENT, "assessors", True, {"manager", "reviewer", "champion", "co_author"}),
        (Stage.SPREAD, "members", True, set(READERS)),
        (Stage.SPREAD, "members", False, {"manager", "reviewer", "champion", "co_author"}),
        (Stage.SPREAD, "assessors", True, {"manager", "reviewer", "champion", "co_author"}),
        (Stage.WITHDRAWN, "members", True, {"manager", "champion", "co_author"}),
    ],
)
def test_who_reads_a_document(
    client: Client, committed: Committed, stage: Stage, visibility: str, shareable: bool, expected: set[str]
) -> None:
    with committed():
        people = cast(stage, visibility, shareable=shareable)
    address = f"/proposals/{people['proposal'].reference}/files/{people['file'].id}"
    got = set()
    for name in READERS:
        browser = client.visitor() if people[name] is None else client.as_(people[name])
        status = browser.flask_client.get(address).status_code
        assert status in {200, 404} or (people[name] is None and status == 302)
        if status == 200:
            got.add(name)
    assert got == expected


def test_a_tick_counts_from_the_next_submission_and_its_end_at_once(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_draft(champion)
        file = attach(proposal, champion)
        services.submit(proposal, champion)
        put_at(proposal, Stage.CHANGES_REQUESTED)
        services.share_attachment(file, champion, shareable=True)
        ref = proposal.reference
    client.as_(member).get("proposals.attachment", ref=ref, file_id=file.id, status=404)
    with committed():
        services.submit(db.session.get_one(Proposal, proposal.id), db.session.merge(champion))
    client.as_(member).get("proposals.attachment", ref=ref, file_id=file.id)
    with committed():
        put_at(db.session.get_one(Proposal, proposal.id), Stage.CHANGES_REQUESTED)
        held = db.session.get_one(Attachment, file.id)
        services.share_attachment(held, db.session.merge(champion), shareable=False)
    client.as_(member).get("proposals.attachment", ref=ref, file_id=file.id, status=404)


def test_what_is_added_while_changes_are_requested_is_the_teams(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_submitted(champion)
        put_at(proposal, Stage.CHANGES_REQUESTED)
        file = attach(proposal, champion)
    values: dict[str, Any] = {"ref": proposal.reference, "file_id": file.id}
    client.as_(champion).get("proposals.attachment", **values)
    client.as_(manager).get("proposals.attachment", status=404, **values)
    assert "audit.pdf" not in client.as_(manager).get("proposals.show", ref=proposal.reference).text


def test_a_document_of_another_proposal_is_not_found_here(client: Client, committed: Committed) -> None:
    with committed():
        champion, stranger = make_champion(), make_champion()
        file = attach(make_draft(champion), champion)
        own = make_draft(stranger)
    browser = client.as_(stranger)
    for file_id in (file.id, 0, 10**9, 10**30):
        browser.get(f"/proposals/{own.reference}/files/{file_id}", status=404)


def test_a_document_whose_bytes_are_missing_says_so(client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_draft(champion)
        file = attach(proposal, champion)
        services.submit(proposal, champion)
        storage.delete(file.stored_as)
    values: dict[str, Any] = {"ref": proposal.reference, "file_id": file.id}
    page = client.as_(champion).get("proposals.attachment", status=404, **values)
    assert page.h1 == "This document is missing"
    assert "“audit.pdf”" in page.text
    assert client.as_(member).get("proposals.attachment", status=404, **values).h1 == "Page not found"


# ---- The sweep


def test_sweep_files_deletes_what_no_row_mentions_after_a_day(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        kept = attach(make_draft(champion), champion).stored_as
        old, new = storage.save(io.BytesIO(b"old")), storage.save(io.BytesIO(b"new"))
        half = storage.path_of(old).with_suffix(storage.HALF)
        half.write_bytes(b"half")
        before = (clock.now() - timedelta(days=1, hours=1)).timestamp()
        for path in (storage.path_of(kept), storage.path_of(old), half):
            os.utime(path, (before, before))
    with client.app.app_context(), transaction():
        assert services.sweep_files() == 2
        assert services.sweep_files() == 0
        left = {path.name for path in stored(client)}
    assert left == {kept, new}
