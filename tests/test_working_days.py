from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.working_days import add_working_days, is_working_day, working_days_between

days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 12, 23), 1, date(2026, 12, 24)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Christmas, and Boxing Day's substitute on Monday
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # Easter
        (date(2026, 11, 21), 0, date(2026, 11, 21)),
        (date(2026, 11, 22), 20, date(2026, 12, 18)),
        (date(2026, 12, 29), -1, date(2026, 12, 24)),
    ],
)
def test_add_working_days_skips_weekends_and_bank_holidays(start: date, count: int, expected: date) -> None:
    assert add_working_days(start, count) == expected


@given(days, st.integers(1, 60))
def test_working_days_between_counts_what_was_added(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert working_days_between(start, end) == count
    assert working_days_between(end, start) == -count
