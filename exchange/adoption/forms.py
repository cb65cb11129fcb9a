"""What is asked of who records a step, and of who says for whom a programme is."""

from __future__ import annotations

from typing import Any

import wtforms

from exchange import clock, forms
from exchange.adoption.models import Adoption
from exchange.adoption.steps import MEANING, Step, needs_reason, next_steps
from exchange.proposals.unnaming import UnnamingForm
from exchange.region.models import CareSystem, Organisation
from exchange.wording import in_words


class RecordForm(UnnamingForm):
    """`was` is the step on the page that was sent, empty for none."""

    whom = ("reason",)

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
        self.on.earliest = adoption.since or clock.today() - clock.TEN_YEARS
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


BY_LIST, BY_KIND = "list", "kind"


class EligibleForm(forms.OnceForm):
    """`organisations` are those of the region, named with what tells them apart; `now` those that it is for."""

    how = forms.OneField(
        "How to choose them",
        [forms.Required("Select how to choose them")],
        choices=[
            forms.Choice(
                BY_KIND,
                "By type, by integrated care system or by both",
                hint="All that are so now. You can take some away afterwards.",
                reveals=("types", "systems"),
            ),
            forms.Choice(BY_LIST, "From the list of all", reveals=("organisations",)),
        ],
    )
    types = forms.ManyField("Types", hint="Select none for every type.")
    systems = forms.ManyField("Integrated care systems", hint="Select none for every system.")
    organisations = forms.ManyField(
        "Organisations that it is for",
        [forms.Required("Select at least one organisation")],
        hint="Coverage is counted of these.",
    )
    was = wtforms.HiddenField()

    def __init__(
        self, organisations: list[Organisation], systems: list[CareSystem], now: list[str], **more: Any
    ) -> None:
        super().__init__(**more)
        self.there = organisations
        self.organisations.choices = [
            forms.Choice(each.id, each.name, hint=_told_apart(each)) for each in organisations
        ]
        self.types.choices = [
            (type_, in_words(type_)) for type_ in sorted({each.type for each in organisations})
        ]
        self.systems.choices = [(system.code, system.name) for system in systems]
        if not self.is_submitted():
            self.how.data, self.organisations.data = BY_LIST, now
            self.was.data = " ".join(sorted(now))

    @property
    def expected(self) -> list[str]:
        """Those that it was for when the page was opened."""
        return (self.was.data or "").split()

    @property
    def chosen(self) -> list[str]:
        if self.how.data == BY_LIST:
            return list(self.organisations.data)
        types, systems = set(self.types.data), set(self.systems.data)
        return [
            each.id
            for each in self.there
            if each.retired_at is None
            and (not types or each.type in types)
            and (not systems or each.system_code in systems)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.how.data == BY_KIND and not (self.types.data or self.systems.data):
            self.add_error("types", "Select at least one type or one system")
            return False
        if not self.chosen:
            self.add_error("types", "No organisation is of these types in these systems. Select others")
            return False
        return True


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
