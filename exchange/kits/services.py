"""Writes to kits. What happens stands in the programme's own chain of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import Conflict
from exchange.events import Text
from exchange.extensions import db
from exchange.kits import content, queries
from exchange.kits.content import Section
from exchange.kits.models import Barrier, Kit, KitContact, KitFile
from exchange.proposals.documents import Document
from exchange.proposals.services import TooManyFiles, delete_file, store
from exchange.region.models import Organisation
from exchange.spread.models import Programme
from exchange.spread.services import lock_programme, mark_changed
from exchange.wording import counted

MOST_FILES = 12
MOST_CONTACTS = 8
MOST_BARRIERS_A_DAY = 20  # of one person


class StaleKit(Exception):
    """Somebody changed the section since its page was opened. `theirs` is what it says now, by field."""

    def __init__(self, theirs: Mapping[str, Any]) -> None:
        super().__init__("stale")
        self.theirs = theirs


def edit_kit(
    programme: Programme, section: Section, actor: Person, said: Mapping[str, Any], *, opened_at_state: str
) -> None:
    """Saves one section. Raises StaleKit."""
    lock_programme(programme)
    kit = db.session.get(Kit, programme.id, populate_existing=True)
    before = queries.values_of(kit)
    if content.state_of(before, section) != opened_at_state:
        raise StaleKit({field: before[field] for field in section.fields})
    changed = {field: said[field] for field in section.fields if said[field] != before[field]}
    if not changed:
        return
    if kit is None:
        kit = Kit(programme_id=programme.id, **before)
        db.session.add(kit)
    for field, value in changed.items():
        setattr(kit, field, value)
    kit.edited_at, kit.edited_by_id = clock.now(), actor.id
    texts = {
        field: Text(value, Audience.PUBLIC) for field, value in changed.items() if isinstance(value, str)
    }
    numbers = {field: value for field, value in changed.items() if not isinstance(value, str)}
    mark_changed(programme)
    events.record(
        actor,
        "edit_kit",
        programme,
        Audience.PUBLIC,
        texts,
        section=section.id,
        fields=sorted(changed),  # a text that was emptied is named nowhere else
        **numbers,
    )


def add_documents(programme: Programme, actor: Person, documents: Sequence[Document]) -> int:
    """But for those it has: how many were added. Raises TooManyFiles."""
    lock_programme(programme)
    there = {(each.sha256, each.name) for each in queries.files_of(programme)}
    new = {(each.sha256, each.name): each for each in documents if (each.sha256, each.name) not in there}
    if len(there) + len(new) > MOST_FILES:
        raise TooManyFiles(max(MOST_FILES - len(there), 0))
    for document in new.values():
        file = KitFile(
            programme_id=programme.id, added_at=clock.now(), added_by_id=actor.id, **store(document)
        )
        db.session.add(file)
        db.session.flush()
        mark_changed(programme)
        events.record(actor, "add_kit_file", programme, Audience.PUBLIC, file=file.id, sha256=file.sha256)
    return len(new)


def remove_document(file: KitFile, programme: Programme, actor: Person) -> None:
    """With its bytes. Raises Conflict when somebody did so before."""
    lock_programme(programme)
    _refuse_unless_there(KitFile, file.id)
    mark_changed(programme)
    events.record(actor, "remove_kit_file", programme, Audience.PUBLIC, file=file.id, sha256=file.sha256)
    delete_file(file)


def add_contact(
    programme: Programme,
    actor: Person,
    *,
    person: Person | None,
    role: str = "",
    organisation: str = "",
    topic: str,
) -> None:
    """A person, or a role with its organisation. Raises Conflict when there are enough, or the person is one."""
    lock_programme(programme)
    there = queries.contacts_of(programme)
    if len(there) >= MOST_CONTACTS:
        raise Conflict(f"A kit names {MOST_CONTACTS} contacts or fewer. Remove one first.")
    if person is not None and any(each.person_id == person.id for each in there):
        raise Conflict(f"{person.name} is a contact already.")
    contact = KitContact(
        programme_id=programme.id,
        person_id=person.id if person else None,
        role="" if person else role,
        organisation="" if person else organisation,
        topic=topic,
        added_at=clock.now(),
        added_by_id=actor.id,
    )
    db.session.add(contact)
    db.session.flush()
    mark_changed(programme)
    events.record(
        actor,
        "add_kit_contact",
        programme,
        Audience.PUBLIC,
        {"topic": Text(topic, Audience.PUBLIC)},
        contact=contact.id,
        person=contact.person_id,
    )


def remove_contact(contact: KitContact, programme: Programme, actor: Person) -> None:
    """Raises Conflict when somebody did so before."""
    lock_programme(programme)
    _refuse_unless_there(KitContact, contact.id)
    mark_changed(programme)
    events.record(actor, "remove_kit_contact", programme, Audience.PUBLIC, contact=contact.id)
    db.session.delete(contact)


def add_barrier(
    programme: Programme, organisation: Organisation, author: Person, *, met_on: date, met: str, passed: str
) -> Barrier:
    """Raises Conflict when the author wrote down too many today: the champion and the managers are told of each."""
    lock_programme(programme)
    moment = clock.now()
    if queries.barriers_since(author, moment - timedelta(days=1)) >= MOST_BARRIERS_A_DAY:
        most = counted(MOST_BARRIERS_A_DAY, "barrier")
        raise Conflict(f"You wrote down {most} since yesterday. Add more tomorrow.")
    barrier = Barrier(
        programme_id=programme.id,
        organisation_id=organisation.id,
        met_on=met_on,
        met=met,
        passed=passed,
        added_at=moment,
        added_by_id=author.id,
    )
    db.session.add(barrier)
    _record_barrier(barrier, programme, author, "add_barrier", met=met, passed=passed)
    return barrier


def correct_barrier(
    barrier: Barrier, actor: Person, *, met_on: date, met: str, passed: str, reason: str, opened_at_state: str
) -> None:
    """Raises StaleKit when somebody corrected it meanwhile."""
    programme = barrier.programme
    lock_programme(programme)
    barrier = db.session.get_one(Barrier, barrier.id, populate_existing=True)
    if state_of(barrier) != opened_at_state:
        raise StaleKit({"met_on": barrier.met_on, "met": barrier.met, "passed": barrier.passed})
    if (barrier.met_on, barrier.met, barrier.passed) == (met_on, met, passed):
        return
    barrier.met_on, barrier.met, barrier.passed = met_on, met, passed
    barrier.corrected_at = clock.now()
    _record_barrier(barrier, programme, actor, "correct_barrier", met=met, passed=passed, reason=reason)


def hide_barrier(barrier: Barrier, manager: Person, *, reason: str) -> None:
    """Raises Conflict when somebody did so before."""
    barrier = _barrier_afresh(barrier)
    if barrier.hidden_at is not None:
        raise Conflict("Somebody has hidden it since you opened this page.")
    barrier.hidden_at, barrier.hidden_reason = clock.now(), reason
    _record_barrier(barrier, barrier.programme, manager, "hide_barrier", reason=reason)


def show_barrier(barrier: Barrier, manager: Person) -> None:
    """Raises Conflict when somebody did so before."""
    barrier = _barrier_afresh(barrier)
    if barrier.hidden_at is None:
        raise Conflict("Somebody has shown it again since you opened this page.")
    barrier.hidden_at, barrier.hidden_reason = None, ""
    _record_barrier(barrier, barrier.programme, manager, "show_barrier")


def state_of(barrier: Barrier) -> str:
    """Marks when it was last corrected."""
    return barrier.corrected_at.isoformat() if barrier.corrected_at else ""


def _barrier_afresh(barrier: Barrier) -> Barrier:
    lock_programme(barrier.programme)
    return db.session.get_one(Barrier, barrier.id, populate_existing=True)


def _refuse_unless_there(table: type[KitFile | KitContact], id_: int) -> None:
    if db.session.get(table, id_, populate_existing=True) is None:
        raise Conflict("Somebody has removed it since you opened this page.")


def _record_barrier(barrier: Barrier, programme: Programme, actor: Person, kind: str, **texts: str) -> None:
    """What it says is kept for the team and the staff alone: what is hidden must not be read in another place."""
    db.session.flush()
    mark_changed(programme)
    kept = {name: Text(said, Audience.TEAM) for name, said in texts.items()}
    events.record(
        actor,
        kind,
        programme,
        Audience.PUBLIC,
        kept,
        barrier=barrier.id,
        organisation=barrier.organisation_id,
        met_on=barrier.met_on.isoformat(),
    )
