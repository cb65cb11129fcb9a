"""What is asked of a dashboard: of which days, and of which theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from exchange import clock, forms
from exchange.accounts.models import Person
from exchange.accounts.policy import themes_run
from exchange.region import queries as region
from exchange.region.models import Theme
from exchange.reports.dashboard.period import EARLIEST, Period, quick
from exchange.reports.dashboard.queries import Scope


class ReportForm(forms.Form):
    first = forms.DayField(
        "From",
        [forms.Required("Enter the first day")],
        name="from",
        earliest=EARLIEST,
        latest=clock.today,
        hint="For example, 1 4 2026",
    )
    last = forms.DayField(
        "To",
        [forms.Required("Enter the last day")],
        name="to",
        earliest=EARLIEST,
        latest=clock.today,
    )
    theme = forms.PickField("Theme", empty="All your themes", optional=False)

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        if sound and self.first.data > self.last.data:
            self.last.errors = ["“To” must be the same day as “From” or later"]
            return False
        return sound


@dataclass(frozen=True)
class Asked:
    """`themes` are those to choose from. Where the form is not sound, the scope is what is shown unless asked."""

    form: ReportForm
    is_sound: bool
    scope: Scope
    themes: list[Theme]

    @property
    def status_code(self) -> int:
        return 200 if self.is_sound else 422

    @property
    def chosen(self) -> dict[str, str]:
        """Arguments of an address that asks for the same."""
        period = self.scope.period
        chosen = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        return {**chosen, "theme": self.form.theme.data} if self.theme else chosen

    @property
    def theme(self) -> Theme | None:
        return next((each for each in self.themes if each.id == self.form.theme.data), None)

    @property
    def of_themes(self) -> str:
        """Their names, in the order of the region."""
        if self.theme is not None:
            return self.theme.name
        return ", ".join(each.name for each in self.themes)


def asked(person: Person, arguments: MultiDict[str, str]) -> Asked:
    there = themes_run(person)
    themes = [theme for theme in region.themes() if theme.id in there]
    usual = quick(clock.today())[0].period
    form = ReportForm(arguments, first=usual.first, last=usual.last)
    form.theme.choices = [(theme.id, theme.name) for theme in themes]
    if not form.validate():
        return Asked(form, False, Scope(person, there, usual), themes)
    chosen = frozenset([form.theme.data]) if form.theme.data else there
    return Asked(form, True, Scope(person, chosen, Period(form.first.data, form.last.data)), themes)
