"""What is asked of who writes a promise, corrects it or takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import wtforms

from exchange import forms
from exchange.audience import Audience
from exchange.benefits import words
from exchange.benefits.forms import AmountForm, amount_field, number_of
from exchange.benefits.models import LONGEST_UNIT, Promise
from exchange.benefits.sums import Kind, Per
from exchange.proposals.unnaming import UnnamingForm

PERS = [
    forms.Choice(Per.YEAR, "Each year"),
    forms.Choice(Per.ONCE, "Once", hint="Over the whole life of the programme."),
]


def _per_field() -> forms.OneField:
    return forms.OneField("For what time", [forms.Required("Select for what time")], choices=PERS)


def _audience_field() -> forms.OneField:
    return forms.OneField(
        "Who may read it",
        [forms.Required("Select who may read it")],
        choices=[
            forms.Choice(
                Audience.PUBLIC, "Everyone", hint="If the answer is public, or the champion agrees."
            ),
            forms.Choice(Audience.MEMBERS, "Members of the network"),
            forms.Choice(Audience.TEAM, "The team and the theme’s staff"),
        ],
    )


class PromiseForm(AmountForm):
    """`asked` are the answers that were frozen at approval: id and label of each question."""

    told = ("unit",)

    kind = forms.OneField(
        "What was promised",
        [forms.Required("Select what was promised")],
        choices=[
            forms.Choice(Kind.MONEY, "Money saved"),
            forms.Choice(Kind.PEOPLE, "People helped"),
            forms.Choice(Kind.OTHER, "Something else that can be counted", reveals=("unit",)),
        ],
    )
    unit = forms.LineField(
        "What is counted",
        [forms.Required("Enter what is counted, like falls avoided")],
        limit=LONGEST_UNIT,
        hint="As it follows a number, like falls avoided or bed days saved. Everyone reads these words once a figure is "
        "confirmed, whoever may read the promise",
    )
    amount = amount_field()
    per = _per_field()
    question = forms.OneField("Where the record says so", [forms.Required("Select the answer that says so")])
    audience = _audience_field()

    def __init__(self, asked: Sequence[tuple[str, str]], written: Sequence[Promise], **more: Any) -> None:
        super().__init__(**more)
        self.question.choices = asked
        self.written = written

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        said = (self.kind_said(), self.unit_said.lower())
        if any((each.kind, each.unit.lower()) == said for each in self.written):
            self.add_error("kind", "This is written down already. Correct that promise instead")
            return False
        return True

    def kind_said(self) -> Kind:
        return Kind(self.kind.data) if self.kind.data in set(Kind) else Kind.OTHER

    @property
    def unit_said(self) -> str:
        return self.unit.data if self.kind_said() is Kind.OTHER else ""


class OfPromiseForm(UnnamingForm):
    """`corrections` counts those on the page that was sent."""

    corrections = wtforms.HiddenField()

    def __init__(self, promise: Promise, **more: Any) -> None:
        super().__init__(**more)
        self.promise = promise
        if not self.is_submitted():
            self.corrections.data = str(len(promise.corrections))

    @property
    def seen(self) -> int:
        return number_of(self.corrections.data, -1)


class WithdrawPromiseForm(OfPromiseForm):
    told = ("reason",)

    reason = forms.TextField(
        "Why you take it back",
        [forms.Required("Enter why you take it back")],
        words=100,
        hint="Whoever reads the promise reads this.",
    )


class CorrectPromiseForm(OfPromiseForm, AmountForm):
    told = ("reason",)

    amount = amount_field()
    per = _per_field()
    audience = _audience_field()
    reason = forms.TextField(
        "Why it changes",
        [forms.Required("Enter why it changes")],
        words=100,
        hint="What it was stays beside it. Whoever reads the promise reads this.",
    )

    def __init__(self, promise: Promise, **more: Any) -> None:
        super().__init__(promise, **more)
        if not self.is_submitted():
            self.amount.data = words.amount_as_typed(promise.kind, promise.amount)
            self.per.data, self.audience.data = promise.per.value, promise.audience.value

    def kind_said(self) -> Kind:
        return self.promise.kind
