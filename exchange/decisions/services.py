"""Writes of decisions: prepared privately, then released, one or several together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.adoption.services import set_eligible_by_record
from exchange.assessment.models import Round
from exchange.assessment.services import end_round, open_again
from exchange.audience import Audience
from exchange.benefits.services import promise_by_record
from exchange.decisions import letters, queries, rules
from exchange.decisions.models import Decision, DecisionKind, Letter
from exchange.errors import Conflict, ExchangeError, UnmetNeeds, WrongStage
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.lifecycle import ACTIONS, Stage
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.spread import conditions
from exchange.spread.services import start_programme
from exchange.wording import day, moment

Said = Mapping[str, Any]


class StaleDecision(Exception):
    """Someone prepared another decision after the form was opened. `theirs` is it as it stands now, None
    when it is gone.
    """

    def __init__(self, theirs: Decision | None) -> None:
        super().__init__("another decision was prepared")
        self.theirs = theirs


class NothingReleased(Conflict):
    """Of several to be released together some cannot be, so none was."""

    heading = "No decision was released"

    def __init__(self, needs: Sequence[str]) -> None:
        super().__init__(" ".join(needs))
        self.needs = tuple(needs)


def check(proposal: Proposal, action: str, actor: Person) -> None:
    """Raises what doing it would, but for what the form asks; and says so when someone decided in the
    meantime.
    """
    if proposal.stage not in ACTIONS[action].by and (released := queries.decision_behind(proposal)):
        raise WrongStage(_already_decided(released, actor), heading="It is already decided")
    proposals.check(proposal, action, actor)


def prepare(
    proposal: Proposal, kind: DecisionKind, director: Person, said: Said, *, opened_at: str = ""
) -> Decision:
    """Keeps a decision, unfinished or not, for the directors' eyes alone. There is one for each proposal,
    and this is now it.

    Raises StaleDecision when it is no longer the one with the mark `opened_at` that is replaced.
    """
    proposal = proposals.lock(proposal)
    check(proposal, kind, director)
    if proposal.stage is not Stage.ASSESSED:
        raise WrongStage("Only a decision after assessment can be prepared. This one is released at once.")
    decision = _write(proposal, kind, director, said, opened_at)
    # On a chain of its own: the proposal's would show everyone who can count that something happened.
    events.record(
        director, "prepare_decision", decision, Audience.DIRECTOR, proposal=proposal.id, decided=kind.value
    )
    return decision


def release(
    proposal: Proposal, kind: DecisionKind, actor: Person, said: Said, *, opened_at: str = ""
) -> Event:
    """Decides: moves the proposal, writes the letter, makes the programme, all in the transaction at hand.

    Raises StaleDecision as `prepare` does, and UnmetNeeds when something is lacking that the form should
    have asked for.
    """
    proposal = proposals.lock(proposal)
    check(proposal, kind, actor)
    return _release(_write(proposal, kind, actor, said, opened_at), actor)


def edit_letter(proposal: Proposal, director: Person, text: str, *, opened_at: str) -> None:
    """Keeps the part of a prepared decision's letter that the director writes themselves; with an empty text the exchange
    writes it again.

    Raises StaleDecision as `prepare` does, also when another director changed the letter.
    """
    proposal = proposals.lock(proposal)
    decision = queries.prepared_now(proposal)
    if decision is None or opened_at != queries.mark(decision):
        raise StaleDecision(decision)
    check(proposal, decision.kind, director)
    decision.letter_text, decision.letter_edited_at = text, clock.now() if text else None
    events.record(director, "edit_letter", decision, Audience.DIRECTOR, proposal=proposal.id)


def refer_back(proposal: Proposal, director: Person, *, questions: str) -> Round:
    """Asks the panel to answer questions, in a new round. What is prepared stays as a draft: it answers the round before."""
    proposal = proposals.lock(proposal)
    check(proposal, "refer_back", director)
    return open_again(proposal, director, questions=questions)


def marks(decisions: Sequence[Decision]) -> str:
    """Tells what a person saw when they were asked whether to release these."""
    return " ".join(sorted(queries.mark(decision) for decision in decisions))


def release_several(
    prepared: Sequence[Decision], director: Person, *, asked: Sequence[str], opened_at: str = ""
) -> list[Event]:
    """Releases prepared decisions, all or none. `asked` are the references that were to be released.

    Raises NothingReleased with what is wrong with each, and when any of them changed since the mark
    `opened_at`.
    """
    held, problems = [], []
    for decision in sorted(
        prepared, key=lambda each: each.proposal_id
    ):  # one order, so that no two people block each other
        proposal = proposals.lock(decision.proposal)
        db.session.refresh(decision)
        held.append(decision)
        if problem := _why_not(decision, director):
            problems.append(f"{proposal.reference}: {problem}")
    known = {decision.proposal.reference for decision in held}
    problems += [
        f"{reference}: no decision is prepared that you can release."
        for reference in asked
        if reference not in known
    ]
    if not problems and opened_at and opened_at != marks(held):
        problems.append(
            "One of them was changed after you opened the page. Look at them again, and release them then."
        )
    if problems:
        raise NothingReleased(problems)
    return [_release(decision, director) for decision in held]


def _why_not(decision: Decision, director: Person) -> str:
    """Why this decision cannot be released now; empty when it can."""
    try:
        check(decision.proposal, decision.kind, director)
    except ExchangeError as refused:
        return refused.message
    return " ".join(
        f"{message}." for message in queries.lacking(decision, queries.panel_of(decision)).values()
    )


def _write(proposal: Proposal, kind: DecisionKind, actor: Person, said: Said, opened_at: str) -> Decision:
    """The proposal's one unreleased decision, now saying this. What was typed for other kinds stays in it."""
    decision = queries.prepared(proposal)
    if opened_at and opened_at != queries.mark(decision):
        raise StaleDecision(decision)
    says = {"kind": kind, "round": queries.round_to_decide(proposal), **rules.as_kept(kind, said)}
    if "conditions" in says:
        says["conditions"] = conditions.kept(says["conditions"])
    if decision is None:
        decision = Decision(proposal=proposal)
        db.session.add(decision)
    elif decision.letter_edited_at and all(getattr(decision, name) == says[name] for name in says):
        return decision  # so that the letter that was written for it stays good
    for name, value in says.items():
        setattr(decision, name, value)
    decision.prepared_by, decision.prepared_at = actor, clock.now()
    db.session.flush()
    return decision


