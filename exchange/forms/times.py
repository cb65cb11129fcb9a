"""A field for a time of day."""

from __future__ import annotations

import re
from datetime import time

from exchange.forms.typed import TypedField

NAMED = {"midday": time(12), "noon": time(12), "midnight": time(0)}
CLOCK = re.compile(r"(\d{1,2})(?:[.:](\d\d))?\s*(am|pm)?", re.ASCII)


class TimeField(TypedField):
    """A time to the minute: "9am", "5.30pm", "17:30", "midday"."""

    def read(self, typed: str) -> time | None:
        words = " ".join(typed.lower().replace("a.m.", "am").replace("p.m.", "pm").split())
        if not words:
            return None
        found = read_time(words)
        if found is None:
            raise ValueError(f"Enter “{self.label_text}” as a time, like 9am or 5.30pm")
        return found

    def write(self, value: time) -> str:
        minutes = f".{value.minute:02}" if value.minute else ""
        return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


def read_time(words: str) -> time | None:
    """None for what is no time. A number alone, like 5, could be either half of the day."""
    if words in NAMED:
        return NAMED[words]
    found = CLOCK.fullmatch(words)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif found[2] is None:
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None
