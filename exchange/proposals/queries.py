"""Reads of proposals. Every list starts from `visible_to(person)`; one proposal is found with `seen`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import current_app, url_for
from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from exchange import clock, events
from exchange.accounts.models import Person, Role
from exchange.accounts.queries import people_with
from exchange.errors import ContinuesElsewhere, NotFound
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import campaigns, conflicts, lifecycle, policy, record, stand_ins
from exchange.proposals.campaigns import Campaign
from exchange.proposals.conflicts import made_once, of_team
from exchange.proposals.lifecycle import OPEN_TO_MEMBERS, OPEN_TO_REVIEWERS, Action, Part, Stage
from exchange.proposals.models import Attachment, Proposal, Reader, ReadingLevel, Version, Visibility
from exchange.proposals.policy import Seen, Standing
from exchange.region import queries as region
from exchange.working_days import add_working_days

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# Conditions on what a person is to a proposal ask once for all rows (`IN`), never for each of them (`EXISTS`): on
# ten thousand proposals that took PostgreSQL seconds.
LARGEST_ID = 2**31 - 1
EDITS_LOOKED_AT = 50
# Kept in a module of their own, and asked for here with all other reads.
DECLARED, conflict_of, found_conflict = conflicts.DECLARED, conflicts.conflict_of, conflicts.found_conflict
conflicted, conflicted_each = conflicts.conflicted, conflicts.conflicted_each
STAFF_ROLES, REFERENCE, acting = stand_ins.STAFF_ROLES, stand_ins.REFERENCE, stand_ins.acting
ASKING_FOR_CHANGES = ("request_changes", "develop", "reopen")


def visible_to(person: Person | None) -> ColumnElement[bool]:
    """The condition that keeps a query of Proposal to what this person may see."""
    if person is None:
        return Proposal.stage == Stage.SPREAD
    grounds = [Proposal.stage == Stage.SPREAD, on_team(person)]
    if person.is_member:
        shared = Proposal.visibility == Visibility.MEMBERS
        grounds.append(and_(Proposal.stage.in_(OPEN_TO_MEMBERS), shared))
    grounds.append(seen_as_staff(person))
    grounds.append(seen_as_reviewer(person))
    return or_(*grounds)


def seen_as_staff(person: Person, *roles: Role) -> ColumnElement[bool]:
    """Proposals that this person manages or directs (or only in the roles given), in their themes or as a stand-in, where
    nothing binds them."""
    held = {role: person.themes_as(role) for role in roles or STAFF_ROLES if person.themes_as(role)}
    if not held:
        return false()
    # The first condition keeps an unknown theme from making this unknown, which no NOT would turn.
    themes = sorted(frozenset().union(*held.values()))
    mine = and_(Proposal.lead_theme_id.is_not(None), Proposal.lead_theme_id.in_(themes))
    acts = or_(mine, stand_ins.stood_in_for(person, held))
    return and_(Proposal.stage != Stage.DRAFT, acts, ~conflicted(person))


def seen_as_reviewer(person: Person, *levels: ReadingLevel) -> ColumnElement[bool]:
    """Proposals that this person is assigned to, whether they have declared or not (or only at the levels given),
    while they are a reviewer and nothing binds them."""
    if not person.themes_as(Role.REVIEWER):
        return false()
    return and_(_assigned(person.id, levels), ~conflicted(person))


@made_once
def _assigned(person_id: int, levels: tuple[ReadingLevel, ...]) -> ColumnElement[bool]:
    assigned = select(Reader.proposal_id).where(Reader.person_id == person_id)
    if levels:
        assigned = assigned.where(Reader.level.in_(levels))
    return and_(Proposal.stage.in_(OPEN_TO_REVIEWERS), Proposal.id.in_(assigned))


def read_in_full(person: Person | None) -> ColumnElement[bool]:
    """Of those that they see, the proposals whose every answer this person reads:
    `policy.reads_all_answers` in SQL."""
    if person is None:
        return false()
    return or_(on_team(person), seen_as_staff(person), seen_as_reviewer(person, ReadingLevel.ALL))


def read_in_summary(person: Person | None) -> ColumnElement[bool]:
    """Those that this person was assigned to and has yet to declare: `policy.reads_summary_only` in SQL."""
    if person is None:
        return false()
    undeclared = seen_as_reviewer(person, ReadingLevel.SUMMARY)
    return and_(undeclared, ~seen_as_staff(person), Proposal.stage != Stage.SPREAD)


def standing_in(person: Person | None, proposal: Proposal) -> Standing:
    """What this person is to this proposal."""
    if person is None:
        return Standing()
    parts = set()
    if person.id == proposal.champion_id:
        parts.add(Part.CHAMPION)
    elif person in proposal.co_authors:
        parts.add(Part.CO_AUTHOR)
    if proposal.merged_into is not None and proposal.merged_into.champion_id == person.id:
        parts.add(Part.OTHER_CHAMPION)
    would_be = {STAFF_ROLES[role] for role in stand_ins.roles_in(person, proposal)}
    is_reviewer = bool(person.themes_as(Role.REVIEWER))
    reader = db.session.get(Reader, (proposal.id, person.id)) if is_reviewer else None
    conflict = conflict_of(person, proposal) if would_be or reader else ""
    undeclared = False
    if not conflict:
        parts |= would_be
        if reader is not None and reader.level is ReadingLevel.ALL:
            parts.add(Part.REVIEWER)
        undeclared = reader is not None and reader.level is ReadingLevel.SUMMARY
    return Standing(frozenset(parts), person.is_member, undeclared, conflict)


def seen(person: Person | None, ref: str) -> Seen:
    """The proposal with this reference, in small letters too, if this person may see it. Raises NotFound; ContinuesElsewhere
    where they may see what it was merged into instead."""
    proposal = by_reference(ref)
    if proposal is None:
        raise NotFound
    standing = standing_in(person, proposal)
    if not policy.can_see(standing, proposal):
        raise _elsewhere(person, proposal) or NotFound
    return Seen(proposal, standing)


def by_reference(ref: str) -> Proposal | None:
    """Whoever may see it: for finders, which ask that next."""
    if not REFERENCE.fullmatch(ref.upper()):  # never ask a database for what it cannot hold
        return None
    return db.session.scalar(select(Proposal).where(Proposal.reference == ref.upper()))


def _elsewhere(person: Person | None, proposal: Proposal) -> ContinuesElsewhere | None:
    """Merged ones forward, over several where those are merged too, whoever may see where it ends."""
    end = end_of(proposal)
    if end is proposal or not policy.can_see(standing_in(person, end), end):
        return None
    return ContinuesElsewhere(
        f"{proposal.reference} was merged into {end.reference}. Nothing was saved: open that one, and do it there.",
        url_for("proposals.show", ref=end.reference, merged=proposal.reference),
    )


def came_from(proposal: Proposal, ref: str) -> str:
    """The reference, where it is of a proposal that was merged into this one."""
    other = by_reference(ref)
    return (
        other.reference if other is not None and other is not proposal and end_of(other) is proposal else ""
    )


def end_of(proposal: Proposal) -> Proposal:
    """Where it continues, over several merges where there were more; itself where it was not merged."""
    while proposal.stage is Stage.MERGED and proposal.merged_into is not None:
        proposal = proposal.merged_into
    return proposal


def own_id(person: Person, ref: str) -> int | None:
    """The id of the proposal with this reference, if this person is on its team."""
    if not REFERENCE.fullmatch(ref.upper()):
        return None
    return db.session.scalar(select(Proposal.id).where(Proposal.reference == ref.upper(), on_team(person)))


def latest_version(proposal: Proposal) -> Version | None:
    """What was last submitted."""
    return _version(proposal, proposal.version_number)


def version(proposal: Proposal, number: int) -> Version:
    """One frozen version. Raises NotFound."""
    found = _version(proposal, number) if number <= proposal.version_number else None
    if found is None:
        raise NotFound
    return found


def submission_times(proposal: Proposal) -> dict[int, datetime]:
    """When each version was submitted, by its number."""
    query = select(Version.number, Version.submitted_at).where(Version.proposal_id == proposal.id)
    return {number: moment for number, moment in db.session.execute(query.order_by(Version.number))}


def _version(proposal: Proposal, number: int) -> Version | None:
    query = select(Version).where(Version.proposal_id == proposal.id, Version.number == number)
    return db.session.scalar(query)


@dataclass(frozen=True)
class Reading:
    """The answers that one person reads, and from which version; `version` is None for a draft that only
    its team reads. `is_narrowed` where less than an audience's answers are shown."""

    answers: dict[str, Any]
    version: Version | None
    is_narrowed: bool = False


