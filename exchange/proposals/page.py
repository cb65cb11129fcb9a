"""What the page of a proposal shows one reader."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from exchange import clock
from exchange.accounts.models import Person
from exchange.proposals import answers, clocks, policy, queries, readership, record, timeline
from exchange.proposals.answers import ShownSection
from exchange.proposals.changed_since import ChangedSince, since_before
from exchange.proposals.choices import Choices, choices
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.proposals.next_step import Facts, next_step
from exchange.proposals.panels import Panel, panels_for
from exchange.proposals.policy import Seen
from exchange.proposals.queries import Reading
from exchange.proposals.record import Source
from exchange.proposals.tabs import Tab, tabs_for
from exchange.wording import counted, day

# What an action's page leads with, when it is open: the first of these is the one button.
MAIN_ACTIONS = ("submit", "start_assessment", "close_assessment", "approve_spread")
SHOWN_ABOVE = frozenset({"title", "summary"})
SHOWN_EVENTS = 3


@dataclass(frozen=True)
class Way:
    """Something that this reader can do, and where."""

    label: str
    url: str


@dataclass(frozen=True)
class NotYet:
    """Something that the table gives this reader, and what it needs first."""

    label: str
    needs: list[str]


@dataclass(frozen=True)
class Page:
    proposal: Proposal
    title: str
    summary: str
    facts: list[str]
    next_step: str
    main: Way | None
    others: list[Way]
    not_yet: list[NotYet]
    changed_since: ChangedSince | None
    tabs: list[Tab]
    panels: list[Panel]
    sections: list[ShownSection]
    team: list[str]
    join: Way | None
    readers: list[str]
    entries: list[timeline.Entry]
    has_more_entries: bool
    narrowed_because: str
    interest_url: str

    @property
    def contents(self) -> list[dict[str, str]]:
        """The sections, for the list beside them."""
        found = contents_of(self.sections)
        return [*found, {"text": "History", "href": "#history"}] if self.entries else found

    @property
    def tabs_with_this(self) -> list[dict[str, Any]]:
        """Its pages side by side, this one first."""
        return with_tabs(self.proposal, self.tabs, action_url(self.proposal, ""))


def page_of(seen: Seen, person: Person | None) -> Page:
    proposal = seen.proposal
    read, lists = queries.reading(seen), choices()
    theme = _theme(seen, read, lists)
    tabs = tabs_for(seen, person)
    panel_waits = queries.panel_waits(proposal)
    main, others, not_yet = _ways(seen, person, panel_waits)
    if main is None and tabs and _waits_for_a_reviewer(seen):
        main = Way(tabs[0].label, tabs[0].url)  # theirs comes first
    entries = entries_of(seen, person)
    team = _team(seen)
    return Page(
        proposal=proposal,
        title=read.answers.get("title") or proposal.title,
        summary=read.answers.get("summary") or "",
        facts=_facts(seen, theme),
        next_step=next_step(proposal.stage, seen.standing, _named(seen, theme, bool(team), panel_waits)),
        main=main,
        others=others,
        not_yet=not_yet,
        changed_since=since_before(seen, person),
        tabs=tabs,
        panels=panels_for(seen, person),
        sections=answers.answered_sections(
            read.answers, lists, queries.attachments_read(seen), without=SHOWN_ABOVE
        ),
        team=team,
        join=_join(seen, person),
        readers=_readers(seen, theme),
        entries=entries[:SHOWN_EVENTS],
        has_more_entries=len(entries) > SHOWN_EVENTS,
        narrowed_because=_narrowed_because(seen),
        interest_url=action_url(proposal, "declare-interest") if seen.standing.is_staff else "",
    )


def with_tabs(proposal: Proposal, tabs: list[Tab], current: str) -> list[dict[str, Any]]:
    """The proposal's page and the others about it, for the component; `current` is the address of the one in view."""
    all_ = [Tab("Proposal", action_url(proposal, "")), *tabs]
    return [
        {"text": tab.label, "href": tab.url, "current": tab.url == current, "count": tab.count}
        for tab in all_
    ]


@dataclass(frozen=True)
class Preview:
    """The public page as it would be if the working record were approved now."""

    title: str
    summary: str
    facts: list[str]
    sections: list[ShownSection]
    is_kept_back: bool

    @property
    def contents(self) -> list[dict[str, str]]:
        return contents_of(self.sections)


def preview_of(seen: Seen) -> Preview:
    proposal, lists = seen.proposal, choices()
    read = record.readable(proposal.answers, policy.PUBLIC_ANSWERS)
    is_kept_back = proposal.answers.get("visibility") == "assessors"
    if is_kept_back:
        read = {id_: value for id_, value in read.items() if id_ in record.PUBLISHED_WHEN_KEPT_TO_ASSESSORS}
    organisation = None if is_kept_back else proposal.champion.organisation
    lead = read.get("lead_theme")
    shared = (
        [] if is_kept_back else [each for each in queries.attachments_worked_on(proposal) if each.shareable]
    )
    return Preview(
        title=read.get("title") or "Untitled",
        summary=read.get("summary") or "",
        facts=[
            proposal.reference,
            *([organisation.name] if organisation else []),
            *([lists.name(Source.THEMES, lead)] if lead else []),
        ],
        sections=answers.answered_sections(read, lists, shared, without=SHOWN_ABOVE),
        is_kept_back=is_kept_back,
    )


