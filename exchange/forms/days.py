"""A field for a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import wtforms
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from exchange.forms.asked import AskedField
from exchange.plain_text import show_unsavable
from exchange.wording import day as in_full

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


class DayField(AskedField):
    """A day, sent as `<name>-day`, `<name>-month` and `<name>-year`, or as one ISO date in `<name>`.

    `earliest` and `latest` are dates, or functions that give one when the form is checked.
    """

    parts = ("day", "month", "year")

    def __init__(
        self,
        label: str,
        validators: Any = None,
        *,
        earliest: date | Callable[[], date] | None = None,
        latest: date | Callable[[], date] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **more)
        self.earliest, self.latest = earliest, latest
        self.typed = {part: "" for part in self.parts}
        self.to_mend: frozenset[str] = frozenset()

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if self.data is not None:
            self.typed = {part: str(getattr(self.data, part)) for part in self.parts}
        if formdata is None:
            return
        names = {part: f"{self.name}-{part}" for part in self.parts}
        if any(name in formdata for name in names.values()):
            self.typed = {part: formdata.get(name, "") for part, name in names.items()}
        elif self.name in formdata:
            whole = formdata.get(self.name)
            split = re.fullmatch(r"\s*(\d{4})-(\d\d)-(\d\d)\s*", whole, re.ASCII)
            self.typed = (
                dict(zip(reversed(self.parts), split.groups(), strict=True))
                if split
                else dict.fromkeys(self.parts, "")
            )
            self.typed["day"] = self.typed["day"] if split else whole
        else:
            self.raw_data = []
            return
        self.raw_data = list(self.typed.values())
        try:
            self.data = self.read({part: value.strip() for part, value in self.typed.items()})
        except ValueError as problem:
            self.data = None
            self.process_errors = [str(problem)]
        self.typed = {part: show_unsavable(value) for part, value in self.typed.items()}

    def read(self, typed: Mapping[str, str]) -> date | None:
        missing = [part for part in self.parts if not typed[part]]
        if len(missing) == len(self.parts):
            return None
        if missing:
            self.to_mend = frozenset(missing)
            raise ValueError(f"“{self.label_text}” must have a {' and a '.join(missing)}")
        numbers = {
            "day": _number(typed["day"], 2),
            "month": month_number(typed["month"]),
            "year": _number(typed["year"], 4) if len(typed["year"]) == 4 else None,
        }
        self.to_mend = frozenset(part for part, value in numbers.items() if value is None)
        if self.to_mend == {"year"}:
            raise ValueError(f"Enter the year of “{self.label_text}” with 4 numbers, like 2027")
        if not self.to_mend:
            try:
                return date(**{part: value for part, value in numbers.items() if value is not None})
            except ValueError:
                pass  # 31 February: the message below says it
        raise ValueError(f"Enter “{self.label_text}” as a real date, like 27 3 2027")

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        super().pre_validate(form)
        if self.data is None:
            return
        earliest = self.earliest() if callable(self.earliest) else self.earliest
        latest = self.latest() if callable(self.latest) else self.latest
        if earliest and self.data < earliest:
            raise ValidationError(f"“{self.label_text}” must be {in_full(earliest)} or later")
        if latest and self.data > latest:
            raise ValidationError(f"“{self.label_text}” must be {in_full(latest)} or earlier")


def _number(typed: str, digits: int) -> int | None:
    return int(typed) if re.fullmatch(rf"\d{{1,{digits}}}", typed, re.ASCII) else None


def month_number(typed: str) -> int | None:
    """From 1 to 12, of a number or the English name or its beginning."""
    word = typed.lower().rstrip(".")
    if len(word) >= 3 and word.isalpha():
        return next((index for index, name in enumerate(MONTHS, 1) if name.startswith(word)), None)
    return _number(typed, 2)
