"""Filters of the list of programmes, and what is asked of who settles a condition."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from exchange import clock, forms
from exchange.proposals.unnaming import UnnamingForm
from exchange.spread.life import Change
from exchange.spread.models import ConditionStatus, Programme
from exchange.wording import day, in_words

LARGEST_TARGET = 100_000
ALL = "*"  # no address of a programme


def _tomorrow() -> date:
    return clock.today() + timedelta(days=1)


def _in_two_years() -> date:
    return clock.today() + timedelta(days=731)


class FilterForm(forms.Form):
    """The filters of the list. Its choices are the region's."""

    theme = forms.PickField("Lead theme", empty="All themes", optional=False)
    priority = forms.PickField("Priority", empty="All priorities", optional=False)

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen of what there is to choose from."""
        fields = (self.theme, self.priority)
        return {field.name: field.data for field in fields if any(map(field.has, field.choices))}


class ChangeForm(UnnamingForm):
    """What a change of a programme asks; `change_form` leaves out the rest."""

    told = ("changed", "reason", "lessons")

    changed = forms.TextField(
        "What changes", [forms.Required("Enter what changes")], words=200, hint="Everyone can read this."
    )
    reason = forms.TextField("Why", [forms.Required("Enter why")], words=200, hint="Everyone can read this.")
    lessons = forms.TextField(
        "What was learnt",
        [forms.Required("Enter what was learnt, so that others can use it")],
        words=500,
        hint="What worked, what did not, and what you would tell the next programme. Everyone can read this.",
    )
    review_on = forms.DayField(
        "When you look at it again",
        [forms.Required("Enter the day on which you look at it again")],
        earliest=_tomorrow,
        latest=_in_two_years,
        hint="For example, 27 3 2027",
    )
    adoption_target = forms.CountField(
        "New adoption target",
        smallest=1,
        largest=LARGEST_TARGET,
        message="Enter the adoption target as a whole number, like 12",
        hint="Leave it empty to keep the one there is.",
    )

    @property
    def said(self) -> dict[str, Any]:
        return {
            name: field.data for name, field in self._fields.items() if name not in {"once", "means_nobody"}
        }


def change_form(change: Change) -> ChangeForm:
    form = ChangeForm()
    _leave(form, change.asks)
    return form


class SeveralForm(ChangeForm):
    """The same for several programmes at once, chosen by their addresses, or all of them."""

    programmes = forms.ManyField("Programmes", [forms.Required("Select at least one programme")])

    def chosen_of(self, programmes: Sequence[Programme]) -> list[Programme]:
        return [each for each in programmes if {each.slug, ALL} & set(self.programmes.data)]


def several_form(change: Change, programmes: Sequence[Programme]) -> SeveralForm:
    form = SeveralForm()
    each_one = [
        forms.Choice(
            each.slug, each.proposal.title, hint=f"{in_words(each.status)} since {day(each.status_since)}"
        )
        for each in programmes
    ]
    all_of_them = forms.Choice(ALL, f"All {len(programmes)} of them", alone=True)
    form.programmes.choices = [*([all_of_them] if len(programmes) > 1 else []), *each_one]
    # Each keeps its own target.
    _leave(form, [name for name in change.asks if name != "adoption_target"])
    return form


def _leave(form: ChangeForm, asks: Collection[str]) -> None:
    for name in ("changed", "reason", "lessons", "review_on", "adoption_target"):
        if name not in asks:
            del form[name]


class ConditionForm(UnnamingForm):
    told = ("note",)

    outcome = forms.OneField(
        "What happened to it",
        [forms.Required("Select whether it is met or waived")],
        choices=[
            forms.Choice(ConditionStatus.MET, "It is met"),
            forms.Choice(
                ConditionStatus.WAIVED,
                "I waive it",
                hint="It was not met, and the programme goes on without it.",
            ),
        ],
    )
    note = forms.TextField(
        "How you know, or why you waive it",
        [forms.Required("Enter how you know that it is met, or why you waive it")],
        words=200,
        hint="The team and the theme’s staff read this.",
    )
