"""Dates, times, money, counts and people's text, as the service writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from exchange import wording
from exchange.proposals.lifecycle import Stage

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday


def test_day_is_london_s() -> None:
    assert wording.day(date(2026, 12, 4)) == "4 December 2026"
    assert wording.day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2026"
    assert wording.short_day(date(2026, 12, 4)) == "4 Dec 2026"


@pytest.mark.parametrize(
    ("hour", "minute", "written"),
    [
        (0, 0, "midnight"),
        (0, 5, "12.05am"),
        (9, 0, "9am"),
        (12, 0, "midday"),
        (12, 30, "12.30pm"),
        (15, 30, "3.30pm"),
        (23, 59, "11.59pm"),
    ],
)
def test_time_of_day(hour: int, minute: int, written: str) -> None:
    assert wording.time_of_day(datetime(2026, 12, 4, hour, minute, tzinfo=UTC)) == written


def test_moment_is_in_summer_time_in_summer() -> None:
    assert wording.moment(datetime(2026, 7, 4, 14, 30, tzinfo=UTC)) == "4 July 2026 at 3.30pm"


@pytest.mark.parametrize(
    ("passed", "written"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=11), "11 hours ago"),
        (timedelta(hours=13), "yesterday"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=14), "8 November 2026"),
        (timedelta(minutes=-5), "22 November 2026"),
    ],
)
def test_ago(passed: timedelta, written: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert wording.ago(NOON - passed) == written


def test_ago_shortly_after_midnight_is_hours() -> None:
    with time_machine.travel(datetime(2026, 11, 22, 1, tzinfo=UTC), tick=False):
        assert wording.ago(datetime(2026, 11, 21, 22, tzinfo=UTC)) == "3 hours ago"


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 11, 20), "on 20 November 2026"),
        (date(2026, 11, 21), "yesterday"),
        (date(2026, 11, 22), "today"),
        (date(2026, 11, 23), "tomorrow"),
        (date(2026, 11, 24), "on Tuesday"),
        (date(2026, 11, 28), "on Saturday"),
        (date(2026, 11, 29), "on 29 November 2026"),
    ],
)
def test_on_day(day: date, written: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert wording.on_day(day) == written


def test_money_and_numbers() -> None:
    assert [wording.money(pounds) for pounds in (0, 45_000, -1_200)] == ["£0", "£45,000", "−£1,200"]
    assert wording.number(1_234_567) == "1,234,567"


def test_counted() -> None:
    assert [wording.counted(count, "proposal") for count in (0, 1, 2, 1_204)] == [
        "no proposals",
        "1 proposal",
        "2 proposals",
        "1,204 proposals",
    ]
    assert wording.counted(2, "story", "stories") == "2 stories"


def test_joined() -> None:
    assert [wording.joined(list(parts)) for parts in ("", "a", "ab", "abc")] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert wording.joined(["a", "b"], "or") == "a or b"


def test_in_words_of_codes_and_stages() -> None:
    assert wording.in_words("under-6-months") == "Under 6 months"
    assert [wording.in_words(stage) for stage in Stage] == [stage.label for stage in Stage]


def test_file_size() -> None:
    sizes = [0, 999, 640_400, 1_000_000, 1_440_000, 10_485_760]
    assert [wording.file_size(size) for size in sizes] == [
        "1 KB",
        "1 KB",
        "640 KB",
        "1 MB",
        "1.4 MB",
        "10.5 MB",
    ]


def test_cut_ends_at_a_word() -> None:
    assert wording.cut("Short enough.", 20) == "Short enough."
    assert wording.cut("A huddle after every fall, led by a nurse", 27) == "A huddle after every fall…"
    assert wording.cut("A huddle after every fall", 8) == "A huddle…"
    assert wording.cut("x" * 30, 10) == "x" * 10 + "…"
    assert wording.cut("two\n\nlines", 20) == "two lines"


@given(st.text(), st.integers(1, 80))
def test_cut_is_never_longer_than_asked(text: str, longest: int) -> None:
    assert len(wording.cut(text, longest)) <= longest + 1


def test_prose_makes_paragraphs_and_line_breaks() -> None:
    text = "One.\r\nStill one.\n\n \n\nTwo.\n"
    assert wording.prose(text) == "<p>One.<br>\nStill one.</p>\n<p>Two.</p>"
    assert wording.prose(" \n ") == ""


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("See https://example.org/a?b=1&c=2.", "https://example.org/a?b=1&c=2", "."),
        ("(HTTP://example.org)", "HTTP://example.org", ")"),
        ("https://example.org/a_(b), and", "https://example.org/a_(b)", ", and"),
        ("“https://example.org”", "https://example.org", "”"),
        ("https://example.org!?", "https://example.org", "!?"),
    ],
)
def test_prose_links_bare_addresses(text: str, address: str, after: str) -> None:
    link = LexborHTMLParser(wording.prose(text)).css_first("a")
    assert link is not None
    assert link.attributes == {"href": address, "rel": "nofollow noopener ugc"}
    assert link.text() == address
    assert text.endswith(address + after)


def test_prose_leaves_a_hundred_thousand_brackets_out_of_the_link() -> None:
    link = LexborHTMLParser(wording.prose("https://x" + ")" * 100_000)).css_first("a")
    assert link is not None
    assert link.attributes["href"] == "https://x"


@pytest.mark.parametrize("text", ["javascript:alert(1)", "ftp://example.org", "https://", "www.example.org"])
def test_prose_links_nothing_else(text: str) -> None:
    assert wording.prose(text) == f"<p>{text}</p>"


@given(st.text(alphabet=st.sampled_from("ab<>&\"' \n()[].,hтps:/"), max_size=80))
def test_prose_never_makes_markup_of_text(text: str) -> None:
    tree = LexborHTMLParser(wording.prose(text))
    assert {node.tag for node in tree.css("body *")} <= {"p", "br", "a"}
    shown = tree.body.text() if tree.body else ""
    assert shown.split() == text.split()
