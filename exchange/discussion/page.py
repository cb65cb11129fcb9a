"""What pages of the discussion show one reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.discussion import places, policy, queries
from exchange.discussion.kinds import Endorsing
from exchange.discussion.models import Comment
from exchange.discussion.places import Place
from exchange.discussion.queries import Voices
from exchange.errors import NotFound
from exchange.proposals import policy as reading
from exchange.proposals.panels import Panel
from exchange.proposals.policy import Seen
from exchange.wording import counted

GONE = "Someone whose account is closed"
LAY = "Patient, carer or member of the public"
SHOWN_ORGANISATIONS = 6


@dataclass(frozen=True)
class Shown:
    """A comment as one reader reads it. `instead` stands where its text would, when nobody reads that any more."""

    id: int
    who: str
    facts: list[str]
    badges: list[str]
    at: datetime
    text: str
    instead: str
    why_instead: str
    is_edited: bool
    ways: list[tuple[str, str]]
    is_reported: bool

    @property
    def url(self) -> str:
        return url_for("discussion.comment", comment_id=self.id)


@dataclass(frozen=True)
class ShownThread:
    top: Shown
    replies: list[Shown]
    more_replies: int


@dataclass(frozen=True)
class Page:
    place: Place
    voices: Voices
    threads: list[ShownThread]
    oldest_first: bool
    previous: str | None
    next: str | None
    only_thread: bool
    earlier_url: str

    @property
    def orders(self) -> list[dict[str, Any]]:
        return [
            {"text": "Newest first", "href": self.place.comments_url(), "current": not self.oldest_first},
            {
                "text": "Oldest first",
                "href": self.place.comments_url(order="oldest"),
                "current": self.oldest_first,
            },
        ]


class Reader:
    """Who reads the comments of a place, and what they may do with each."""

    def __init__(self, place: Place, person: Person | None, comments: Iterable[Comment]) -> None:
        self.place, self.person = place, person
        self.reported = queries.reported_by(person, comments)
        # Members could read where they came from.
        self.came_with = queries.came_with(comments) if place.standing.is_member else {}
        standing, proposal = place.standing, place.proposal
        # The team is not published: only who reads it reads that somebody is on it.
        self.knows_team = policy.reads_names(standing) and not reading.is_kept_back(standing, proposal)
        self.team = {each.id for each in proposal.team} if self.knows_team else frozenset()
        self.can_speak = person is not None and not place.why_not_speak

    def shown(self, comment: Comment) -> Shown:
        author = comment.author
        is_here = author.active and comment.removed_at is None
        return Shown(
            id=comment.id,
            who=author.name if author.active else GONE,
            facts=self._facts(author if is_here else None, comment),
            badges=self._badges(author) if is_here else [],
            at=comment.written_at,
            text=comment.text if comment.is_shown else "",
            instead=_instead(comment),
            why_instead=comment.hidden_reason if comment.removed_at is None else "",
            is_edited=comment.is_shown and comment.edited_at is not None,
            ways=self._ways(comment),
            is_reported=comment.id in self.reported and comment.is_shown,
        )

    def _facts(self, author: Person | None, comment: Comment) -> list[str]:
        belongs = _belongs(author) if author else ""
        reference = self.came_with.get(comment.parent_id or comment.id, "")
        return [*([belongs] if belongs else []), *([f"about {reference}"] if reference else [])]

    def _badges(self, author: Person) -> list[str]:
        badges = ["On the team"] if author.id in self.team else []
        theme = self.place.proposal.lead_theme_id
        for role, word in (
            (Role.PROGRAMME_MANAGER, "Programme manager"),
            (Role.THEME_DIRECTOR, "Theme director"),
        ):
            if theme in author.themes_as(role):
                badges.append(word)
        return badges

    def _ways(self, comment: Comment) -> list[tuple[str, str]]:
        """What this reader can do with it, as (words, address)."""
        person = self.person
        if person is None:
            return []
        ways = []
        is_own = comment.author_id == person.id
        if comment.is_shown and self.can_speak:
            ways.append(("Answer", "discussion.reply"))
        if is_own and not policy.why_not_edit(comment, clock.now()):
            ways.append(("Change", "discussion.edit_comment"))
        if is_own and not policy.why_not_remove(comment):
            ways.append(("Remove", "discussion.remove_comment"))
        if not is_own and self.place.standing.is_staff and comment.removed_at is None:
            ways.append(("Hide" if comment.is_shown else "Show again", "discussion.moderate_comment"))
        elif not is_own and comment.is_shown and comment.id not in self.reported:
            ways.append(("Report", "discussion.report_comment"))
        return [(words, url_for(endpoint, comment_id=comment.id)) for words, endpoint in ways]


def page_of(
    place: Place,
    person: Person | None,
    *,
    oldest_first: bool = False,
    after: int | None = None,
    before: int | None = None,
) -> Page:
    found = queries.threads(place, oldest_first=oldest_first, after=after, before=before)
    comments = [comment for row in found.rows for comment in (row.comment, *row.replies)]
    reader = Reader(place, person, comments)
    order = {"order": "oldest"} if oldest_first else {}
    return Page(
        place,
        queries.voices(place.proposal, place.forum),
        [
            ShownThread(
                reader.shown(row.comment),
                [reader.shown(reply) for reply in row.replies],
                row.reply_count - len(row.replies),
            )
            for row in found.rows
        ],
        oldest_first,
        place.comments_url(before=found.previous, **order) if found.previous else None,
        place.comments_url(after=found.next, **order) if found.next else None,
        only_thread=False,
        earlier_url=_earlier(place),
    )


def thread_page(place: Place, person: Person | None, top: Comment, *, after: int | None = None) -> Page:
    """One thread, with all its answers page by page."""
    if top.parent_id is not None or (top.proposal_id, top.forum) != (place.proposal.id, place.forum):
        raise NotFound
    replies, next_ = queries.thread(top, after=after)
    reader = Reader(place, person, [top, *replies])
    return Page(
        place,
        queries.voices(place.proposal, place.forum),
        [ShownThread(reader.shown(top), [reader.shown(reply) for reply in replies], 0)],
        oldest_first=False,
        previous=place.comments_url(thread=top.id) if after else None,
        next=place.comments_url(thread=top.id, after=next_) if next_ else None,
        only_thread=True,
        earlier_url="",
    )


def where(place: Place, comment: Comment) -> str:
    """The address at which this comment stands."""
    top = comment.parent_id or comment.id
    after = queries.page_of_reply(comment) if comment.parent_id else None
    more = {"after": after} if after else {}
    return place.comments_url(thread=top, _anchor=f"comment-{comment.id}", **more)


@dataclass(frozen=True)
class Endorsable:
    """One way to endorse it, and whether this reader does already."""

    kind: Endorsing
    label: str
    is_given: bool


@dataclass(frozen=True)
class Box:
    """What stands on the page of a proposal or a programme. `shut_out` says why, where this reader is told nothing."""

    place: Place
    voices: Voices
    organisations: Sequence[str]
    more_organisations: int
    endorsable: Sequence[Endorsable]
    can_speak: bool
    is_following: bool
    reads_names: bool
    shut_out: str

    @property
    def comments(self) -> str:
        return counted(self.voices.comments, "comment").capitalize()


LABELS = {Endorsing.ADOPT: "I would adopt this", Endorsing.SUPPORT: "I support this"}


def panel_of(seen: Seen, person: Person | None) -> Panel | None:
    """For the pages of proposals and programmes; None where nobody talks, as far as this reader may know."""
    try:
        place = places.now_at(seen)
    except NotFound:
        return None
    return Panel("discussion/_box.html", box_of(place, person))


def box_of(place: Place, person: Person | None) -> Box:
    proposal, standing = place.proposal, place.standing
    if why := policy.why_not_read(standing, proposal, place.forum):
        return Box(place, Voices(0, 0, 0, 0), (), 0, (), False, False, False, shut_out=why)
    reads_names = person is not None and policy.reads_names(standing)
    organisations = queries.adopting_organisations(proposal) if reads_names else []
    given = queries.endorsed_as(person, proposal) if person else frozenset()
    return Box(
        place,
        queries.voices(proposal, place.forum),
        organisations[:SHOWN_ORGANISATIONS],
        max(0, len(organisations) - SHOWN_ORGANISATIONS),
        [
            Endorsable(kind, label, kind in given)
            for kind, label in LABELS.items()
            if person is not None and not policy.why_not_endorse(person, standing, proposal, kind)
        ],
        can_speak=person is not None and not place.why_not_speak,
        is_following=person is not None and queries.is_following(person, proposal),
        reads_names=reads_names,
        shut_out="",
    )


def _earlier(place: Place) -> str:
    """Where members talked of it before it was approved, for those who may read that."""
    if not place.is_public or not policy.has_members_forum(place.standing, place.proposal):
        return ""
    return url_for("discussion.comments", ref=place.proposal.reference)


def _belongs(author: Person) -> str:
    if author.is_lay:
        return LAY
    return author.organisation.name if author.organisation else ""


def _instead(comment: Comment) -> str:
    if comment.removed_at is not None:
        return "Removed by its writer."
    return "" if comment.hidden_at is None else "Hidden by the manager"
