"""Who may read and do what with one proposal, as plain rules over a person's standing in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange.audience import Audience
from exchange.proposals.lifecycle import EDITABLE, ENDED, OPEN_TO_MEMBERS, Part, Stage
from exchange.proposals.record import AnswerAudience

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.proposals.invitations import SeenCoAuthor, SeenInvitation
    from exchange.proposals.joining import SeenRequest
    from exchange.proposals.models import Proposal
    from exchange.proposals.queries import SeenFile

TEAM = frozenset({Part.CHAMPION, Part.CO_AUTHOR})
STAFF = frozenset({Part.MANAGER, Part.DIRECTOR})

PUBLIC_ANSWERS = frozenset({AnswerAudience.PUBLIC})
MEMBERS_ANSWERS = PUBLIC_ANSWERS | {AnswerAudience.MEMBERS}
ALL_ANSWERS = MEMBERS_ANSWERS | {AnswerAudience.ASSESSORS}


@dataclass(frozen=True)
class Standing:
    """What a person is to a proposal.

    `conflict` says why one who would otherwise assess or decide may not. `is_undeclared_reviewer` is one
    who was assigned and has yet to declare: they read title, summary, team and organisations only.
    """

    parts: frozenset[Part] = frozenset()
    is_member: bool = False
    is_undeclared_reviewer: bool = False
    conflict: str = ""

    @property
    def is_champion(self) -> bool:
        return Part.CHAMPION in self.parts

    @property
    def is_on_team(self) -> bool:
        return bool(self.parts & TEAM)

    @property
    def is_staff(self) -> bool:
        return bool(self.parts & STAFF)

    @property
    def is_reviewer(self) -> bool:
        return Part.REVIEWER in self.parts


@dataclass(frozen=True)
class Seen:
    """A proposal together with what the person at hand is to it: what finders give to predicates and
    views."""

    proposal: Proposal
    standing: Standing


def can_see(standing: Standing, proposal: Proposal) -> bool:
    """Whether the proposal exists for this person. `queries.visible_to` says the same in SQL; a test holds
    the two together."""
    if standing.is_on_team or proposal.stage is Stage.SPREAD:
        return True
    if proposal.stage is Stage.DRAFT:
        return False
    if standing.is_staff:
        return True
    if proposal.stage in ENDED:
        return False
    return standing.is_reviewer or standing.is_undeclared_reviewer or _is_open_to_members(standing, proposal)


def answers_read_by(standing: Standing, proposal: Proposal) -> frozenset[AnswerAudience]:
    """Whose answers they read, unless `reads_summary_only` or `is_kept_back` narrows it: ask
    `queries.reading`."""
    if standing.is_on_team or standing.is_staff or standing.is_reviewer:
        return ALL_ANSWERS
    if standing.is_member and proposal.visibility == "members":
        return MEMBERS_ANSWERS
    return PUBLIC_ANSWERS


def reads_summary_only(standing: Standing, proposal: Proposal) -> bool:
    """An assigned reviewer before declaring. What everyone may read by then they read like everyone."""
    return standing.is_undeclared_reviewer and not standing.is_staff and proposal.stage is not Stage.SPREAD


def is_kept_back(standing: Standing, proposal: Proposal) -> bool:
    """Whether they read only what is published of a proposal that its champion kept to assessors."""
    return proposal.visibility == "assessors" and answers_read_by(standing, proposal) != ALL_ANSWERS


def events_read_by(standing: Standing, proposal: Proposal) -> frozenset[Audience]:
    """Whose events they read."""
    audiences = {Audience.PUBLIC}
    if reads_summary_only(standing, proposal):
        return frozenset(audiences)
    if standing.parts or (standing.is_member and proposal.visibility == "members"):
        audiences.add(Audience.MEMBERS)
    if standing.is_on_team or standing.is_staff:
        audiences.add(Audience.TEAM)
    if standing.is_reviewer or standing.is_staff:
        audiences.add(Audience.ASSESSORS)
    if Part.DIRECTOR in standing.parts:
        audiences.add(Audience.DIRECTOR)
    return frozenset(audiences)


def can_propose(person: Person) -> bool:
    """Everyone but lay members, who take part where they are invited. One whose organisation is not settled
    writes drafts."""
    return not person.is_lay


def can_edit(person: Person, seen: Seen) -> bool:
    return seen.standing.is_on_team and seen.proposal.stage in EDITABLE


def can_edit_file(person: Person, found: SeenFile) -> bool:
    return can_edit(person, found.seen)


def is_on_team(person: Person, seen: Seen) -> bool:
    return seen.standing.is_on_team


def is_champion(person: Person, seen: Seen) -> bool:
    return seen.standing.is_champion


def is_co_author(person: Person, seen: Seen) -> bool:
    return Part.CO_AUTHOR in seen.standing.parts


def leads_team_of(person: Person, found: SeenCoAuthor | SeenInvitation | SeenRequest) -> bool:
    return found.seen.standing.is_champion


ONLY_READERS_ASK = "Members who read the proposal and neither assess it nor are on its team can ask, while it is open to members."


def can_ask_to_join(person: Person, seen: Seen) -> bool:
    """Who reads it as members do, while they do."""
    standing, proposal = seen.standing, seen.proposal
    is_reader = not standing.parts and not standing.is_undeclared_reviewer
    return is_reader and _is_open_to_members(standing, proposal)


def asked_it(person: Person, found: SeenRequest) -> bool:
    return found.request.person_id == person.id


def could_join(person: Person, stage: Stage, *, reads_as_member: bool, is_on_team: bool) -> bool:
    """`can_ask_to_join` of a row in a list."""
    return person.is_member and reads_as_member and not is_on_team and stage in OPEN_TO_MEMBERS


def can_be_champion(person: Person) -> bool:
    """Whom a proposal can be handed to: a member who can still sign in."""
    return person.active and person.is_member


def is_manager(person: Person, seen: Seen) -> bool:
    return Part.MANAGER in seen.standing.parts


def can_delete(person: Person, seen: Seen) -> bool:
    """A draft that was never submitted, by its champion."""
    return (
        seen.standing.is_champion and seen.proposal.stage is Stage.DRAFT and not seen.proposal.version_number
    )


def reads_all_answers(person: Person | None, seen: Seen) -> bool:
    """The team, the theme's staff and the reviewers who declared no interest: they read every version too."""
    narrowed = reads_summary_only(seen.standing, seen.proposal)
    return not narrowed and answers_read_by(seen.standing, seen.proposal) == ALL_ANSWERS


def _is_open_to_members(standing: Standing, proposal: Proposal) -> bool:
    return standing.is_member and proposal.stage in OPEN_TO_MEMBERS and proposal.visibility == "members"
