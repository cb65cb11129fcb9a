"""What is asked of who enters, corrects, confirms or takes back a benefit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import wtforms
from wtforms.fields.core import Field

from exchange import clock, forms
from exchange.benefits import words
from exchange.benefits.models import Benefit, Promise
from exchange.benefits.queries import Meetings
from exchange.benefits.services import Said, already_entered
from exchange.benefits.sums import Kind, Period, Status, Sureness
from exchange.benefits.totals import last_full_month
from exchange.proposals.unnaming import UnnamingForm
from exchange.wording import month_of_year

LONGEST_AMOUNT = 20
ANOTHER = "another"
PROMISED = "promise-"  # before the number of a promise of another kind
OLDEST_YEARS = 10


def amount_field() -> forms.LineField:
    return forms.LineField(
        "Amount",
        [forms.Required("Enter the amount")],
        limit=LONGEST_AMOUNT,
        hint="Pounds, like 45,000 or 1,250.50; or a whole number of people or whatever is counted",
    )


class AmountForm(UnnamingForm):
    """With an amount of the kind that it says."""

    amount: forms.LineField

    def kind_said(self) -> Kind:
        raise NotImplementedError

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        if self.amount.data and not self.amount.errors and self.value is None:
            self.add_error("amount", words.how_to_mend(self.kind_said()))
            return False
        return sound

    @property
    def value(self) -> int | None:
        return words.read_amount(self.kind_said(), self.amount.data or "")


class SaidForm(AmountForm):
    """What is said of a figure, whether it is new or corrected. `may_confirm` offers to confirm it as well."""

    whom = ("baseline", "method", "reason")

    amount = amount_field()
    baseline = forms.TextField(
        "What it was before",
        [forms.Required("Enter what it was before, and when")],
        words=60,
        hint="With its unit and its months. Everyone can read this.",
    )
    method = forms.TextField(
        "How you worked it out",
        [forms.Required("Enter how you worked it out")],
        words=150,
        hint="So that somebody else would come to the same amount. Everyone can read this.",
    )
    sureness = forms.OneField(
        "How sure you are",
        [forms.Required("Select how sure you are")],
        choices=[
            forms.Choice(
                Sureness.MEASURED, "It was measured", hint="Counted in full, for example from the ledger."
            ),
            forms.Choice(Sureness.SAMPLED, "It is estimated from a sample"),
            forms.Choice(Sureness.JUDGED, "It is a judgement", hint="Of people who know the work."),
        ],
    )
    reason = forms.TextField(
        "Why it changes",
        [forms.Required("Enter why it changes")],
        words=100,
        hint="What it was stays beside it. Members of the network read this.",
    )
    confirmed = forms.TickField(
        "I confirm this figure for the organisation",
        optional=False,
        hint="It then counts at once. Without it, it counts once somebody confirms it.",
    )

    def __init__(self, *, may_confirm: bool, **more: Any) -> None:
        super().__init__(**more)
        if not may_confirm:
            del self.confirmed

    @property
    def said(self) -> Said:
        assert self.value is not None
        return Said(self.value, self.baseline.data, self.method.data, Sureness(self.sureness.data))

    @property
    def is_confirmed(self) -> bool:
        return "confirmed" in self and self.confirmed.data


class EnterForm(SaidForm):
    """`promises` are those of other kinds than money and people."""

    what = forms.OneField("What came of it", [forms.Required("Select what came of it")])
    first = forms.LineField(
        "First month",
        [forms.Required("Enter the first month, like April 2026")],
        limit=20,
        hint="Like April 2026",
    )
    last = forms.LineField(
        "Last month",
        [forms.Required("Enter the last month, like June 2026")],
        limit=20,
        hint="Like June 2026; for one month, the same again. A figure is of one financial year, April to March.",
    )
    same = forms.OneField("Is it the same benefit?", optional=False)

    ORDER = ("what", "first", "last", "amount", "same", "baseline", "method", "sureness", "confirmed")

    def __init__(self, promises: Sequence[Promise], **more: Any) -> None:
        super().__init__(**more)
        del self.reason
        self._fields = {
            name: self._fields[name] for name in ("once", *self.ORDER, "means_nobody") if name in self._fields
        }
        self.promises = {f"{PROMISED}{each.number}": each for each in promises}
        self.what.choices = [
            *((kind.value, name) for kind, name in words.OF_KIND.items()),
            *((name, words.kind_in_words(each.kind, each.unit)) for name, each in self.promises.items()),
        ]
        self.meetings = Meetings(None, ())

    def kind_said(self) -> Kind:
        return Kind(self.what.data) if self.what.data in {Kind.MONEY, Kind.PEOPLE} else Kind.OTHER

    @property
    def promise(self) -> Promise | None:
        return self.promises.get(self.what.data or "")

    @property
    def period(self) -> Period | None:
        return words.read_period(self.first.data or "", self.last.data or "")[0]

    @property
    def is_placed(self) -> bool:
        """Whether it says enough to look for what it would meet."""
        return self.period is not None and any(map(self.what.has, self.what.choices))

    def meet(self, meetings: Meetings) -> None:
        """Told before it is checked: asks whether the benefit is one of those."""
        self.meetings = meetings
        self.same.choices = same_choices(meetings.elsewhere)

    @property
    def shown_fields(self) -> list[Field]:
        """Nobody is asked whether it is the same as nothing."""
        shown = super().shown_fields
        return [field for field in shown if field.name != "same" or self.meetings.elsewhere]

    @property
    def counted_in(self) -> Benefit | None:
        return chosen_of(self.meetings.elsewhere, self.same.data if "same" in self else None)

    def validate(self, extra_validators: Any = None) -> bool:
        if not self.meetings.elsewhere:
            del self.same
        sound = super().validate(extra_validators)
        if self.first.errors or self.last.errors:
            return False
        period, name, mistake = words.read_period(self.first.data, self.last.data)
        if period is None:
            self.add_error(name, mistake)
            return False
        latest = last_full_month(clock.today())
        if period.last > latest:
            self.add_error(
                "last", f"Enter {month_of_year(latest)} or an earlier month: later ones are not over"
            )
            return False
        if period.first < latest.replace(year=latest.year - OLDEST_YEARS):
            self.add_error("first", f"Enter a month of the last {OLDEST_YEARS} years")
            return False
        if self.meetings.clash is not None:
            self.add_error("first", already_entered(self.meetings.clash))
            return False
        if self.meetings.elsewhere and not self.same.data:
            self.add_error("same", "Select whether it is counted in another programme already")
            return False
        return sound


class CorrectForm(SaidForm):
    version = wtforms.HiddenField()

    def __init__(self, benefit: Benefit, **more: Any) -> None:
        self.benefit = benefit
        super().__init__(**more)
        if not self.is_submitted():
            self.amount.data = words.amount_as_typed(benefit.kind, benefit.amount)
            self.baseline.data, self.method.data = benefit.baseline, benefit.method
            self.sureness.data, self.version.data = benefit.sureness.value, str(benefit.version)

    def kind_said(self) -> Kind:
        return self.benefit.kind

    @property
    def seen(self) -> int:
        return number_of(self.version.data, 0)


class ActForm(UnnamingForm):
    """Asks only whether to go on, with the figure as it is on the page."""

    version = wtforms.HiddenField()

    def __init__(self, benefit: Benefit, **more: Any) -> None:
        super().__init__(**more)
        if not self.is_submitted():
            self.version.data = str(benefit.version)

    @property
    def seen(self) -> int:
        return number_of(self.version.data, 0)


class WithdrawForm(ActForm):
    whom = ("reason",)

    reason = forms.TextField(
        "Why you take it back",
        [forms.Required("Enter why you take it back")],
        words=100,
        hint="Members of the network read this.",
    )


class SameForm(ActForm):
    """`elsewhere` are the figures of other programmes that it may be counted in."""

    same = forms.OneField(
        "Is it the same benefit?", [forms.Required("Select whether it is the same benefit")]
    )

    def __init__(self, benefit: Benefit, elsewhere: Sequence[Benefit], **more: Any) -> None:
        super().__init__(benefit, **more)
        self.elsewhere = elsewhere
        self.same.choices = same_choices(elsewhere)
        if not self.is_submitted():
            self.same.data = ANOTHER if benefit.counted_in_id is None else str(benefit.counted_in_id)

    @property
    def counted_in(self) -> Benefit | None:
        return chosen_of(self.elsewhere, self.same.data)


def same_choices(elsewhere: Sequence[Benefit]) -> list[forms.Choice]:
    return [
        *(
            forms.Choice(str(each.id), f"Yes: it is counted in {_named(each)}", hint=_then(each))
            for each in elsewhere
        ),
        forms.Choice(ANOTHER, "No, it is another benefit", hint="Both then count."),
    ]


def chosen_of(elsewhere: Sequence[Benefit], chosen: str | None) -> Benefit | None:
    return next((each for each in elsewhere if str(each.id) == chosen), None)


def number_of(typed: str | None, otherwise: int) -> int:
    """Of a hidden field; `otherwise` is what nobody could have seen."""
    is_number = typed and typed.isascii() and typed.isdigit() and len(typed) < LONGEST_AMOUNT
    return int(typed or "") if is_number else otherwise


def _named(benefit: Benefit) -> str:
    amount = words.amount_in_words(benefit.kind, benefit.amount)
    return f"“{benefit.programme.proposal.title}”, {words.period_in_words(benefit.period)}: {amount}"


def _then(benefit: Benefit) -> str:
    if benefit.status is not Status.CONFIRMED:
        return "That one waits to be confirmed. Until then this one counts."
    return "It is then shown here, and not added up again."