def reading(seen: Seen) -> Reading:
    """What this person reads of the proposal: the last submitted version, by audience."""
    proposal, standing = seen.proposal, seen.standing
    version = latest_version(proposal)
    answers = proposal.answers if version is None else version.answers
    if policy.reads_summary_only(standing, proposal):
        return Reading(_only(answers, record.READ_BEFORE_DECLARING), version, is_narrowed=True)
    readable = record.readable(answers, policy.answers_read_by(standing, proposal))
    if policy.is_kept_back(standing, proposal):
        return Reading(_only(readable, record.PUBLISHED_WHEN_KEPT_TO_ASSESSORS), version, is_narrowed=True)
    return Reading(readable, version)


def attachments_read(seen: Seen, version: Version | None = None) -> Sequence[Attachment]:
    """The documents of what this person reads (or of an older version): all of them for assessors and the
    team, else those submitted with the tick that shares them, and still ticked."""
    proposal = seen.proposal
    if policy.reads_summary_only(seen.standing, proposal) or policy.is_kept_back(seen.standing, proposal):
        return []
    version = version or latest_version(proposal)
    if version is None:
        return attachments_worked_on(proposal)
    ids = set(version.answers.get("evidence_files") or [])
    if policy.answers_read_by(seen.standing, proposal) != policy.ALL_ANSWERS:
        return [
            each
            for each in proposal.attachments
            if each.id in ids.intersection(version.shared_files) and each.shareable
        ]
    return [each for each in proposal.attachments if each.id in ids]


