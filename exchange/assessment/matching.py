"""How the panels of a page are proposed: what the optimiser is asked, and what its answer means in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from exchange.assessment import allocation
from exchange.assessment.allocation import Allocation, Lack, Missing, Pair
from exchange.wording import counted, joined

if TYPE_CHECKING:
    from exchange.assessment.queries import Candidate, Vacancies, Vacancy

WHY = {
    Lack.TOO_FEW_REVIEWERS: "its themes have no other reviewers who come into question",
    Lack.CONFLICTED: "the other reviewers of its themes have an interest in it",
    Lack.AT_LIMIT: "the other reviewers of its themes owe as many reviews as we ask of anyone",
    Lack.TAKEN: "the other reviewers have no room left, as they fill places of other proposals here",
}
WHAT_TO_DO = {
    Lack.TOO_FEW_REVIEWERS: "Ask an administrator to add reviewers to its themes.",
    Lack.CONFLICTED: "Ask an administrator to add reviewers to its themes.",
    Lack.AT_LIMIT: "Wait until they have sent reviews in, or choose one of them all the same.",
    Lack.TAKEN: "Choose others by hand, or come back when reviews are in.",
}


def propose(vacancies: Vacancies) -> Allocation:
    """The best panels for these vacancies together."""
    fits, conflicts = {}, set()
    for vacancy in vacancies.some:
        for candidate in vacancy.candidates:
            pair = Pair(vacancy.proposal.id, candidate.person.id)
            if comes_into_question(candidate):
                fits[pair] = fit(vacancy, candidate, vacancies)
            if candidate.conflict:
                conflicts.add(pair)
    people = {
        each.person.id: each
        for vacancy in vacancies.some
        for each in vacancy.candidates
        if comes_into_question(each)
    }
    return allocation.allocate(
        [
            allocation.Proposal(
                each.proposal.id, each.needs + len(each.staying), frozenset(one.id for one in each.staying)
            )
            for each in vacancies.some
        ],
        [allocation.Reviewer(number, each.open_reviews, each.limit) for number, each in people.items()],
        fits,
        conflicts,
    )


def comes_into_question(candidate: Candidate) -> bool:
    """Not who left this panel, nor who would then be missing to close or decide: a manager may still choose them."""
    return not candidate.note


def fit(vacancy: Vacancy, candidate: Candidate, vacancies: Vacancies) -> int:
    lead = vacancy.proposal.lead_theme_id
    themes = [theme.id for theme in candidate.reviews_in]
    return allocation.fit(
        lead_theme=lead in themes,
        supporting_theme=any(theme != lead for theme in themes),
        shared_priorities=shared(vacancy, candidate, vacancies),
    )


def shared(vacancy: Vacancy, candidate: Candidate, vacancies: Vacancies) -> int:
    """How many of the proposal's priorities they have reviewed for."""
    known = vacancies.experience.get(candidate.person.id, frozenset())
    return sum(each.id in known for each in vacancy.proposal.priorities)


def about(vacancy: Vacancy, candidate: Candidate, vacancies: Vacancies, chosen: int) -> str:
    """The line under a name: where from, how they fit, and their load with as many reviews as they are `chosen` for."""
    lead, organisation = vacancy.proposal.lead_theme_id, candidate.person.organisation
    themes = [
        "the lead theme" if theme.id == lead else f"{theme.name}, a supporting theme"
        for theme in sorted(candidate.reviews_in, key=lambda theme: theme.id != lead)
    ]
    known = shared(vacancy, candidate, vacancies)
    facts = [
        organisation.name if organisation else "",
        f"reviews in {' and in '.join(themes)}",
        f"has reviewed for {known} of its priorities" if known else "",
        load(candidate, chosen),
    ]
    return f"{' · '.join(filter(None, facts))}. {candidate.note}".strip()


def load(candidate: Candidate, chosen: int = 0) -> str:
    """Like "2 of 8 open reviews, then 3"."""
    now, then, limit = candidate.open_reviews, candidate.open_reviews + chosen, candidate.limit
    said = f"{now} of {counted(limit, 'open review')}" + (f", then {then}" if chosen else "")
    if then < limit:
        return said
    return f"{said}, {'the most' if then == limit else 'more than'} we ask of anyone"


def standing(vacancy: Vacancy) -> str:
    """How far its assessment is, and whom its panel lacks."""
    if vacancy.round is None:
        return f"Its assessment has yet to start, and needs {counted(vacancy.needs, 'reviewer')}."
    begun = "Its assessment has begun." if vacancy.is_open else "Its assessment waits to go on."
    names = joined([person.name for person in vacancy.staying])
    panel = f"On its panel: {names}." if names else "Nobody is left on its panel."
    return f"{begun} {panel} It needs {f'{vacancy.needs} more' if vacancy.needs else 'nobody else'}."


def loads(vacancies: Vacancies, chosen: Mapping[str, int]) -> list[list[str | int]]:
    """Rows of a table: everyone who can be chosen, with what they owe now and then, and the most we ask of them; the busiest
    first."""
    rows = [
        (each.person.name, each.open_reviews, each.open_reviews + chosen[str(number)], each.limit)
        for number, each in vacancies.candidates.items()
    ]
    return [list(row) for row in sorted(rows, key=lambda row: (-row[2], row[0].casefold()))]


def why_empty(missing: Missing) -> str:
    """Why places stay empty, and what to do."""
    places = counted(missing.places, "place stays empty", "places stay empty")
    return f"{places}: {WHY[missing.why]}. {WHAT_TO_DO[missing.why]}"
