"""What the page of a programme's benefits says: promised against realised by kind and year, each organisation, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.accounts.models import Person
from exchange.adoption import policy as adoption_policy
from exchange.adoption import queries as adoption
from exchange.benefits import policy, queries, sums, words
from exchange.benefits.benefit_chart import Chart, Year, drawn
from exchange.benefits.models import Benefit, Promise
from exchange.benefits.sums import Kind, Run, Status
from exchange.benefits.totals import run_of
from exchange.proposals import record
from exchange.proposals.answers import Shown, shown
from exchange.proposals.choices import choices
from exchange.proposals.policy import answers_read_by, is_kept_back
from exchange.spread.life import PAST
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme, pauses_of
from exchange.wording import joined, month_of_year

Key = tuple[Kind, int | None]


@dataclass(frozen=True)
class Compared:
    """One kind of benefit: what was promised and what came of it, each as words. What was not promised is empty."""

    name: str
    promised: str
    so_far: str
    realised: str
    share: str
    chart: Chart


@dataclass(frozen=True)
class Site:
    """One organisation with the sums of what counts, by the kinds of the page."""

    id: str
    name: str
    amounts: Sequence[str]
    can_enter: bool


@dataclass(frozen=True)
class Promised:
    """One line of the promise, as words; `was` are its corrections. With figures it cannot be taken back."""

    promise: Promise
    name: str
    text: str
    was: Sequence[tuple[str, str]]
    has_figures: bool


@dataclass(frozen=True)
class Page:
    """`hidden` is whether there are promises that this reader does not read."""

    finding: str
    until: str
    compared: Sequence[Compared]
    sites: Sequence[Site]
    entering: Sequence[Site]
    waiting: Sequence[Benefit]
    elsewhere: Sequence[Benefit]
    promises: Sequence[Promised]
    taken_back: Sequence[Promised]
    answers: Sequence[Shown]
    hidden: bool
    can_promise: bool


def page_of(found: SeenProgramme, person: Person | None) -> Page:
    programme = found.programme
    written, read = queries.every_promise_of(programme), policy.audiences(found)
    all_promises = [each for each in written if each.withdrawn_at is None]
    promises = [each for each in all_promises if each.audience in read]
    benefits = queries.benefits_of(programme)
    counted = [each for each in benefits if each.counts]
    run = _run(programme)
    keys = _keys(promises, counted)
    compared = [_compared(key, all_promises, promises, counted, run) for key in keys]
    sites = _sites(found, person, keys, all_promises, counted)
    reads_unconfirmed = policy.reads_unconfirmed(person, found.standing)
    return Page(
        finding=_finding(counted),
        until=month_of_year(run.last) if run and run.first <= run.last else "",
        compared=compared,
        sites=[site for site in sites if any(site.amounts)],
        entering=[site for site in sites if site.can_enter],
        waiting=[each for each in benefits if each.status is Status.WAITING] if reads_unconfirmed else [],
        elsewhere=[each for each in benefits if each.status is Status.CONFIRMED and not each.counts],
        promises=[_promised(each, benefits) for each in promises],
        taken_back=[
            _promised(each, ()) for each in written if each.withdrawn_at is not None and each.audience in read
        ],
        answers=frozen_answers(found),
        hidden=len(promises) < len(all_promises),
        can_promise=person is not None and adoption_policy.manages(person, found),
    )


def frozen_answers(found: SeenProgramme) -> list[Shown]:
    """What the record promised, as it was at approval, of what this reader reads."""
    proposal, answers = found.programme.proposal, found.programme.promised
    if is_kept_back(found.standing, proposal):
        return []
    readable = record.readable(answers, answers_read_by(found.standing, proposal))
    there = choices()
    return [shown(record.QUESTION_BY_ID[name], readable, there) for name in answers if name in readable]


def _run(programme: Programme) -> Run | None:
    ended_at = programme.status_since if programme.status in PAST else None
    return run_of(programme.active_since, ended_at, pauses_of([programme.id])[programme.id])


def _keys(promises: Sequence[Promise], counted: Sequence[Benefit]) -> list[Key]:
    """Money and people first, then other kinds by their promise."""
    found = {_key_of(each) for each in promises} | {(each.kind, each.as_figure.line) for each in counted}
    return sorted(found, key=lambda key: (list(Kind).index(key[0]), key[1] or 0))


def _key_of(promise: Promise) -> Key:
    return promise.kind, promise.number if promise.kind is Kind.OTHER else None


def _compared(
    key: Key,
    all_promises: Sequence[Promise],
    promises: Sequence[Promise],
    counted: Sequence[Benefit],
    run: Run | None,
) -> Compared:
    kind, _ = key
    unit = _unit(key, all_promises)
    promise = next((each for each in promises if _key_of(each) == key), None)
    by_year = sums.promised_by_year(promise.as_sums, run) if promise and run else {}
    here = [each for each in counted if (each.kind, each.as_figure.line) == key]
    realised: dict[int, int] = {}
    for each in here:
        realised[each.year] = realised.get(each.year, 0) + each.amount
    so_far, total = sum(by_year.values()), sum(realised.values())

    def in_words(amount: int) -> str:
        return words.amount_in_words(kind, amount, unit)

    years = sorted({year for year in by_year if year is not None} | set(realised))
    bars = [Year(sums.year_in_words(year), realised.get(year, 0), by_year.get(year)) for year in years]
    if None in by_year:  # promised once, so that only all years together can be held against it
        bars = [Year("So far", total, so_far)]
    return Compared(
        words.kind_in_words(kind, unit),
        _promise_in_words(promise) if promise else "",
        in_words(so_far) if by_year else "",
        in_words(total),
        words.share_in_words(total, so_far),
        drawn(bars, in_words),
    )


def promise_in_words(promise: Promise) -> str:
    """ "Bed days saved: 600 bed days saved a year"."""
    return f"{words.kind_in_words(promise.kind, promise.unit)}: {_promise_in_words(promise)}"


def _unit(key: Key, promises: Sequence[Promise]) -> str:
    return next((each.unit for each in promises if _key_of(each) == key), "")


def _promise_in_words(promise: Promise) -> str:
    return f"{words.amount_in_words(promise.kind, promise.amount, promise.unit)} {words.OF_PER[promise.per]}"


def _promised(promise: Promise, benefits: Sequence[Benefit]) -> Promised:
    was = [
        (
            f"{words.amount_in_words(promise.kind, each.amount, promise.unit)} {words.OF_PER[each.per]}",
            each.reason,
        )
        for each in reversed(promise.corrections)
    ]
    return Promised(
        promise,
        words.kind_in_words(promise.kind, promise.unit),
        _promise_in_words(promise),
        was,
        any(each.stands_against(promise) for each in benefits),
    )


def _sites(
    found: SeenProgramme,
    person: Person | None,
    keys: Sequence[Key],
    promises: Sequence[Promise],
    counted: Sequence[Benefit],
) -> list[Site]:
    """Those for which the programme is, and those for which it was and that realised something, by name."""
    amounts: dict[str, dict[Key, int]] = {}
    names = {each.organisation_id: each.organisation.name for each in counted}
    for each in counted:
        of_site, key = amounts.setdefault(each.organisation_id, {}), (each.kind, each.as_figure.line)
        of_site[key] = of_site.get(key, 0) + each.amount
    eligible = {each.organisation_id: each.organisation.name for each in adoption.eligible(found.programme)}
    return [
        Site(
            id_,
            name,
            [
                words.amount_in_words(key[0], amounts[id_][key], _unit(key, promises))
                if key in amounts.get(id_, {})
                else ""
                for key in keys
            ],
            id_ in eligible and policy.enters(person, found.standing, id_),
        )
        for id_, name in sorted((names | eligible).items(), key=lambda each: (each[1].lower(), each[0]))
    ]


def _finding(counted: Sequence[Benefit]) -> str:
    total = sums.realised(each.as_figure for each in counted)
    said = []
    if (pence := total.get((Kind.MONEY, None))) is not None:
        said.append(f"{words.amount_in_words(Kind.MONEY, pence)} saved")
    if (people := total.get((Kind.PEOPLE, None))) is not None:
        said.append(f"{words.amount_in_words(Kind.PEOPLE, people)} helped")
    if not said:
        return "No benefit is confirmed yet" if not counted else "Benefits are confirmed"
    return f"{joined(said)} so far".capitalize()
