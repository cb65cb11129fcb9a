"""Networks and lists of organisations, as plain rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exchange.spread.beyond import rules
from exchange.spread.life import ProgrammeStatus


def test_every_status_is_offered_or_says_why_not() -> None:
    assert {*rules.OFFERED, *rules.NOT_OFFERED} == set(ProgrammeStatus)
    assert rules.OFFERED.isdisjoint(rules.NOT_OFFERED)


def test_other_networks_are_by_name_and_without_our_own() -> None:
    assert rules.others(["West", "ours", "east"], "ours") == ["east", "West"]


@given(st.text())
def test_organisations_are_lines_with_something_in_them_each_once(text: str) -> None:
    named = rules.named(text)
    assert len(set(named)) == len(named)
    assert all(each and each == " ".join(each.split()) for each in named)
    assert rules.named("\n".join(named)) == named
