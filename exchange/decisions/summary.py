"""A decision in words, label by label, for those who may read all of it."""

from __future__ import annotations

from typing import Any

from exchange.decisions import queries
from exchange.decisions.models import Decision
from exchange.region import queries as region
from exchange.spread import conditions
from exchange.wording import day, money, number, prose

LABELS = {
    "statement": "Why it is approved",
    "adoption_target": "Adoption target",
    "investment": "Investment",
    "conditions": "Conditions",
    "approving_body": "Approving body",
    "approved_on": "Date of approval",
    "minute_reference": "Minute reference",
    "must_show": "What must be shown",
    "talk_to": "Whom to talk to",
    "due": "To be submitted again by",
    "reason_code": "Reason",
    "feedback": "Feedback for the champion",
    "would_change": "What would change this decision",
    "override_reason": "Why it goes against the panel",
}


def rows(decision: Decision) -> list[dict[str, Any]]:
    """Rows of a summary list: what was filled in."""
    filled = {name: value for name, value in queries.said_by(decision).items() if value not in (None, "", [])}
    return [{"key": LABELS[name], "value": _written(name, value)} for name, value in filled.items()]


def _written(name: str, value: Any) -> Any:
    match name:
        case "reason_code":
            return region.current().decline_reasons.get(value, value)
        case "investment":
            return money(value)
        case "conditions":
            return prose(conditions.written(value))
        case "adoption_target":
            return number(value)
        case "approved_on" | "due":
            return day(value)
    return prose(value)
