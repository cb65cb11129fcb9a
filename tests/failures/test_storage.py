"""The folder of documents gone, out of reach or full: whoever adds or opens a document is told, and everything else works."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from exchange.extensions import db
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.databases import Databases, make_app
from tests.failures.arrange import no_large_files, without_documents
from tests.pages import Browser, Client, Page
from tests.proposals.arrange import attach, make_champion, make_draft, pdf_bytes
from tests.test_transaction import ask

CANNOT_KEEP = (
    "No document can be kept at the moment, so nothing is saved yet. "
    "Save your answers without documents, and add them later"
)
SUMMARY = "Falls fell by a half in both wards."
GONE: list[tuple[str, Callable[[Path], object]]] = [
    ("missing", lambda root: None),
    (
        "out_of_reach",
        lambda root: root.write_bytes(b""),
    ),  # no folder, as one that refuses whoever is no administrator
]


@dataclass
class Evidence:
    """A champion with the documents of a draft open before them; it has one document."""

    browser: Browser
    proposal: Proposal
    file_id: int

    def page(self) -> Page:
        return self.browser.get("proposals.edit_section", ref=self.proposal.reference, section="evidence")

    def download(self, status: int = 200) -> Page:
        return self.browser.get(
            "proposals.attachment", ref=self.proposal.reference, file_id=self.file_id, status=status
        )

    def add(self, page: Page, *, size: int = 100, status: int = 200) -> Page:
        document = (io.BytesIO(pdf_bytes("a" * size)), "new.pdf")
        return page.submit(
            "Save and continue", evidence_summary=SUMMARY, evidence_files=[document], status=status
        )

    def kept(self, committed: Committed) -> tuple[str, int]:
        with committed():
            held = db.session.get_one(Proposal, self.proposal.id)
            return held.answers["evidence_summary"], len(held.attachments)


@pytest.fixture
def evidence(client: Client, committed: Committed) -> Evidence:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        file = attach(proposal, champion)
    return Evidence(client.as_(champion), proposal, file.id)


BEFORE = ("Falls fell by a third. Wordevidence.", 1)


@pytest.mark.parametrize("in_its_place", [place for _, place in GONE], ids=[name for name, _ in GONE])
def test_document_that_cannot_be_kept_is_told_beside_it_and_no_text_is_lost(
    app: Flask, committed: Committed, evidence: Evidence, in_its_place: Callable[[Path], object]
) -> None:
    page = evidence.page()
    with without_documents(app, in_its_place=in_its_place):
        answer = evidence.add(page, status=503)
        assert answer.errors == [CANNOT_KEEP]
        assert answer.value("evidence_summary") == SUMMARY
        assert evidence.kept(committed) == BEFORE
        answer.submit("Save and continue")
        assert evidence.kept(committed) == (SUMMARY, 1)
    evidence.add(evidence.page())
    assert evidence.kept(committed) == (SUMMARY, 2)


def test_document_that_fills_the_disk_is_told_and_leaves_nothing(
    app: Flask, committed: Committed, evidence: Evidence
) -> None:
    root = Path(app.config["STORAGE_URL"].removeprefix("file:"))
    before = sorted(root.glob("??/*"))
    page = evidence.page()
    with no_large_files(kilobytes=200):
        answer = evidence.add(page, size=400 * 1024, status=503)
    assert answer.errors == [CANNOT_KEEP]
    assert answer.value("evidence_summary") == SUMMARY
    assert (sorted(root.glob("??/*")), evidence.kept(committed)) == (before, BEFORE)
    evidence.add(page, size=400 * 1024)
    assert evidence.kept(committed) == (SUMMARY, 2)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_full_disk_anywhere_under_a_request_is_told(databases: Databases, number: int) -> None:
    """As where a large upload is put while it arrives."""

    def write() -> None:
        raise OSError(number, "No room")

    with databases() as url:
        app = make_app(url.render_as_string(hide_password=False), PROPAGATE_EXCEPTIONS=False)
        page = ask(app, write, status=503)
    assert page.h1 == "Sorry, this cannot be saved now"


@pytest.mark.parametrize("in_its_place", [place for _, place in GONE], ids=[name for name, _ in GONE])
def test_document_that_cannot_be_reached_says_so_and_comes_back(
    app: Flask, evidence: Evidence, in_its_place: Callable[[Path], object]
) -> None:
    with without_documents(app, in_its_place=in_its_place):
        page = evidence.download(status=503)
        assert evidence.page().status == 200
    assert page.h1 == "Sorry, documents cannot be opened now"
    assert "Everything else works: go back, and open it later." in page.text
    assert evidence.download().response.data == pdf_bytes("audit.pdf")


def test_document_is_removed_though_its_bytes_are_out_of_reach(
    app: Flask, committed: Committed, evidence: Evidence
) -> None:
    page = evidence.browser.get(
        "proposals.remove_file", ref=evidence.proposal.reference, file_id=evidence.file_id
    )
    with without_documents(app):
        assert "“audit.pdf” is removed." in page.submit("Remove the document").response.text
    assert evidence.kept(committed)[1] == 0
