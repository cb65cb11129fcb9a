"""The form by which a manager fills many panels at once: `reviewers-<reference>` for each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import wtforms
from wtforms.validators import ValidationError

from exchange import forms
from exchange.assessment import matching
from exchange.assessment.allocation import Allocation
from exchange.assessment.forms import REASON_WORDS, ReviewersField
from exchange.assessment.queries import AT_A_TIME, Candidate, Vacancies, Vacancy
from exchange.wording import counted

SHOWN = re.compile(r"([A-Z0-9]{1,8}-\d{4}-\d{4,8})\.([0-9a-f]{12})", re.ASCII)
LOAD = re.compile(r"(\d{1,9})\.(\d{1,4})", re.ASCII)
REASON = "reason"
USUAL_REASON = "Its panel had too few reviewers left."


class PanelField(ReviewersField):
    """Whoever is ticked comes first, and is `shown`; the others can be folded away."""

    vacancy: Vacancy

    @property
    def shown(self) -> int:
        ticked = sum(map(self.has, self.choices))
        return ticked or len(self.choices)

    @property
    def standing(self) -> str:
        return matching.standing(self.vacancy)

    def fill(self, vacancy: Vacancy, vacancies: Vacancies, chosen: Mapping[str, int]) -> None:
        self.vacancy = vacancy

        def order(candidate: Candidate) -> tuple[bool, bool, int]:
            is_ticked = str(candidate.person.id) in self.data
            return not is_ticked, bool(candidate.note), -matching.fit(vacancy, candidate, vacancies)

        self.offer(
            sorted(vacancy.candidates, key=order),
            lambda each: matching.about(vacancy, each, vacancies, chosen[str(each.person.id)]),
        )

    def unknown_message(self) -> str:
        return (
            f"Someone you chose for {self.vacancy.ref} is on its panel by now, or no longer a reviewer of its themes. "
            "Check who is selected and send it again"
        )

    def post_validate(self, form: wtforms.form.BaseForm, validation_stopped: bool) -> None:
        vacancy, chosen = self.vacancy, len(self.data)
        # A panel that reviews already takes whoever comes; one that starts must be whole.
        if validation_stopped or vacancy.is_open or not 0 < chosen < vacancy.needs:
            return
        raise ValidationError(
            f"Select {counted(vacancy.needs, 'reviewer')} or more for {vacancy.ref}, or none to leave it for later. "
            f"You selected {chosen}"
        )


class ChoosingForm(forms.OnceForm):
    """Made for some vacancies by `choosing_form`. `shown` and `loads` say what the page was drawn from, so that it is told when
    that is out of date."""

    shown = wtforms.HiddenField()
    loads = wtforms.HiddenField()
    vacancies: Vacancies

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.chosen = Counter(value for field in self.panels for value in field.data)
        for field, vacancy in zip(self.panels, self.vacancies.some, strict=True):
            field.fill(vacancy, self.vacancies, self.chosen)
        self.is_stale = False
        self._drawn, self._loads = read_shown(self.shown.data), _pairs(LOAD, self.loads.data)
        self.shown.data = " ".join(f"{each.ref}.{each.state}" for each in self.vacancies.some)
        self.loads.data = " ".join(
            f"{number}.{each.open_reviews}" for number, each in self.vacancies.candidates.items()
        )

    @property
    def panels(self) -> list[PanelField]:
        found = (self._fields[_name(each)] for each in self.vacancies.some)
        return [field for field in found if isinstance(field, PanelField)]

    @property
    def why(self) -> str:
        return str(self._fields[REASON].data or "") if REASON in self._fields else ""

    @property
    def wanted(self) -> list[tuple[Vacancy, list[int]]]:
        """The panels that someone was chosen for."""
        return [(field.vacancy, field.people) for field in self.panels if field.data]

    def validate(self, extra_validators: Any = None) -> bool:
        is_sound = super().validate(extra_validators)
        news = list(self._news())
        self.is_stale = bool(news)
        for message in news:
            self.add_error("", message)
        if is_sound and not news:
            self._check_whole()
        return not self.errors

    def _check_whole(self) -> None:
        if not self.wanted:
            self.add_error("", "Select reviewers for at least one proposal")
        if any(vacancy.is_open for vacancy, _ in self.wanted) and not self.why:
            self.add_error(REASON, "Enter why you add reviewers to assessments that have begun")

    def _news(self) -> Iterator[str]:
        """What changed since the page was drawn, of what was chosen."""
        now = {panel.vacancy.ref: panel for panel in self.panels}
        for ref, state in self._drawn.items():
            if ref not in now:
                yield f"{ref} no longer waits for reviewers: someone acted on it, or took it back. It has left this page"
            elif now[ref].data and now[ref].vacancy.state != state:
                yield f"{ref} has changed since you opened this page. It is shown as it is now: check whom you chose for it"
        for number, candidate in self.vacancies.candidates.items():
            before = int(self._loads.get(str(number), candidate.open_reviews))
            chosen = self.chosen[str(number)]
            then = candidate.open_reviews + chosen
            if chosen and candidate.open_reviews > before and then > candidate.limit:
                yield (
                    f"{candidate.person.name} was given other reviews since you opened this page, and would owe {then}. "
                    f"We ask for {candidate.limit} at most. Choose someone else, or send it again as it is"
                )


def choosing_form(vacancies: Vacancies) -> type[ChoosingForm]:
    class FormOfVacancies(ChoosingForm):
        pass

    FormOfVacancies.vacancies = vacancies
    for each in vacancies.some:
        setattr(FormOfVacancies, _name(each), PanelField("Reviewers", optional=False))
    if any(each.is_open for each in vacancies.some):
        reason = forms.TextField(
            "Why you add reviewers to assessments that have begun",
            words=REASON_WORDS,
            rows=2,
            hint="The theme’s director can read this.",
            default=USUAL_REASON,
            optional=False,
        )
        setattr(FormOfVacancies, REASON, reason)
    return FormOfVacancies


def proposed_in(vacancies: Vacancies, proposed: Allocation) -> dict[str, Any]:
    """What the optimiser proposes, as the form's own data."""
    names = {each.proposal.id: _name(each) for each in vacancies.some}
    data: dict[str, Any] = {name: [] for name in names.values()}
    for pair in proposed.pairs:
        data[names[pair.proposal]].append(pair.reviewer)
    return data


def read_shown(sent: str | None) -> dict[str, str]:
    """The references on a page that was sent, each with the state it was in."""
    return dict(list(_pairs(SHOWN, sent).items())[:AT_A_TIME])


def _pairs(pattern: re.Pattern[str], sent: str | None) -> dict[str, str]:
    found: Collection[re.Match[str]] = [
        match for word in (sent or "").split() if (match := pattern.fullmatch(word))
    ]
    return {match[1]: match[2] for match in found}


def _name(vacancy: Vacancy) -> str:
    return f"reviewers-{vacancy.ref}"
