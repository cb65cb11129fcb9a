"""Who is told what of programmes: the rows of the table in `who` that begin once a proposal is approved."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.accounts.models import Person
from exchange.notifications import adopting, benefiting
from exchange.notifications.news import More, News, Row, directors, managers, team
from exchange.notifications.paths import OFFERS, PAGE
from exchange.spread.life import CHANGES


def team_when_taken_up(news: News) -> list[Person]:
    """The team, when everyone can read from now on that another network uses it."""
    return team(news) if news.happened.facts.get("newly_public") else []


def said(sentence: str) -> More:
    """Of a programme, what was done."""
    return lambda news: {"done": sentence}


# A programme is public, so whoever has a part in its figures reads of them, whatever binds them in its proposal.
TO_CONFIRM = (
    Row(benefiting.confirmers, "benefit_to_confirm", benefiting.path, outlives=True, more=benefiting.figure),
)


OF_PROGRAMMES: Mapping[str, tuple[Row, ...]] = {
    "activate_programme": (Row(team, "programme_active", PAGE),),
    **{
        each.event: tuple(Row(to, "programme_changed", PAGE, more=said(each.done)) for to in (team, managers))
        for each in CHANGES.values()
    },
    "enter_benefit": TO_CONFIRM,
    "correct_benefit": TO_CONFIRM,
    "confirm_benefit": (
        Row(benefiting.enterer, "benefit_confirmed", benefiting.path, outlives=True, more=benefiting.figure),
    ),
    "set_plan": tuple(
        Row(to, "programme_changed", PAGE, more=said("The plan of the programme was changed."))
        for to in (team, directors, managers)
    ),
    "release_funding": tuple(
        Row(to, "programme_changed", PAGE, more=said("Funding of the programme was recorded."))
        for to in (team, directors, managers)
    ),
    "answer_offer": tuple(Row(to, "offer_answered", OFFERS) for to in (managers, directors)),
    "record_answer": (Row(team_when_taken_up, "taken_up_elsewhere", PAGE),),
    "ask_to_adopt": (
        Row(adopting.answering, "ask_to_answer", adopting.ask_page, more=adopting.about_ask),
        Row(adopting.colleagues, "ask_of_colleague", adopting.ask_page, more=adopting.about_ask),
    ),
    "write_in_ask": (Row(adopting.everybody, "ask_message", adopting.ask_page, more=adopting.about_ask),),
    **{
        kind: (Row(adopting.everybody, "ask_ended", adopting.ask_page, more=adopting.about_ask),)
        for kind in ("go_ahead_with_ask", "put_off_ask", "take_back_ask")
    },
    "add_barrier": (
        Row(adopting.looking_after_kit, "barrier_added", adopting.kit_page, more=adopting.about_barrier),
    ),
    "correct_barrier": (
        Row(adopting.author, "barrier_corrected", adopting.kit_page, more=adopting.about_correction),
    ),
    "hide_barrier": (
        Row(adopting.barrier_author, "barrier_hidden", adopting.kit_page, more=adopting.about_barrier),
    ),
    "add_kit_contact": (
        Row(adopting.named_contact, "named_in_kit", adopting.kit_page, more=adopting.about_programme),
    ),
}
