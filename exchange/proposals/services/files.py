"""The documents of a proposal, and their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import CompoundSelect, FromClause, select, union_all

from exchange import clock, events, storage, transaction
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.extensions import Base, db
from exchange.proposals import queries, record
from exchange.proposals.documents import Document
from exchange.proposals.models import Attachment, Proposal
from exchange.proposals.services.working import lock, refuse_unless_editable, set_answers

KEPT_UNMENTIONED = timedelta(days=1)


class TooManyFiles(Exception):
    """More documents than a proposal may have. `room` is how many more it takes."""

    def __init__(self, room: int) -> None:
        super().__init__("too many files")
        self.room = room


def attach_all(proposal: Proposal, actor: Person, documents: Sequence[Document]) -> None:
    """Stores documents and adds them to the working record, but for those it has. Raises TooManyFiles."""
    proposal = lock(proposal)
    there = {(each.sha256, each.name) for each in queries.attachments_worked_on(proposal)}
    new = {(each.sha256, each.name): each for each in documents if (each.sha256, each.name) not in there}
    if len(there) + len(new) > record.FILES_LIMIT:
        raise TooManyFiles(max(record.FILES_LIMIT - len(there), 0))
    for document in new.values():
        attach(proposal, actor, **store(document))


def store(document: Document) -> dict[str, Any]:
    """Keeps its bytes, and gives what the row says of it. They go when the row is not kept."""
    stored_as = storage.save(document.content)
    transaction.after_settling(partial(_sweep_one, stored_as))
    return {
        "name": document.name,
        "type": document.type,
        "size": document.size,
        "sha256": document.sha256,
        "stored_as": stored_as,
    }


def kept_files(among: Sequence[FromClause] | None = None) -> CompoundSelect[Any]:
    """Name in storage and SHA-256 of all that any table mentions, by name. A database of an older version has some of the
    tables only: those are given then."""
    every = Base.metadata.sorted_tables if among is None else among
    tables = [table.c for table in every if "stored_as" in table.c]
    return union_all(*(select(each.stored_as, each.sha256) for each in tables)).order_by("stored_as")


def attach(
    proposal: Proposal, actor: Person, *, name: str, type: str, size: int, sha256: str, stored_as: str
) -> Attachment:
    """Adds a stored document to the working record."""
    proposal = lock(proposal)
    refuse_unless_editable(proposal, "documents can no longer be added")
    attachment = Attachment(
        proposal_id=proposal.id,
        name=name,
        type=type,
        size=size,
        sha256=sha256,
        stored_as=stored_as,
        added_at=clock.now(),
        added_by_id=actor.id,
    )
    db.session.add(attachment)
    db.session.flush()
    set_answers(proposal, {**proposal.answers, "evidence_files": [*_files(proposal.answers), attachment.id]})
    events.record(actor, "attach", proposal, Audience.TEAM, attachment=attachment.id)
    return attachment


def share_attachment(attachment: Attachment, actor: Person, *, shareable: bool) -> None:
    """Ticks or unticks a document as one that everyone who reads the proposal may read, from the next
    submission on; without the tick nobody else reads it from now."""
    proposal = lock(attachment.proposal)
    refuse_unless_editable(proposal, "documents can no longer be shared or kept back")
    if attachment.shareable != shareable:
        attachment.shareable = shareable
        events.record(
            actor, "share_attachment", proposal, Audience.TEAM, attachment=attachment.id, shareable=shareable
        )


def remove_attachment(attachment: Attachment, actor: Person) -> None:
    """Takes a document out of the working record. Its bytes go too, unless a submitted version holds it."""
    proposal = lock(attachment.proposal)
    refuse_unless_editable(proposal, "documents can no longer be removed")
    if attachment.id not in _files(proposal.answers):
        return
    left = [each for each in _files(proposal.answers) if each != attachment.id]
    set_answers(proposal, {**proposal.answers, "evidence_files": left})
    events.record(actor, "remove_attachment", proposal, Audience.TEAM, attachment=attachment.id)
    if not any(attachment.id in _files(version.answers) for version in proposal.versions):
        delete_file(attachment)


def _files(answers: record.Answers) -> list[int]:
    return list(answers.get("evidence_files") or [])


def delete_file(file: Any) -> None:
    """The row of a StoredFile, and its bytes."""
    stored_as = file.stored_as
    db.session.delete(file)
    transaction.after_commit(lambda: storage.delete(stored_as))


def longest_kept_file() -> str | None:
    """Where to look whether the documents are there: what is long there is hardly removed meanwhile."""
    return db.session.scalar(select(Attachment.stored_as).order_by(Attachment.id).limit(1))


def sweep_files() -> int:
    """Deletes stored files that no row mentions and that are older than a day, and says how many: what a
    killed process or a rolled back request left."""
    before = clock.now() - KEPT_UNMENTIONED
    mentioned = set(db.session.scalars(kept_files()))
    left = [name for name in storage.kept_before(before) if name not in mentioned]
    for name in left:
        storage.delete(name)
    return len(left) + storage.delete_halves(before)


def _sweep_one(stored_as: str) -> None:
    """After the request: its file goes when its row was not kept."""
    kept = kept_files().subquery()
    if db.session.scalar(select(kept.c.stored_as).where(kept.c.stored_as == stored_as)) is None:
        storage.delete(stored_as)
