"""How benefits are read and written: amounts, periods, kinds. Pure."""

from __future__ import annotations

from exchange.benefits.sums import Kind, Per, Period, Sureness
from exchange.measures import figures, months
from exchange.wording import counted, exact_money, month_of_year, number

LARGEST = 10_000_000_000  # pounds, people or whatever is counted
OF_KIND = {Kind.MONEY: "Money saved", Kind.PEOPLE: "People helped"}
OF_PER = {Per.YEAR: "a year", Per.ONCE: "once"}
HOW_SURE = {
    Sureness.MEASURED: "measured",
    Sureness.SAMPLED: "estimated from a sample",
    Sureness.JUDGED: "a judgement",
}


def kind_in_words(kind: Kind, unit: str = "") -> str:
    return OF_KIND.get(kind) or unit[:1].upper() + unit[1:]


def amount_in_words(kind: Kind, amount: int, unit: str = "") -> str:
    """ "£1,250.50", "1 person", "34 falls avoided"."""
    if kind is Kind.MONEY:
        return exact_money(amount)
    return counted(amount, "person", "people") if kind is Kind.PEOPLE else f"{number(amount)} {unit}"


def amount_as_typed(kind: Kind, amount: int) -> str:
    return exact_money(amount).removeprefix("£") if kind is Kind.MONEY else number(amount)


def read_amount(kind: Kind, typed: str) -> int | None:
    """Pence of "£1,250.50", or a whole number; None of what is neither, below 0, or too large to be true."""
    value = figures.decimal(typed)
    if value is None or not 0 <= value <= LARGEST:
        return None
    whole = value * 100 if kind is Kind.MONEY else value
    return int(whole) if whole == whole.to_integral_value() else None


def how_to_mend(kind: Kind) -> str:
    if kind is Kind.MONEY:
        return "Enter the amount in pounds and pence, like 45,000 or 1,250.50"
    return "Enter the amount as a whole number, like 120"


def read_period(first: str, last: str) -> tuple[Period | None, str, str]:
    """The period of two typed months; or else the name of the field and how to mend it."""
    starts, ends = months.read(first), months.read(last)
    if starts is None:
        return None, "first", "Enter the first month like November 2026"
    if ends is None:
        return None, "last", "Enter the last month like November 2026"
    period = Period(starts, ends)
    if starts > ends:
        return None, "last", f"Enter {month_of_year(starts)} or a later month"
    if not period.is_within_a_year:
        return (
            None,
            "last",
            "A figure is of one financial year, April to March. Enter what is after March as another figure",
        )
    return period, "", ""


def period_in_words(period: Period) -> str:
    """ "April 2026", "April to June 2026", "December 2026 to March 2027"."""
    first, last = period
    if first == last:
        return month_of_year(first)
    if first.year == last.year:
        return f"{first:%B} to {month_of_year(last)}"
    return f"{month_of_year(first)} to {month_of_year(last)}"


def share_in_words(part: int, whole: int) -> str:
    """ "38%", rounded down, so that a promise is kept when it says 100; empty of nothing."""
    return f"{number(100 * part // whole)}%" if whole else ""
