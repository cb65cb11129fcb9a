"""Filters of the list of programmes, and what is asked of who settles a condition."""

from __future__ import annotations

from exchange import forms
from exchange.spread.models import ConditionStatus


class FilterForm(forms.Form):
    """The filters of the list. Its choices are the region's."""

    theme = forms.PickField("Lead theme", empty="All themes", optional=False)
    priority = forms.PickField("Priority", empty="All priorities", optional=False)

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen of what there is to choose from."""
        fields = (self.theme, self.priority)
        return {field.name: field.data for field in fields if any(map(field.has, field.choices))}


class ConditionForm(forms.OnceForm):
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
