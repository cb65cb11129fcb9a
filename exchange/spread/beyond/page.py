"""What pages of offers say."""

from __future__ import annotations

from exchange.spread.beyond.models import Answer, Offer
from exchange.wording import day, joined, month_of_year

WORDS = {
    Answer.INTERESTED: ("Interested", "blue"),
    Answer.TAKEN_UP: ("They use it", "green"),
    Answer.NOT_NOW: ("Not now", "grey"),
}
NO_ANSWER = ("No answer yet", "yellow")
NOT_DELIVERED = ("Could not be delivered", "red")


def tag_of(offer: Offer, *, is_lost: bool = False) -> tuple[str, str]:
    """Words and colour of what came of it. `is_lost` says that its e-mail could not be delivered."""
    if offer.answer is not None:
        return WORDS[offer.answer]
    return NOT_DELIVERED if is_lost else NO_ANSWER


def where(offer: Offer) -> str:
    """Where it is used, and since when."""
    since = f", since {month_of_year(offer.since)}" if offer.since else ""
    return f"{joined(offer.organisations)}{since}"


def heard(offer: Offer) -> str:
    """From whom the answer came, and when."""
    if offer.answered_at is None:
        return ""
    who = offer.recorded_by.name if offer.recorded_by else "they answered"
    verb = "recorded by " if offer.recorded_by else ""
    return f"{verb}{who} on {day(offer.answered_at)}"