def attachments_worked_on(proposal: Proposal) -> Sequence[Attachment]:
    """The documents of the working record, which only the team reads."""
    ids = proposal.answers.get("evidence_files") or []
    return [each for each in proposal.attachments if each.id in ids]


@dataclass(frozen=True)
class SeenFile:
    seen: Seen
    attachment: Attachment


def file_read(person: Person | None, ref: str, file_id: int) -> SeenFile:
    """A document that this person may read, whichever version holds it. Raises NotFound."""
    found = seen(person, ref)
    attachment = _attachment(found.proposal, file_id)
    if policy.reads_all_answers(person, found):
        may_read = found.standing.is_on_team or _is_in_a_version(attachment)
    else:
        may_read = attachment in attachments_read(found)
    if not may_read:
        raise NotFound
    return SeenFile(found, attachment)


def file_worked_on(person: Person | None, ref: str, file_id: int) -> SeenFile:
    """A document of the proposal, for its team. Raises NotFound."""
    found = seen(person, ref)
    if not found.standing.is_on_team:
        raise NotFound
    return SeenFile(found, _attachment(found.proposal, file_id))


def _attachment(proposal: Proposal, file_id: int) -> Attachment:
    attachment = db.session.get(Attachment, file_id) if file_id <= LARGEST_ID else None
    if attachment is None or attachment.proposal_id != proposal.id:
        raise NotFound
    return attachment


def _is_in_a_version(attachment: Attachment) -> bool:
    return any(
        attachment.id in (each.answers.get("evidence_files") or []) for each in attachment.proposal.versions
    )


@dataclass(frozen=True)
class SeenVersion:
    seen: Seen
    version: Version


