"""The decision pack: everything a director decides on, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exchange.accounts import queries as accounts
from exchange.accounts.models import Person, Role
from exchange.assessment import queries as assessment
from exchange.assessment.deliberation.queries import ShownQuestion, questions_read
from exchange.assessment.leniency import AdjustedScore, Untold
from exchange.assessment.models import Interest
from exchange.assessment.queries import Panel, Place
from exchange.assessment.queries.eligibility import conflict_in, declared_in
from exchange.decisions import policy, queries, rules, summary
from exchange.decisions.models import Decision, DecisionKind
from exchange.errors import NotFound
from exchange.proposals import queries as proposals
from exchange.proposals import record, stand_ins
from exchange.proposals.answers import ShownSection, answered_sections
from exchange.proposals.choices import choices
from exchange.proposals.lifecycle import Part, Stage
from exchange.proposals.models import Proposal, StandIn
from exchange.proposals.queries import Offer
from exchange.region import queries as region
from exchange.wording import day, joined, money, prose


@dataclass(frozen=True)
class Recused:
    """Someone who would have assessed or decided it and took no part, or whose part does not count: why, and
    what became of it.
    """

    name: str
    role: str
    reason: str
    outcome: str


@dataclass(frozen=True)
class Cost:
    """What it would cost and bring, as its record says; None where it says nothing."""

    sought: int | None
    use: str
    saving_yearly: int | None
    payback: str
    delegated_limit: int

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For a summary list, in plain text; what the record does not say is left out."""
        limit = money(self.delegated_limit)
        over = rules.needs_approving_body(self.sought, self.delegated_limit)
        beside = f"over the {limit} that a director may approve alone" if over else f"within {limit}"
        said = {
            "Investment sought": "Not stated" if self.sought is None else f"{money(self.sought)}, {beside}",
            "What it pays for": self.use,
            "Saving each year": "" if self.saving_yearly is None else money(self.saving_yearly),
            "Time to return on investment": self.payback,
        }
        return [{"key": key, "value": value} for key, value in said.items() if value]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The same for a page, with the line breaks of what the team wrote."""
        return [
            {**row, "value": prose(row["value"]) if row["value"] == self.use else row["value"]}
            for row in self.rows
        ]


@dataclass(frozen=True)
class Prepared:
    """A decision that is prepared, and what it lacks for its release."""

    decision: Decision
    lacking: list[str]

    @property
    def summary(self) -> list[dict[str, Any]]:
        return summary.rows(self.decision)


@dataclass(frozen=True)
class Pack:
    """`prepared` is None for all but directors. `decisions` are the ones that this person can take now."""

    panel: Panel
    recused: list[Recused]
    stand_ins: list[str]
    adjusted: AdjustedScore | Untold
    cost: Cost
    prepared: Prepared | None
    decisions: list[Offer]
    record: list[ShownSection]
    questions: list[ShownQuestion]

    @property
    def proposal(self) -> Proposal:
        return self.panel.seen.proposal

    @property
    def facts(self) -> list[str]:
        proposal, closed_at = self.proposal, self.panel.round.closed_at
        organisation, theme = proposal.champion.organisation, proposal.lead_theme
        return [
            f"Version {self.panel.round.version_number}",
            *([organisation.name] if organisation else []),
            *([theme.name] if theme else []),
            *([f"assessed {day(closed_at)}"] if closed_at else []),
        ]

    @property
    def contents(self) -> list[dict[str, str]]:
        """Links to what the page holds."""
        parts = {
            "panel": "What the panel says",
            "cost": "What it would cost and bring",
            "scores": "Scores by criterion",
            "dissent": "Dissent" if self.panel.dissenting else "",
            "reasons": "Why, by criterion",
            "comments": "Comments of the reviewers",
            "questions": "Questions to the team" if self.questions else "",
            "conflicts": "Conflicts of interest",
            "record": "The record",
        }
        return [{"href": f"#{id_}", "text": text} for id_, text in parts.items() if text]


def pack_seen(person: Person, ref: str) -> Pack:
    """The pack of the last closed assessment, for the lead theme's staff. Raises NotFound for everyone else,
    and before it closed.
    """
    panel = assessment.panel(person, ref)
    seen = panel.seen
    if not seen.standing.is_staff or panel.round.closed_at is None:
        raise NotFound
    decision = None
    if policy.reads_prepared(seen.standing) and seen.proposal.stage is Stage.ASSESSED:
        decision = queries.prepared_now(seen.proposal)
    return Pack(
        panel,
        recused(panel),
        [_stood_in(each) for each in stand_ins.named_in(seen.proposal)],
        assessment.adjusted_score(person, seen.proposal),
        _cost(panel),
        None
        if decision is None
        else Prepared(decision, list(queries.lacking(decision, panel.figures).values())),
        [
            offer
            for offer in proposals.offers(seen, person)
            if offer.action.name in {*DecisionKind, "refer_back"}
        ],
        _record(panel),
        questions_read(person, seen),
    )


def recused(panel: Panel) -> list[Recused]:
    """Reviewers first, then the staff of the lead theme."""
    proposal = panel.seen.proposal
    declared = declared_in(proposal)
    places = assessment.places(panel.round)
    found = [_off_the_panel(place) for place in places if not place.counts]
    on_panel = {place.assignment.person_id for place in places}
    for role, part in ROLES.items():
        acts = "" if role is Role.REVIEWER else _who_acts(role, proposal)
        for person in accounts.people_with(role, proposal.lead_theme_id):
            conflict = conflict_in(person, proposal, declared)
            if conflict and (role is not Role.REVIEWER or person.id not in on_panel):
                reason = f"{conflict} {declared.get(person.id, '')}".strip()
                outcome = f"{OUTCOMES[part]} {acts}".strip()
                found.append(Recused(person.name, part.value, reason, outcome))
    return found


def _who_acts(role: Role, proposal: Proposal) -> str:
    acting = proposals.acting(role, proposal)
    names = [person.name for person in acting if not assessment.has_assessed(person, proposal)]
    if not names:
        return "Nobody is free to act instead: an administrator names a stand-in."
    return f"{joined(names)} {'acts' if len(names) == 1 else 'act'} instead."


def _stood_in(one: StandIn) -> str:
    """Who, as what, named by whom and when."""
    part = proposals.STAFF_ROLES[one.role].value
    named = f"as {part}, named by {one.named_by.name}, an administrator, on {day(one.named_at)}"
    if one.ended_at is None:
        return f"{one.person.name} stands in {named}."
    return f"{one.person.name} stood in {named}, until {day(one.ended_at)}."


ROLES = {
    Role.REVIEWER: Part.REVIEWER,
    Role.PROGRAMME_MANAGER: Part.MANAGER,
    Role.THEME_DIRECTOR: Part.DIRECTOR,
}

OUTCOMES = {
    Part.REVIEWER: "Could not be asked to review it.",
    Part.MANAGER: "Took no part in managing it.",
    Part.DIRECTOR: "Takes no part in deciding it.",
}


def _off_the_panel(place: Place) -> Recused:
    assignment = place.assignment
    said = "" if assignment.interest in {None, Interest.NONE} else assignment.interest.said.capitalize()
    reason = place.conflict
    if said:
        on = f" on {day(assignment.declared_at)}" if assignment.declared_at else ""
        reason = f"{said}{on}. {place.declared_reason}".strip()
    if not reason:
        reason = "Did not hand in a review." if assignment.removed_at is None else "Was taken off the panel."
    outcome = "Their review was withdrawn." if place.assignment.review is not None else "Did not review it."
    if assignment.removed_reason and not said:
        outcome = f"{outcome} {assignment.removed_reason}"
    return Recused(assignment.person.name, Part.REVIEWER.value, reason, outcome)


def _record(panel: Panel) -> list[ShownSection]:
    """As the panel read it."""
    version = proposals.version(panel.seen.proposal, panel.round.version_number)
    files = proposals.attachments_read(panel.seen, version)
    return answered_sections(version.answers, choices(), files)


def _cost(panel: Panel) -> Cost:
    answers = proposals.version(panel.seen.proposal, panel.round.version_number).answers
    payback = {choice.value: choice.label for choice in record.QUESTION_BY_ID["payback"].choices}
    return Cost(
        answers.get("investment_sought"),
        answers.get("investment_use") or "",
        answers.get("saving_yearly"),
        payback.get(answers.get("payback") or "", ""),
        region.current().delegated_limit,
    )
