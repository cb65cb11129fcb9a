"""What is asked of who defines a measure, enters figures, or re-bases limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from exchange import clock, forms
from exchange.measures import figures, months
from exchange.measures.models import LONGEST_FIGURE, Combined, Direction
from exchange.measures.services import corrected
from exchange.measures.table import MOST_ROWS
from exchange.proposals.unnaming import UnnamingForm, UnnamingSheetForm
from exchange.wording import joined, month_of_year

NEITHER = "neither"


class MeasureForm(UnnamingForm):
    told = ("name", "unit", "definition")

    name = forms.LineField(
        "What is measured",
        [forms.Required("Enter what is measured")],
        limit=120,
        hint="For example, falls with harm",
    )
    unit = forms.LineField(
        "Unit", [forms.Required("Enter the unit")], limit=40, hint="For example, falls, per cent or days"
    )
    definition = forms.TextField(
        "How it is counted",
        [forms.Required("Enter how it is counted")],
        words=200,
        hint="So that every organisation counts the same.",
    )
    direction = forms.OneField(
        "What is better",
        [forms.Required("Select what is better")],
        choices=[
            forms.Choice(Direction.INCREASE, "More"),
            forms.Choice(Direction.DECREASE, "Less"),
            forms.Choice(NEITHER, "Neither, or it depends"),
        ],
    )
    target = forms.LineField("Target for a month", limit=LONGEST_FIGURE, hint="A number, like 12 or 4.5")
    combined = forms.OneField(
        "How the region’s figure is made",
        [forms.Required("Select how the region’s figure is made")],
        choices=[
            forms.Choice(Combined.ADDED, "The figures are added up", hint="For counts, like falls."),
            forms.Choice(
                Combined.AVERAGED, "Their mean is taken", hint="For shares and times, like per cent or days."
            ),
        ],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        if self.target.data and self.wanted is None:
            self.add_error("target", "Enter the target as a number, like 12 or 4.5")
            return False
        return sound

    @property
    def wanted(self) -> Decimal | None:
        return figures.decimal(self.target.data) if self.target.data else None

    @property
    def better(self) -> Direction | None:
        return None if self.direction.data == NEITHER else Direction(self.direction.data)


class FiguresForm(UnnamingForm):
    """`held` are the figures that stand."""

    whom = ("reason",)

    rows = forms.TextField(
        "Figures",
        [forms.Required("Enter at least one month with its figure")],
        hint="A month in each row, like “November 2026, 12”. You can paste two columns of a spreadsheet.",
    )
    reason = forms.TextField(
        "Why, where a figure changes", words=100, hint="Needed where a month has another figure already."
    )

    def __init__(self, held: Mapping[date, Decimal], **more: Any) -> None:
        super().__init__(**more)
        self.held = held
        self.figures: Mapping[date, Decimal] = {}

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        entered = figures.read(self.rows.data, clock.today())
        if entered.mistake:
            self.add_error("rows", entered.mistake)
            return False
        self.figures = entered.figures
        changed = [month_of_year(month) for month in corrected(self.held, entered.figures)]
        if changed and not self.reason.data:
            self.add_error("reason", f"Enter why the figure of {joined(changed)} changes")
            return False
        return True


class TableForm(UnnamingSheetForm):
    most_rows = MOST_ROWS
    given = 2  # the organisation and the month


class RebaseForm(UnnamingForm):
    told = ("reason",)

    month = forms.LineField(
        "From which month",
        [forms.Required("Enter the month, like November 2026")],
        limit=20,
        hint="The first month of the new way of working, like November 2026",
    )
    of = forms.PickField("Whose chart", empty="The region’s", optional=False)
    reason = forms.TextField(
        "What changed",
        [forms.Required("Enter what changed in how the work is done")],
        words=100,
        hint="Everyone reads this.",
    )

    def __init__(self, sites: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.of.choices = sites

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        if self.month.data and self.first is None:
            self.add_error("month", "Enter the month like November 2026")
            return False
        if self.first is not None and self.first > clock.today():
            self.add_error("month", "Enter a month that has begun")
            return False
        return sound

    @property
    def first(self) -> date | None:
        return months.read(self.month.data or "")
