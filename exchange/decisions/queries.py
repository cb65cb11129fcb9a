"""Reads of decisions: the prepared one, which is for directors alone, and what was released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person, Role
from exchange.assessment import queries as assessment
from exchange.assessment.models import Round
from exchange.assessment.scoring import Aggregate, whole
from exchange.decisions import letters, policy, rules
from exchange.decisions.models import Decision, DecisionKind, Letter
from exchange.errors import NotFound, WrongStage
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, Visibility
from exchange.proposals.policy import Seen
from exchange.region import queries as region
from exchange.spread import conditions
from exchange.wording import money
from exchange.working_days import add_working_days

NO_MARK = "none"
SAVE_FIRST = "Save this first, then read the letter again: it was written by hand before you changed this"
LETTER_BEHIND = "Read the letter again, as the decision was changed after you wrote it, and save it"


def prepared(proposal: Proposal) -> Decision | None:
    """The unreleased decision. Only for those of whom `policy.reads_prepared` holds."""
    query = select(Decision).where(Decision.proposal_id == proposal.id, Decision.released_at.is_(None))
    return db.session.scalar(query.execution_options(populate_existing=True))


def prepared_now(proposal: Proposal) -> Decision | None:
    """The unreleased decision where it answers the assessment at hand; one for an earlier assessment is a draft only."""
    decision = prepared(proposal)
    return decision if decision is not None and decision.round is round_to_decide(proposal) else None


def due_if_referred_back() -> date:
    return add_working_days(clock.today(), region.current().rules["refer_back_working_days"])


def mark(decision: Decision | None) -> str:
    """Tells one state of a prepared decision from the next: a form carries it, so that nobody overwrites
    what they never saw.
    """
    if decision is None:
        return NO_MARK
    changed_at = max(decision.prepared_at, decision.letter_edited_at or decision.prepared_at)
    return f"{decision.id}.{changed_at:%Y%m%d%H%M%S%f}"


def decision_behind(proposal: Proposal) -> Decision | None:
    """The decision that brought the proposal to the stage where it stands."""
    query = select(Decision).where(
        Decision.proposal_id == proposal.id, Decision.released_at == proposal.stage_since
    )
    return db.session.scalar(query)


def round_to_decide(proposal: Proposal) -> Round | None:
    """The assessment that a decision would answer; None before one."""
    return assessment.current_round(proposal) if proposal.stage is Stage.ASSESSED else None


def goes_against(decision: Decision) -> bool:
    """Whether it goes against the panel of the assessment that it answers."""
    return _goes_against(decision.kind, panel_of(decision))


def panel_of(decision: Decision) -> Aggregate | None:
    """What the panel says that it answers; None before assessment."""
    return None if decision.round is None else assessment.aggregate(decision.round)


def lacking(decision: Decision, panel: Aggregate | None) -> dict[str, str]:
    """What keeps it from being released: what to do, by the field that it concerns."""
    found = _lacking(decision.kind, said_by(decision), panel)
    return found | ({"letter": LETTER_BEHIND} if decision.is_letter_behind else {})


def said_by(decision: Decision) -> dict[str, Any]:
    return _said_as(decision.kind, decision)


@dataclass(frozen=True)
class Deciding:
    """What the page of one decision needs. `round` and `panel` are None before assessment, when it is
    released at once.
    """

    seen: Seen
    kind: DecisionKind
    round: Round | None
    panel: Aggregate | None
    prepared: Decision | None

    @property
    def can_prepare(self) -> bool:
        return self.round is not None

    @property
    def is_against(self) -> bool:
        return _goes_against(self.kind, self.panel)

    @property
    def score(self) -> int | None:
        """Of 100, as it is shown."""
        return None if self.panel is None or self.panel.mean is None else whole(self.panel.mean)

    @property
    def investment_hint(self) -> str:
        sought = self.seen.proposal.investment_sought
        seeks = (
            "The proposal does not say what it seeks."
            if sought is None
            else f"The proposal seeks {money(sought)}."
        )
        return f"{seeks} Enter whole pounds, like 45,000, or 0. The team and the theme’s staff read this."

    @property
    def already_said(self) -> dict[str, Any]:
        """What the prepared decision says of this kind, whichever kind it is now."""
        return {} if self.prepared is None else _said_as(self.kind, self.prepared)

    @property
    def delegated_limit(self) -> int:
        return region.current().delegated_limit

    @property
    def decline_reasons(self) -> dict[str, str]:
        return region.current().decline_reasons

    @property
    def usual_due(self) -> date:
        return proposals.usual_changes_due()

    def lacking(self, said: dict[str, Any]) -> dict[str, str]:
        found = _lacking(self.kind, said, self.panel)
        return found | ({"letter": SAVE_FIRST} if self._outdates_letter(said) else {})

    def _outdates_letter(self, said: dict[str, Any]) -> bool:
        """Whether somebody wrote the letter by hand for something else than this."""
        if self.prepared is None or not self.prepared.letter_text:
            return False
        was, now = (rules.as_kept(self.kind, each) for each in (self.already_said, said))
        return self.prepared.is_letter_behind or self.prepared.kind is not self.kind or was != now


def deciding(seen: Seen, kind: DecisionKind) -> Deciding:
    round_ = round_to_decide(seen.proposal)
    panel = None if round_ is None else assessment.aggregate(round_)
    decision = (
        prepared(seen.proposal) if round_ is not None and policy.reads_prepared(seen.standing) else None
    )
    return Deciding(seen, kind, round_, panel, decision)


@dataclass(frozen=True)
class PreparedLetter:
    """The letter of a prepared decision: the part that can be changed, and what stands around it."""

    decision: Decision
    opening: list[str]
    text: str
    closing: list[str]

    @property
    def state(self) -> str:
        return mark(self.decision)


def letter_prepared(seen: Seen, director: Person) -> PreparedLetter:
    """As it would go out if this director released it. Raises WrongStage where nothing is prepared."""
    decision = prepared_now(seen.proposal) if policy.reads_prepared(seen.standing) else None
    if decision is None:
        raise WrongStage("No decision is prepared for it, so there is no letter yet.")
    told = told_by(decision, director)
    text = decision.letter_text or letters.text_of(told)
    return PreparedLetter(decision, letters.opening(told), text, letters.closing(told))


@dataclass(frozen=True)
class SeenLetters:
    """A proposal with its letters, newest first."""

    seen: Seen
    letters: list[Letter]


def letters_seen(person: Person | None, ref: str) -> SeenLetters:
    """The letters of a proposal, for its team and those who decide. Raises NotFound, also when there is
    none.
    """
    seen = proposals.seen(person, ref)
    found = letters_of(seen.proposal) if policy.reads_letters(seen.standing) else []
    if not found:
        raise NotFound
    return SeenLetters(seen, found)


def letters_of(proposal: Proposal) -> list[Letter]:
    """All of them, newest first, whoever asks."""
    query = (
        select(Letter)
        .join(Letter.decision)
        .where(Decision.proposal_id == proposal.id)
        .order_by(Decision.released_at.desc(), Decision.id.desc())
    )
    return list(db.session.scalars(query))


def has_letter(proposal: Proposal) -> bool:
    query = select(Letter.id).join(Letter.decision).where(Decision.proposal_id == proposal.id)
    return db.session.scalar(query.limit(1)) is not None


def letter_of(event: Event) -> Letter | None:
    """The letter that tells of this event: of `approve_spread`, `develop` or `decline`."""
    if event.kind not in list(DecisionKind):
        return None
    return db.session.scalar(select(Letter).where(Letter.decision_id == event.facts["decision"]))


def told_by(decision: Decision, signer: Person) -> letters.Told:
    """What the letter of a decision says, when this person releases it."""
    proposal, here = decision.proposal, region.current()
    theme_id = proposal.lead_theme_id
    theme = "" if proposal.lead_theme is None else proposal.lead_theme.name
    is_before_assessment = decision.round is None
    held = Role.PROGRAMME_MANAGER if is_before_assessment else Role.THEME_DIRECTOR
    role = proposals.STAFF_ROLES[held].value
    title = role.capitalize() if theme_id in signer.themes_as(held) else f"Standing in as {role}"
    managers = [signer] if is_before_assessment else proposals.managers_of(proposal) or [signer]
    return letters.Told(
        kind=decision.kind,
        champion=proposal.champion.name,
        reference=proposal.reference,
        title=proposal.title,
        host=here.host.name,
        signed_by=letters.Contact(signer.name, f"{title}, {theme}", signer.email),
        ask=[
            letters.Contact(each.name, role if each is signer else "programme manager", each.email)
            for each in managers
        ],
        panel_feedback="" if decision.round is None else decision.round.feedback,
        statement=decision.statement,
        adoption_target=decision.adoption_target or 0,
        investment=decision.investment or 0,
        approving_body=decision.approving_body,
        approved_on=decision.approved_on,
        minute_reference=decision.minute_reference,
        conditions=decision.asked,
        is_kept_to_assessors=proposal.visibility is Visibility.ASSESSORS,
        must_show=decision.must_show,
        talk_to=decision.talk_to,
        due=decision.due,
        reason=here.decline_reasons.get(decision.reason_code, ""),
        feedback=decision.feedback,
        would_change=decision.would_change,
    )


def _said_as(kind: DecisionKind, decision: Decision) -> dict[str, Any]:
    """What it says of a kind, which need not be its own."""
    said = {name: getattr(decision, name) for name in rules.FIELDS[kind]}
    return {**said, "conditions": decision.asked} if "conditions" in said else said


def _lacking(kind: DecisionKind, said: dict[str, Any], panel: Aggregate | None) -> dict[str, str]:
    here = region.current()
    if said.get("reason_code") not in here.decline_reasons:  # a new pack may have taken it away
        said = {name: value for name, value in said.items() if name != "reason_code"}
    found = rules.lacking(
        kind,
        said,
        is_against=_goes_against(kind, panel),
        delegated_limit=here.delegated_limit,
        today=clock.today(),
    )
    return found | conditions.lacking(said.get("conditions") or [], clock.today())


def _goes_against(kind: DecisionKind, panel: Aggregate | None) -> bool:
    if panel is None:
        return False
    return rules.against_the_panel(kind, recommending=panel.recommending, counted=panel.count)
