"""Writes to benefits. What happens stands in the programme's own chain of events, each with all that sums need: the last event of
a figure or of a promise tells how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.benefits import queries
from exchange.benefits.models import Benefit, BenefitCorrection, Promise, PromiseCorrection
from exchange.benefits.sums import Figure, Kind, Per, Period, Status, Sureness
from exchange.benefits.words import amount_in_words, period_in_words
from exchange.errors import Conflict, InvalidInput
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.proposals import record
from exchange.proposals.record import AnswerAudience
from exchange.spread.models import Programme
from exchange.spread.services import lock_programme

SAVING = "saving_yearly"  # the only answer that is a promise as it stands, in whole pounds

HAS_FIGURES = "Figures stand against it. Correct the promise instead; or take those figures back first, where they are wrong too."


@dataclass(frozen=True)
class Said:
    """What is said of a figure: `amount` in pence or whole numbers, what was before, how it was worked out, how sure that is."""

    amount: int
    baseline: str
    method: str
    sureness: Sureness


def promise_by_record(programme: Programme, actor: Person | None) -> None:
    """At approval: the saving that the record promised. How many people could benefit is no promise of how many will: a manager
    writes that down. Who reads the answer reads the promise; of a proposal kept to assessors only the team and the staff."""
    if SAVING not in programme.promised:
        return
    is_public = record.QUESTION_BY_ID[SAVING].audience is AnswerAudience.PUBLIC
    kept = programme.proposal.visibility == "assessors"
    write_promise(
        programme,
        actor,
        kind=Kind.MONEY,
        unit="",
        amount=programme.promised[SAVING] * 100,
        per=Per.YEAR,
        question=SAVING,
        audience=Audience.TEAM if kept else Audience.PUBLIC if is_public else Audience.MEMBERS,
    )


def write_promise(
    programme: Programme,
    actor: Person | None,
    *,
    kind: Kind,
    unit: str,
    amount: int,
    per: Per,
    question: str,
    audience: Audience,
) -> Promise:
    """`actor` is None where the service itself writes it down, of what a director approved.

    Raises Conflict where the same was promised already.
    """
    lock_programme(programme)  # numbers are given one by one
    written = queries.every_promise_of(programme)
    stands = [each for each in written if each.withdrawn_at is None]
    if any((each.kind, each.unit.lower()) == (kind, unit.lower()) for each in stands):
        raise Conflict("This promise is written down already. Correct it, and say why.")
    promise = Promise(
        programme=programme,
        number=len(written) + 1,
        kind=kind,
        unit=unit,
        amount=amount,
        per=per,
        question=question,
        audience=audience,
        written_at=clock.now(),
        written_by_id=programme.approved_by_id if actor is None else actor.id,
    )
    db.session.add(promise)
    _tell_promise("write_promise", promise, actor)
    return promise


def correct_promise(
    promise: Promise, actor: Person, *, amount: int, per: Per, audience: Audience, reason: str, seen: int
) -> Event:
    """Keeps what it was, and why it changes. `seen` counts the corrections on the page that was sent.

    Raises Conflict when somebody corrected it meanwhile.
    """
    _take_promise(promise, seen)
    before = {
        "before": promise.amount,
        "before_per": promise.per.value,
        "before_reads": promise.audience.value,
    }
    db.session.add(
        PromiseCorrection(
            promise_id=promise.id,
            amount=promise.amount,
            per=promise.per,
            reason=reason,
            corrected_at=clock.now(),
            corrected_by_id=actor.id,
        )
    )
    promise.amount, promise.per, promise.audience = amount, per, audience
    return _tell_promise("correct_promise", promise, actor, reason, **before)


def withdraw_promise(promise: Promise, actor: Person, *, reason: str, seen: int) -> Event:
    """Takes back what was never promised: nothing is held against it any more, and it can be written down anew. It cannot be
    undone. `seen` counts the corrections on the page that was sent.

    Raises Conflict when somebody corrected it meanwhile, or where something was realised.
    """
    _take_promise(promise, seen)
    if queries.has_figures(promise):
        raise Conflict(HAS_FIGURES, heading="This promise cannot be taken back")
    promise.withdrawn_at, promise.withdrawn_because = clock.now(), reason
    return _tell_promise("withdraw_promise", promise, actor, reason)


def enter_benefit(
    programme: Programme,
    organisation_id: str,
    actor: Person,
    said: Said,
    *,
    kind: Kind,
    promise: Promise | None,
    period: Period,
    is_confirmed: bool,
    counted_in: Benefit | None = None,
) -> Benefit:
    """What one organisation realised. It counts once it is confirmed: at once with `is_confirmed`, by whoever may.

    Raises Conflict where a figure of the same months stands, or where it cannot be counted in the other.
    """
    if not period.is_within_a_year:
        raise InvalidInput("A figure is of months of one financial year, April to March.")
    _lock(programme, counted_in)
    if promise is not None:
        _check_promise(promise)
    last = db.session.scalar(select(func.max(Benefit.number)).where(Benefit.programme_id == programme.id))
    number = (last or 0) + 1
    line = None if promise is None else promise.number
    new = Figure(programme.id, number, organisation_id, kind, line, period, said.amount, Status.WAITING)
    if (clash := queries.meetings(new).clash) is not None:
        raise Conflict(already_entered(clash))
    moment = clock.now()
    benefit = Benefit(
        programme=programme,
        number=number,
        organisation_id=organisation_id,
        kind=kind,
        promise=promise,
        first=period.first,
        last=period.last,
        year=new.year,
        **vars(said),
        status=Status.CONFIRMED if is_confirmed else Status.WAITING,
        version=0,
        entered_at=moment,
        entered_by_id=actor.id,
        confirmed_at=moment if is_confirmed else None,
        confirmed_by_id=actor.id if is_confirmed else None,
    )
    if counted_in is not None:
        _count_in(benefit, counted_in)
    db.session.add(benefit)
    _tell("enter_benefit", benefit, actor)
    return benefit


def correct_benefit(
    benefit: Benefit, actor: Person, said: Said, *, reason: str, is_confirmed: bool, seen: int
) -> Event:
    """Keeps what it was, and why it changes. Unless whoever corrects it also confirms it, it waits again and counts no more.
    `seen` is the version on the page that was sent.

    Raises Conflict when somebody changed it meanwhile.
    """
    _take(benefit, seen)
    before = benefit.amount
    db.session.add(
        BenefitCorrection(
            benefit_id=benefit.id,
            amount=before,
            baseline=benefit.baseline,
            method=benefit.method,
            sureness=benefit.sureness,
            reason=reason,
            corrected_at=clock.now(),
            corrected_by_id=actor.id,
        )
    )
    benefit.amount, benefit.sureness = said.amount, said.sureness
    benefit.baseline, benefit.method = said.baseline, said.method
    benefit.status = Status.WAITING
    benefit.confirmed_at = benefit.confirmed_by_id = None
    if is_confirmed:
        _confirm(benefit, actor)
    return _tell("correct_benefit", benefit, actor, reason, before=before)


def confirm_benefit(benefit: Benefit, actor: Person, *, seen: int) -> Event:
    """From now on it counts. Raises Conflict when somebody changed it meanwhile, or confirmed it."""
    _take(benefit, seen)
    if benefit.status is not Status.WAITING:
        raise Conflict("It is confirmed already.")
    _confirm(benefit, actor)
    return _tell("confirm_benefit", benefit, actor)


def withdraw_benefit(benefit: Benefit, actor: Person, *, reason: str, seen: int) -> Event:
    """Takes it back: it counts no more, and its months are free. It cannot be undone.

    Raises Conflict when somebody changed it meanwhile, or where figures of other programmes are counted in it.
    """
    _take(benefit, seen)
    _refuse_where_others_are_counted_in(benefit)
    benefit.status, benefit.withdrawn_because = Status.WITHDRAWN, reason
    return _tell("withdraw_benefit", benefit, actor, reason)


def count_benefit_in(benefit: Benefit, actor: Person, other: Benefit | None, *, seen: int) -> Event:
    """Says that it is the same benefit as that of another programme, where it is counted; or with None, that it is not.

    Raises Conflict when somebody changed it meanwhile, or where it cannot be counted in the other.
    """
    _lock(benefit.programme, other)
    _check(benefit, seen)
    if other is None:
        benefit.counted_in = None
    else:
        _count_in(benefit, other)
    return _tell("count_benefit_in", benefit, actor)


def already_entered(clash: Benefit) -> str:
    """Which figure stands in the way, and what to do."""
    unit = clash.promise.unit if clash.promise else ""
    amount = amount_in_words(clash.kind, clash.amount, unit)
    return (
        f"{period_in_words(clash.period)} has a figure already: {amount}. "
        "Correct that one, or enter other months, so that nothing is counted twice"
    )


def _lock(programme: Programme, other: Benefit | None) -> None:
    """Both programmes in one order, so that two people do not wait for each other, and the other figure as it is now."""
    both = {programme.id: programme} | ({other.programme_id: other.programme} if other else {})
    for _, each in sorted(both.items()):
        lock_programme(each)
    if other is not None:
        db.session.refresh(other)


def _take_promise(promise: Promise, seen: int) -> None:
    lock_programme(promise.programme)
    _check_promise(promise)
    corrected = select(func.count()).where(PromiseCorrection.promise_id == promise.id)
    if db.session.scalar(corrected) != seen:
        raise Conflict("Somebody corrected this promise meanwhile. Open it again and look at it first.")


def _check_promise(promise: Promise) -> None:
    db.session.refresh(promise)
    if promise.withdrawn_at is not None:
        raise Conflict("This promise was taken back, so nothing was saved.")


def _take(benefit: Benefit, seen: int) -> None:
    lock_programme(benefit.programme)
    _check(benefit, seen)


def _check(benefit: Benefit, seen: int) -> None:
    db.session.refresh(benefit)
    if benefit.status is Status.WITHDRAWN:
        raise Conflict("This figure was taken back, so nothing was saved.")
    if benefit.version != seen:
        raise Conflict("Somebody changed this figure meanwhile. Open it again and look at it first.")


def _confirm(benefit: Benefit, actor: Person) -> None:
    benefit.status = Status.CONFIRMED
    benefit.confirmed_at, benefit.confirmed_by_id = clock.now(), actor.id


def _count_in(benefit: Benefit, other: Benefit) -> None:
    """There are no chains: what others are counted in is confirmed and counted itself. Where it is corrected later and waits,
    those count for themselves until it is confirmed again. What it is counted in already may stay."""
    is_new = benefit.counted_in is not other
    if is_new and (other.status is not Status.CONFIRMED or other.counted_in_id is not None):
        raise Conflict("That figure is not counted itself, so this one cannot be counted in it.")
    if benefit.id is not None:
        _refuse_where_others_are_counted_in(benefit)
    benefit.counted_in = other


def _refuse_where_others_are_counted_in(benefit: Benefit) -> None:
    if others := queries.counted_in_it(benefit):
        raise Conflict(
            f"A figure of “{others[0].programme.proposal.title}” is counted in this one. Change that first."
        )


def _tell(kind: str, benefit: Benefit, actor: Person, reason: str = "", **more: Any) -> Event:
    """Everyone hears of what is confirmed, members of the rest."""
    benefit.version += 1
    audience = Audience.PUBLIC if benefit.status is Status.CONFIRMED else Audience.MEMBERS
    held = benefit.counted_in
    return events.record(
        actor,
        kind,
        benefit.programme,
        audience,
        {
            "baseline": Text(benefit.baseline, audience),
            "method": Text(benefit.method, audience),
            "reason": Text(reason, Audience.MEMBERS),
        },
        benefit=benefit.number,
        organisation=benefit.organisation_id,
        kind_of_benefit=benefit.kind.value,
        promise=benefit.promise.number if benefit.promise else None,
        first=benefit.first.isoformat(),
        last=benefit.last.isoformat(),
        amount=benefit.amount,
        sureness=benefit.sureness.value,
        status=benefit.status.value,
        counted_in=[held.programme_id, held.number] if held else None,
        **more,
    )


def _tell_promise(kind: str, promise: Promise, actor: Person | None, reason: str = "", **more: Any) -> Event:
    return events.record(
        actor,
        kind,
        promise.programme,
        promise.audience,
        {"unit": Text(promise.unit, promise.audience), "reason": Text(reason, promise.audience)},
        promise=promise.number,
        kind_of_benefit=promise.kind.value,
        amount=promise.amount,
        per=promise.per.value,
        question=promise.question,
        reads=promise.audience.value,
        **more,
    )
