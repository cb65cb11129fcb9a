"""Fields for whole numbers and money."""

from __future__ import annotations

import re
from typing import Any

from exchange.forms.typed import TypedField

LARGEST = 1_000_000_000  # fits the databases' integers
MOST_DIGITS = 15


class CountField(TypedField):
    """A whole number from `smallest` to `largest`. `message` says what to enter, with an example."""

    form_of_number = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)", re.ASCII)

    def __init__(
        self,
        label: str,
        validators: Any = None,
        *,
        smallest: int = 0,
        largest: int = LARGEST,
        message: str = "",
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **more)
        self.smallest, self.largest = smallest, largest
        self.message = message or self.default_message()

    def default_message(self) -> str:
        return f"Enter “{self.label_text}” as a whole number, like 12"

    def write(self, value: int) -> str:
        return str(value)

    def bound(self, value: int) -> str:
        return f"{value:,}"

    def read(self, typed: str) -> int | None:
        compact = "".join(typed.split())
        if not compact:
            return None
        found = self.form_of_number.fullmatch(compact)
        if found is None:
            raise ValueError(self.message)
        sign, digits = found[1], found[2].replace(",", "").lstrip("0") or "0"
        # The length first: converting a number of thousands of digits is refused by Python itself.
        value = int(sign + digits) if len(digits) <= MOST_DIGITS else None
        if value is None or not self.smallest <= value <= self.largest:
            raise ValueError(
                f"Enter “{self.label_text}” from {self.bound(self.smallest)} to {self.bound(self.largest)}"
            )
        return value


class MoneyField(CountField):
    """Whole pounds: "£45,000", "45000" and "45,000.00" are the same."""

    form_of_number = re.compile(r"(-?)£?(\d{1,3}(?:,\d{3})+|\d+)(?:\.0{1,2})?", re.ASCII)

    def default_message(self) -> str:
        return f"Enter “{self.label_text}” in whole pounds, like 45,000"

    def write(self, value: int) -> str:
        return f"{value:,}"

    def bound(self, value: int) -> str:
        return f"£{value:,}"
