"""Who reads the discussion, speaks in it, endorses and moderates, as plain rules. A refusal is a sentence; an empty text means
that nothing stands against it.

Whoever is on the panel forms a view of their own first: while a proposal is assessed they neither read what others say of it
nor say anything there. Its manager and director read it, and speak through the assessment alone, in which every team is treated
alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from exchange.audience import Audience
from exchange.discussion.kinds import Endorsing, Forum
from exchange.proposals.lifecycle import OPEN_TO_MEMBERS, Stage
from exchange.proposals.policy import events_read_by

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.discussion.models import Comment
    from exchange.discussion.places import Place, SeenComment
    from exchange.proposals.models import Proposal
    from exchange.proposals.policy import Standing

EDIT_WINDOW = timedelta(minutes=15)

PANEL = (
    "You are on the panel that assesses this proposal. What others say of it opens to you once it is decided, "
    "so that your review is your own."
)
STAFF = (
    "You act on this proposal for its lead theme. Until it is decided, ask the team through the assessment, "
    "so that every team is treated alike. You can read and moderate what others write."
)
MOVED_ON = "It has been approved since. The discussion goes on at its programme."
CLOSED = "Its discussion is closed."
OWN = "You are on its team. Endorsements are for others to give."
ONLY_MEMBERS = "Only someone who belongs to an organisation of the network can say that they would adopt it."
ONLY_MODERATORS = (
    "Only a programme manager or theme director of the lead theme, without an interest in it, can do this."
)


def is_shut_out(standing: Standing, proposal: Proposal) -> bool:
    """Whether they are on its panel while it is assessed."""
    is_on_panel = standing.is_reviewer or standing.is_undeclared_reviewer
    return is_on_panel and not standing.is_on_team and proposal.stage in OPEN_TO_MEMBERS


def has_members_forum(standing: Standing, proposal: Proposal) -> bool:
    """Whether members discuss it as far as this person may know: not a draft, nor what its champion keeps to assessors, nor what
    was merged into another, where the discussion goes on."""
    if proposal.stage in {Stage.DRAFT, Stage.MERGED} or proposal.visibility != "members":
        return False
    reads = Audience.MEMBERS in events_read_by(standing, proposal)
    return reads or is_shut_out(standing, proposal)


def why_not_read(standing: Standing, proposal: Proposal, forum: Forum) -> str:
    return PANEL if forum is Forum.MEMBERS and is_shut_out(standing, proposal) else ""


def why_not_speak(standing: Standing, proposal: Proposal, forum: Forum) -> str:
    if forum is Forum.PUBLIC:
        return ""
    if proposal.stage is Stage.SPREAD:
        return MOVED_ON
    if proposal.stage not in OPEN_TO_MEMBERS:
        return CLOSED
    if is_shut_out(standing, proposal):
        return PANEL
    return STAFF if standing.is_staff and not standing.is_on_team else ""


def why_not_endorse(person: Person, standing: Standing, proposal: Proposal, kind: Endorsing) -> str:
    forum = Forum.PUBLIC if proposal.stage is Stage.SPREAD else Forum.MEMBERS
    if standing.is_on_team:
        return OWN
    if why := why_not_speak(standing, proposal, forum):
        return why
    return ONLY_MEMBERS if kind is Endorsing.ADOPT and not person.is_member else ""


def why_not_reply(comment: Comment) -> str:
    return "" if comment.is_shown else "It can no longer be read, so nobody can answer it."


def why_not_edit(comment: Comment, now: datetime) -> str:
    if reason := why_not_remove(comment):
        return reason
    if now > comment.can_be_edited_until:
        return "A comment can be changed for 15 minutes. Answer it yourself if something is to be put right."
    return ""


def why_not_remove(comment: Comment) -> str:
    if comment.removed_at is not None:
        return "You have removed this comment."
    return "" if comment.hidden_at is None else "A manager has hidden this comment. Only they read it now."


def why_not_report(comment: Comment) -> str:
    return "" if comment.is_shown else "It can no longer be read, so there is nothing to report."


def reads_names(standing: Standing) -> bool:
    """Who endorsed: for members and those who take part. The public reads how many."""
    return standing.is_member or bool(standing.parts)


def reads(person: Person, place: Place) -> bool:
    return not why_not_read(place.standing, place.proposal, place.forum)


def reads_comment(person: Person, found: SeenComment) -> bool:
    return reads(person, found.place)


def reads_endorsers(person: Person, place: Place) -> bool:
    return reads(person, place) and reads_names(place.standing)


def wrote(person: Person, found: SeenComment) -> bool:
    return reads_comment(person, found) and found.comment.author_id == person.id


def can_report(person: Person, found: SeenComment) -> bool:
    return reads_comment(person, found) and found.comment.author_id != person.id


def can_moderate(person: Person, found: SeenComment) -> bool:
    """Nobody judges what they wrote."""
    return found.place.standing.is_staff and found.comment.author_id != person.id
