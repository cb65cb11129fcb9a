"""What the table of the benchmarks says of its goals."""

from dataclasses import replace

from benchmarks.table import MISSED_ANSWER, MISSED_GROWTH, MISSED_SHARE, Measured, drawn, growth, missed

SMALL = Measured(
    database="sqlite",
    page="list",
    is_list=True,
    proposals=1_000,
    visits=10,
    a_second=50.0,
    p50=20.0,
    p95=30.0,
    queries=8.0,
    cpu=10.0,
    database_cpu=0.0,
    kilobytes=30.0,
    share=0.5,
)


def test_growth_is_against_the_smallest_of_the_same_page() -> None:
    large = replace(SMALL, proposals=100_000, p50=30.0)
    others = [replace(SMALL, page="home", p50=1.0), replace(SMALL, database="postgresql", p50=1.0)]
    assert growth(SMALL, [large, SMALL, *others]) is None
    assert growth(large, [large, SMALL, *others]) == 1.5


def test_goals_are_missed_beyond_their_limits_only() -> None:
    slow = replace(SMALL, proposals=100_000, p50=30.1, share=0.49)
    failed = replace(SMALL, failures=("Unexpected: /: 500, not 200",))
    assert missed(SMALL, [SMALL]) == []
    assert missed(slow, [SMALL, slow]) == [MISSED_SHARE, MISSED_GROWTH]
    assert missed(replace(slow, is_list=False), [SMALL, slow]) == [MISSED_GROWTH]
    assert missed(failed, [failed]) == [MISSED_ANSWER]


def test_table_marks_what_is_missed_and_shows_a_failure() -> None:
    failed = replace(SMALL, failures=("Unexpected: /: 500, not 200", "another"))
    table = drawn([SMALL, failed], seconds=90)
    assert table.count(f"MISSED: {MISSED_ANSWER}") == 1
    assert table.endswith("list: Unexpected: /: 500, not 200\n\nMeasured in 1.5 minutes.")