def version_read(person: Person | None, ref: str, number: int) -> SeenVersion:
    """A frozen version, for those who read every answer. Raises NotFound."""
    found = seen_in_full(person, ref)
    return SeenVersion(found, version(found.proposal, number))


def seen_in_full(person: Person | None, ref: str) -> Seen:
    """The proposal, for those who read every answer of each version. Raises NotFound."""
    found = seen(person, ref)
    if not policy.reads_all_answers(person, found):
        raise NotFound
    return found


@dataclass(frozen=True)
class Offer:
    """An action that the table gives this person now, and what it still needs."""

    action: Action
    unmet: list[str]


def offers(seen: Seen, person: Person) -> list[Offer]:
    """The actions open to this person, each with its unmet needs as sentences."""
    actions = lifecycle.open_to(seen.proposal.stage, seen.standing.parts)
    return [Offer(action, unmet_needs(action.name, seen.proposal, person)) for action in actions]


def unmet_needs(action: str, proposal: Proposal, actor: Person) -> list[str]:
    """What the action needs that its form cannot supply, as its feature states it."""
    needs = current_app.extensions["needs"]
    sentences: list[str] = needs[action](proposal, actor)
    return sentences


def panel_waits(proposal: Proposal) -> bool:
    """Whether a panel, which waited for changes, goes on with what is submitted now: its readers alone outlast a submission."""
    if proposal.stage is not Stage.SUBMITTED or proposal.version_number < 2:
        return False
    return bool(db.session.scalar(select(exists().where(Reader.proposal_id == proposal.id))))


def last_event(proposal: Proposal, *kinds: str) -> Event | None:
    """The newest of these kinds."""
    query = select(Event).where(Event.subject == proposal.event_subject, Event.kind.in_(kinds))
    return db.session.scalar(query.order_by(Event.position.desc()).limit(1))


def last_edit(proposal: Proposal, section: str) -> Event | None:
    """Who changed a section last, and when."""
    query = select(Event).where(Event.subject == proposal.event_subject, Event.kind == "save_section")
    newest = db.session.scalars(query.order_by(Event.position.desc()).limit(EDITS_LOOKED_AT))
    return next((event for event in newest if event.facts.get("section") == section), None)


def campaign_missed(proposal: Proposal) -> Campaign | None:
    """The campaign that the working record answers, where it has closed. What was submitted for it before stays in it."""
    return _missed(proposal, proposal.version_number)


def campaign_missed_by_recall(proposal: Proposal) -> Campaign | None:
    """The campaign for which it could not be submitted again, once the last version is taken back."""
    return _missed(proposal, proposal.version_number - 1)


def _missed(proposal: Proposal, last: int) -> Campaign | None:
    named = proposal.answers.get("campaign")
    if not named:
        return None
    before = _version(proposal, last)
    is_in_it = before is not None and before.answers.get("campaign") == named
    return None if is_in_it else campaigns.closed_campaign(named)


def history(seen: Seen) -> list[Event]:
    """What happened to the proposal, as far as this person reads of it, oldest first."""
    return events.history(seen.proposal, policy.events_read_by(seen.standing, seen.proposal))


def merged_into(target: Proposal) -> Sequence[Proposal]:
    """What continues in it."""
    query = select(Proposal).where(Proposal.merged_into_id == target.id)
    return db.session.scalars(query.order_by(Proposal.id)).all()


def usual_changes_due() -> date:
    """By when the region gives a team to make changes."""
    return add_working_days(clock.today(), region.current().rules["changes_working_days"])


def managers_of(proposal: Proposal, theme: str | None = None) -> list[Person]:
    """Who manages it and may act on it, or would in another theme, by name."""
    if theme is None:
        return acting(Role.PROGRAMME_MANAGER, proposal)
    holders = people_with(Role.PROGRAMME_MANAGER, theme)
    return [person for person in holders if not conflict_of(person, proposal)]


def on_team(person: Person) -> ColumnElement[bool]:
    """Proposals of which this person is the champion or a co-author."""
    return of_team(person.id)


def _only(answers: dict[str, Any], ids: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key in ids}
