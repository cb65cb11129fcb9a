"""How the service writes dates, times, money, counts and people's own text. Each is a Jinja filter too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum

from flask import Flask
from markupsafe import Markup, escape

from exchange import clock

_LINK = re.compile(r"https?://[^\s<>\"'“”‘’«»]+", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{"}


def day(value: date) -> str:
    """ "4 December 2026"; a moment's day is London's."""
    local = _local_day(value)
    return f"{local.day} {local:%B} {local.year}"


def short_day(value: date) -> str:
    """ "4 Dec 2026", for tables."""
    local = _local_day(value)
    return f"{local.day} {local:%b} {local.year}"


def month_of_year(value: date) -> str:
    """ "December 2026"."""
    local = _local_day(value)
    return f"{local:%B} {local.year}"


def time_of_day(value: datetime) -> str:
    """ "3.30pm", "9am", "midday", "midnight", in London."""
    local = value.astimezone(clock.LONDON)
    if local.minute == 0 and local.hour in {0, 12}:
        return "midday" if local.hour == 12 else "midnight"
    minutes = f".{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def moment(value: datetime) -> str:
    """ "4 December 2026 at 3.30pm"."""
    return f"{day(value)} at {time_of_day(value)}"


def ago(value: datetime) -> str:
    """How long since: "just now", "3 days ago"; the day itself from two weeks on, and in the future."""
    passed = clock.now() - value
    days = (clock.today() - _local_day(value)).days
    if passed < timedelta(0) or days >= 14:
        return day(value)
    minutes = passed // timedelta(minutes=1)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{counted(minutes, 'minute')} ago"
    if days == 0 or passed < timedelta(hours=6):
        return f"{counted(minutes // 60, 'hour')} ago"
    return "yesterday" if days == 1 else f"{counted(days, 'day')} ago"


def on_day(value: date) -> str:
    """A day as it ends a sentence: "today", "tomorrow", "on Friday", or "on 4 December 2026"."""
    local = _local_day(value)
    days = (local - clock.today()).days
    named = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if days in named:
        return named[days]
    return f"on {local:%A}" if 1 < days < 7 else f"on {day(local)}"


def money(pounds: int) -> str:
    """ "£45,000"."""
    return f"{'−' if pounds < 0 else ''}£{abs(pounds):,}"


def exact_money(pence: int) -> str:
    """ "£45,000", "£1,250.50": pence where there are any."""
    pounds, rest = divmod(abs(pence), 100)
    return f"{money(-pounds if pence < 0 else pounds)}{f'.{rest:02}' if rest else ''}"


def number(value: int) -> str:
    """ "1,234"."""
    return f"{value:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 proposal", "1,204 proposals", "no proposals". `many` for words that do not just take an s."""
    return f"{number(count) if count else 'no'} {one if count == 1 else many or one + 's'}"


def joined(parts: Sequence[object], last: str = "and") -> str:
    """ "a, b and c"."""
    words = [str(part) for part in parts]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def in_words(value: Enum | str) -> str:
    """A code or a member of an enum as people read it: "changes-requested" is "Changes requested"."""
    code = str(value.value) if isinstance(value, Enum) else value
    words = code.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def file_size(size: int) -> str:
    """ "640 KB", "1.4 MB", in thousands as file managers count."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB".replace(".0 MB", " MB")


def cut(text: str, longest: int = 160) -> str:
    """The text on one line, cut at a word when it is longer than `longest` characters."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    kept = line[:longest]
    if line[longest] != " ":
        kept = kept.rpartition(" ")[0] or kept
    return kept.rstrip(" ,;:.–-") + "…"


def prose(text: str) -> Markup:
    """People's text as paragraphs and line breaks, bare addresses as links. Nothing in it becomes markup."""
    paragraphs = re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.replace("\r\n", "\n").strip())
    return Markup("\n").join(
        Markup("<p>{}</p>").format(_lines(paragraph)) for paragraph in paragraphs if paragraph
    )


FILTERS = (
    day,
    short_day,
    month_of_year,
    time_of_day,
    moment,
    ago,
    on_day,
    money,
    exact_money,
    number,
    counted,
    joined,
    in_words,
    file_size,
    cut,
    prose,
)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update({function.__name__: function for function in FILTERS})


def _local_day(value: date) -> date:
    return clock.day_of(value) if isinstance(value, datetime) else value


def _lines(paragraph: str) -> Markup:
    return Markup("<br>\n").join(_linked(line) for line in paragraph.split("\n"))


def _linked(line: str) -> Markup:
    drawn, end = Markup(""), 0
    for found in _LINK.finditer(line):
        address = _without_punctuation(found.group())
        if len(address) <= len("https://"):
            continue
        link = Markup('<a href="{0}" rel="nofollow noopener ugc">{0}</a>').format(address)
        drawn += escape(line[end : found.start()]) + link
        end = found.start() + len(address)
    return drawn + escape(line[end:])


def _without_punctuation(address: str) -> str:
    """The address without the full stop or bracket of the sentence around it; brackets of its own stay."""
    unopened = {
        closing: address.count(closing) - address.count(opening) for closing, opening in _CLOSING.items()
    }
    end = len(address)
    while end:
        last = address[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in ".,;:!?…*":
            break
        end -= 1
    return address[:end]