def _release(decision: Decision, actor: Person) -> Event:
    if missing := queries.lacking(decision, queries.panel_of(decision)):
        raise UnmetNeeds(list(missing.values()))
    _forget_other_kinds(decision)
    event = DOING[decision.kind](decision, decision.proposal, actor)
    decision.released_by, decision.released_at = actor, decision.proposal.stage_since
    text = letters.compose(queries.told_by(decision, actor), decision.letter_text)
    decision.letter = Letter(text=text, dated=clock.today())
    db.session.flush()
    return event


def _approve_spread(decision: Decision, proposal: Proposal, director: Person) -> Event:
    assert decision.adoption_target is not None
    assert decision.investment is not None
    texts = {
        "statement": Text(decision.statement, Audience.PUBLIC),
        "conditions": Text(conditions.written(decision.asked), Audience.TEAM),
        "approval": Text(_approval(decision), Audience.TEAM),
        "override_reason": Text(decision.override_reason, Audience.DIRECTOR),
    }
    event = proposals.advance(
        proposal,
        "approve_spread",
        director,
        audience=Audience.PUBLIC,
        texts=texts,
        decision=decision.id,
        adoption_target=decision.adoption_target,
        blocking=sum(asked.is_blocking for asked in decision.asked),
    )
    programme = start_programme(
        proposal,
        director,
        statement=decision.statement,
        adoption_target=decision.adoption_target,
        investment=decision.investment,
        conditions=decision.asked,
    )
    set_eligible_by_record(programme, director)
    promise_by_record(programme, director)
    return event


def _develop(decision: Decision, proposal: Proposal, director: Person) -> Event:
    assert decision.due is not None
    texts = {
        "must_show": Text(decision.must_show, Audience.TEAM),
        "talk_to": Text(decision.talk_to, Audience.TEAM),
        "override_reason": Text(decision.override_reason, Audience.DIRECTOR),
    }
    return proposals.ask_for_changes(
        proposal, "develop", director, due=decision.due, texts=texts, decision=decision.id
    )


def _decline(decision: Decision, proposal: Proposal, actor: Person) -> Event:
    texts = {
        "reason": Text(region.current().decline_reasons[decision.reason_code], Audience.TEAM),
        "feedback": Text(decision.feedback, Audience.TEAM),
        "would_change": Text(decision.would_change, Audience.TEAM),
        "override_reason": Text(decision.override_reason, Audience.DIRECTOR),
    }
    end_round(proposal)
    return proposals.advance(proposal, "decline", actor, texts=texts, decision=decision.id)


DOING: Mapping[DecisionKind, Callable[[Decision, Proposal, Person], Event]] = {
    DecisionKind.APPROVE_SPREAD: _approve_spread,
    DecisionKind.DEVELOP: _develop,
    DecisionKind.DECLINE: _decline,
}


def _already_decided(released: Decision, actor: Person) -> str:
    assert released.released_by is not None
    assert released.released_at is not None
    who = "You" if released.released_by is actor else released.released_by.name
    when = moment(released.released_at)
    return (
        f"{who} released “{released.label}” for this proposal on {when}. Nothing that you sent now was kept."
    )


def _forget_other_kinds(decision: Decision) -> None:
    """What was typed for a decision that was not taken, and a reason that was not needed."""
    forgotten = rules.of_other_kinds(decision.kind)
    if not queries.goes_against(decision):
        forgotten["override_reason"] = ""
    for name, nothing in forgotten.items():
        setattr(decision, name, nothing)


def _approval(decision: Decision) -> str:
    """Who else approved the investment, as the timeline shows it."""
    minute = f"minute {decision.minute_reference}" if decision.minute_reference else ""
    on = day(decision.approved_on) if decision.approved_on else ""
    return ", ".join(part for part in (decision.approving_body, on, minute) if part)