def contents_of(sections: list[ShownSection]) -> list[dict[str, str]]:
    return [{"text": each.section.title, "href": f"#{each.section.id}"} for each in sections]


def title_of(seen: Seen) -> str:
    """Its name as this person reads it."""
    return queries.reading(seen).answers.get("title") or seen.proposal.title


def entries_of(seen: Seen, person: Person | None) -> list[timeline.Entry]:
    """The whole timeline, newest first, as this person reads it."""
    audiences = policy.events_read_by(seen.standing, seen.proposal)
    return timeline.tell(queries.history(seen), seen.standing, person, audiences)


def _narrowed_because(seen: Seen) -> str:
    """Why less is shown than there is, where that is so."""
    if policy.reads_summary_only(seen.standing, seen.proposal):
        return "You read the rest once you have declared that you have no interest in it."
    if policy.is_kept_back(seen.standing, seen.proposal):
        return "Its champion keeps the rest to the people who assessed it."
    return ""


def _theme(seen: Seen, read: Reading, lists: Choices) -> str:
    """The lead theme's name, where the reader is told it."""
    lead = read.answers.get("lead_theme")
    return lists.name(Source.THEMES, lead) if lead else ""


def _facts(seen: Seen, theme: str) -> list[str]:
    """The quiet line under the title."""
    proposal = seen.proposal
    organisation = None if policy.is_kept_back(seen.standing, proposal) else proposal.champion.organisation
    moment = proposal.submitted_at
    return [
        proposal.reference,
        *([organisation.name] if organisation else []),
        *([theme] if theme else []),
        f"submitted {day(moment)}" if moment else f"begun {day(proposal.created_at)}",
    ]


def _team(seen: Seen) -> list[str]:
    """Who is on the team, for members and those who take part; it is not published."""
    standing = seen.standing
    takes_part = standing.is_member or standing.parts or standing.is_undeclared_reviewer
    if not takes_part or policy.is_kept_back(standing, seen.proposal):
        return []
    return [
        f"{each.name}, {each.organisation.name}" if each.organisation else each.name
        for each in seen.proposal.team
    ]


def _named(seen: Seen, theme: str, names_team: bool, panel_waits: bool) -> Facts:
    proposal = seen.proposal
    champion = proposal.champion.name if names_team else ""
    return Facts(champion, theme, proposal.changes_due, clock.today(), panel_waits)


def _readers(seen: Seen, theme: str) -> list[str]:
    if not seen.standing.is_on_team:
        return []
    return readership.who_reads(seen.proposal.stage, seen.proposal.visibility, theme)


def days_in_stages(seen: Seen) -> list[dict[str, str]]:
    """How many days it spent in each stage so far, as rows of a summary, for the team and the theme's staff."""
    if not (seen.standing.is_on_team or seen.standing.is_staff):
        return []
    moves = [
        clocks.moved(event.at, event.facts["to_stage"], event.kind)
        for event in queries.history(seen)
        if "to_stage" in event.facts
    ]
    found = clocks.days_by_stage(clocks.stays(moves), clock.today())
    return [{"key": stage.label, "value": counted(days, "day")} for stage, days in found.items()]


def _ways(seen: Seen, person: Person | None, panel_waits: bool) -> tuple[Way | None, list[Way], list[NotYet]]:
    """The one button, the links beside it, and what is not possible yet."""
    if person is None:
        return None, [], []
    open_, not_yet = [], []
    for offer in queries.offers(seen, person):
        if offer.unmet:
            not_yet.append(NotYet(offer.action.label, offer.unmet))
        else:
            open_.append(offer.action)
    ways = {action.name: Way(action.label, action_url(seen.proposal, action.slug)) for action in open_}
    if panel_waits and "start_assessment" in ways:
        ways["start_assessment"] = replace(ways["start_assessment"], label="Go on with the assessment")
    if policy.can_edit(person, seen):
        writing = Way(_writing_label(seen.proposal), url_for("proposals.edit", ref=seen.proposal.reference))
        if _is_still_to_write(seen.proposal):
            return writing, list(ways.values()), not_yet
        ways = {"submit": ways.pop("submit", writing), "edit": writing, **ways}
    main = next((ways.pop(name) for name in MAIN_ACTIONS if name in ways), None)
    return main, [way for way in ways.values() if way != main], not_yet


def _join(seen: Seen, person: Person | None) -> Way | None:
    """For who reads it as members do."""
    if person is None or not policy.can_ask_to_join(person, seen):
        return None
    return Way("Ask to join the team", url_for("proposals.ask_to_join", ref=seen.proposal.reference))


def action_url(proposal: Proposal, slug: str) -> str:
    """Every action has its page below the proposal's, whichever feature owns it."""
    return f"{url_for('proposals.show', ref=proposal.reference)}/{slug}".rstrip("/")


def _waits_for_a_reviewer(seen: Seen) -> bool:
    is_theirs = seen.standing.is_reviewer or seen.standing.is_undeclared_reviewer
    return is_theirs and seen.proposal.stage is Stage.IN_ASSESSMENT


def _is_still_to_write(proposal: Proposal) -> bool:
    """Whether the changes that were asked for are still to be begun."""
    version = queries.latest_version(proposal)
    return version is not None and not record.changed(version.answers, proposal.answers)


def _writing_label(proposal: Proposal) -> str:
    return "Continue writing" if proposal.stage is Stage.DRAFT else "Make the changes"
