"""What is asked of who plans a programme, and of who records that money was released to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import wtforms

from exchange import clock, forms
from exchange.proposals.unnaming import UnnamingForm
from exchange.spread import planning
from exchange.spread.forms import LARGEST_TARGET
from exchange.spread.models import Programme
from exchange.spread.planning import Plan

ORGANISATIONS, PERCENT = "organisations", "percent"
OUT, BACK = "out", "back"


def _in_ten_years() -> date:
    return clock.today() + clock.TEN_YEARS


class PlanForm(UnnamingForm):
    """`was` is how often the plan had been changed when the page was opened."""

    told = ("goal", "reason")

    goal = forms.TextField(
        "Goal, in plain words",
        [forms.Required("Enter the goal, so that everyone can see what it is for")],
        words=100,
        hint="What will be different, for whom. For example: nobody in hospital misses a critical dose unnoticed.",
    )
    starts_on = forms.DayField(
        "Start day",
        hint="The day on which the first organisations begin. For example, 27 3 2027",
        latest=_in_ten_years,
    )
    target_kind = forms.OneField(
        "Adoption target",
        [forms.Required("Select how the target is counted")],
        choices=[
            forms.Choice(ORGANISATIONS, "A number of organisations", reveals=("target_count",)),
            forms.Choice(
                PERCENT,
                "A share of the eligible organisations",
                hint="It moves with who is eligible.",
                reveals=("target_percent",),
            ),
        ],
    )
    target_count = forms.CountField(
        "How many organisations",
        optional=False,
        smallest=1,
        largest=LARGEST_TARGET,
        message="Enter the number of organisations as a whole number, like 12",
    )
    target_percent = forms.CountField(
        "How many per cent",
        optional=False,
        smallest=1,
        largest=100,
        message="Enter the share as a whole number from 1 to 100, like 80",
    )
    target_on = forms.DayField(
        "By when",
        hint="The day by which the target is to be met. For example, 31 3 2028",
        latest=_in_ten_years,
    )
    reason = forms.TextField("Why it changes", words=100, hint="Everyone can read this.")
    was = wtforms.HiddenField()

    def __init__(self, programme: Programme, **more: Any) -> None:
        super().__init__(**more)
        self.programme = programme
        self.starts_on.earliest = clock.day_of(programme.approved_at) - clock.TEN_YEARS
        self.target_on.earliest = clock.day_of(programme.approved_at)
        if not planning.may_need_reason(programme):
            del self.reason
        elif not programme.planned:
            self.reason.label.text = "Why the target is not the one that was approved"
        if not self.is_submitted():
            self._show()

    def _show(self) -> None:
        plan = planning.plan_of(self.programme)
        self.goal.process(None, plan.goal)
        self.starts_on.process(None, plan.starts_on)
        self.target_on.process(None, plan.target_on)
        self.target_kind.data = PERCENT if plan.is_percent else ORGANISATIONS
        (self.target_percent if plan.is_percent else self.target_count).process(None, plan.target)
        self.was.data = str(self.programme.planned)

    @property
    def expected(self) -> int:
        was = self.was.data or ""
        return int(was) if was.isdecimal() and len(was) < 9 else -1

    @property
    def is_stale(self) -> bool:
        """Whether somebody changed the plan since the page was opened."""
        return self.is_submitted() and self.expected != self.programme.planned

    def show_as_it_is(self) -> None:
        """What was typed stays, for somebody who has now seen the plan as another left it."""
        self.was.data = str(self.programme.planned)

    @property
    def plan(self) -> Plan:
        is_percent = self.target_kind.data == PERCENT
        target = (self.target_percent if is_percent else self.target_count).data
        return Plan(self.goal.data, self.starts_on.data, target, is_percent, self.target_on.data)

    @property
    def why(self) -> str:
        return self.reason.data if "reason" in self._fields else ""

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        chosen = {ORGANISATIONS: "target_count", PERCENT: "target_percent"}.get(self.target_kind.data or "")
        if chosen and self[chosen].data is None and not self[chosen].errors:
            self.add_error(chosen, getattr(self, chosen).message)
            sound = False
        starts_on, target_on = self.starts_on.data, self.target_on.data
        if starts_on and target_on and target_on <= starts_on:
            self.add_error("target_on", "The target must be due after the start day")
            sound = False
        if sound and not self.why and planning.needs_reason(self.programme, self.plan):
            what = "plan changes" if self.programme.planned else "target is not the one that was approved"
            self.add_error("reason", f"Enter why the {what}")
            sound = False
        return sound


class FundingForm(UnnamingForm):
    whom = ("purpose",)

    kind = forms.OneField(
        "What happened",
        [forms.Required("Select what happened")],
        choices=[
            forms.Choice(OUT, "Money was released"),
            forms.Choice(BACK, "Money came back", hint="Also to take back what was recorded by mistake."),
        ],
    )
    pounds = forms.MoneyField(
        "How many pounds",
        [forms.Required("Enter how many pounds, like 45,000")],
        smallest=1,
    )
    on = forms.DayField(
        "On which day",
        [forms.Required("Enter the day on which it happened")],
        hint="For example, 27 3 2027",
        latest=clock.today,
    )
    purpose = forms.LineField(
        "What for",
        [forms.Required("Enter what it is for")],
        limit=200,
        hint="Everyone can read this. For example, two trainers for a year",
    )

    def __init__(self, programme: Programme, **more: Any) -> None:
        super().__init__(**more)
        self.programme = programme
        self.on.earliest = clock.day_of(programme.approved_at)

    @property
    def signed(self) -> int:
        """Below zero when it came back."""
        pounds: int = self.pounds.data
        return -pounds if self.kind.data == BACK else pounds

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        if sound and (reason := planning.why_not_release(self.programme, self.signed)):
            self.add_error("pounds", reason)
            return False
        return sound
