"""What is asked of who records a step, and of who says for whom a programme is."""

from __future__ import annotations

from typing import Any

import wtforms

from exchange import clock, forms
from exchange.adoption.models import Adoption
from exchange.adoption.pasted import OLDEST
from exchange.adoption.steps import MEANING, Step, needs_reason, next_steps
from exchange.region.models import CareSystem, Organisation
from exchange.wording import in_words


class RecordForm(forms.OnceForm):
    """`was` is the step on the page that was sent, empty for none."""

    step = forms.OneField("Where it stands now", [forms.Required("Select where it stands now")])
    on = forms.DayField(
        "Since when",
        [forms.Required("Enter the day since when")],
        hint="For example, 27 3 2026",
        latest=clock.today,
    )
    reason = forms.TextField(
        "Why",
        words=200,
        hint="Needed to stop, not to proceed, or to go back a step. Members of the network read it.",
    )
    was = wtforms.HiddenField()

    def __init__(self, adoption: Adoption, **more: Any) -> None:
        super().__init__(**more)
        self.step.choices = [
            forms.Choice(step, in_words(step), hint=MEANING[step]) for step in next_steps(adoption.step)
        ]
        self.on.earliest = adoption.since or clock.today() - OLDEST
        self.adoption = adoption
        if not self.is_submitted():
            self.show_as_it_is()

    @property
    def expected(self) -> Step | None:
        return Step(self.was.data) if self.was.data in set(Step) else None

    def show_as_it_is(self) -> None:
        """What was typed stays, for somebody who has seen the step that another recorded meanwhile."""
        self.was.data = self.adoption.step or ""

    @property
    def is_stale(self) -> bool:
        """Whether another step was recorded since the page was opened. The rest then says nothing of use."""
        return self.expected is not self.adoption.step

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        is_known = bool(self.step.data) and not self.step.errors
        if is_known and not self.reason.data and needs_reason(self.adoption.step, Step(self.step.data)):
            self.add_error("reason", "Enter why, so that others can learn from it")
            return False
        return sound


class EligibleForm(forms.OnceForm):
    """`organisations` are those of the region, named with what tells them apart; `chosen` those that it is for."""

    organisations = forms.ManyField(
        "Organisations that it is for",
        [forms.Required("Select at least one organisation")],
        hint="Coverage is counted of these.",
    )

    was = wtforms.HiddenField()

    def __init__(self, organisations: list[Organisation], chosen: list[str], **more: Any) -> None:
        super().__init__(**more)
        self.organisations.choices = [
            forms.Choice(each.id, each.name, hint=_told_apart(each)) for each in organisations
        ]
        if not self.is_submitted():
            self.organisations.data, self.was.data = chosen, " ".join(sorted(chosen))

    @property
    def expected(self) -> list[str]:
        """Those that it was for when the page was opened."""
        return (self.was.data or "").split()


class PartForm(forms.Form):
    """Whose curve is drawn."""

    of = forms.PickField("Show the curve of", empty="All eligible organisations", optional=False)


class MatrixForm(forms.Form):
    """The filters of the table of all."""

    theme = forms.PickField("Lead theme", empty="All themes", optional=False)
    system = forms.PickField("Integrated care system", empty="All systems", optional=False)

    @property
    def chosen(self) -> dict[str, str]:
        fields = (self.theme, self.system)
        return {field.name: field.data for field in fields if any(map(field.has, field.choices))}


def _told_apart(organisation: Organisation) -> str:
    system: CareSystem | None = organisation.system
    kind = in_words(organisation.type)
    return f"{kind}, {system.name}" if system else kind
