from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.assessment.picture import RADIUS, WIDTH, draw
from tests.assessment.arrange import make_cast, make_director, submit
from tests.conftest import Committed
from tests.pages import Client

CRITERIA = {"need": "Need", "benefit": "Benefit"}
given_scores = st.dictionaries(
    st.sampled_from("ABCDEFGH"),
    st.dictionaries(st.sampled_from(list(CRITERIA)), st.integers(1, 5)),
    max_size=8,
)


@pytest.mark.parametrize(
    ("scores", "finding"),
    [
        ({"A": {"need": 3, "benefit": 3}}, "One review is in, so there is nothing to compare yet"),
        (
            {"A": {"need": 3, "benefit": 3}, "B": {"need": 3, "benefit": 3}},
            "All reviewers give the same scores",
        ),
        (
            {"A": {"need": 3, "benefit": 3}, "B": {"need": 4, "benefit": 3}},
            "Reviewers lie close together: within 1 point on each criterion",
        ),
        (
            {"A": {"need": 1, "benefit": 2}, "B": {"need": 4, "benefit": 5}},
            "Reviewers lie furthest apart on Need and Benefit: by 3 points",
        ),
        (
            {"A": {"need": 1, "benefit": 2}, "B": {"benefit": 5}},
            "Reviewers lie furthest apart on Benefit: by 3 points",
        ),
    ],
)
def test_a_picture_says_what_it_shows(scores: dict[str, dict[str, int]], finding: str) -> None:
    assert draw(scores, CRITERIA).finding == finding


def test_a_scale_says_all_that_it_draws() -> None:
    scores = {"A": {"need": 2}, "B": {"need": 2}, "C": {"need": 5}, "D": {"benefit": 3}}
    [need, benefit] = draw(scores, CRITERIA).scales
    assert need.text == (
        "Need: Reviewer A gives 2, Reviewer B gives 2, Reviewer C gives 5 and Reviewer D could not judge it"
    )
    assert [(dot.letter, dot.x) for dot in need.dots] == [("A", 92), ("B", 92), ("C", 296)]
    assert need.dots[0].y > need.dots[1].y
    assert (need.spread, need.is_far_apart) == ((92, 296), True)
    assert (benefit.without, len(benefit.dots), benefit.spread) == (["A", "B", "C"], 1, None)


@given(scores=given_scores)
def test_no_dot_hides_another_or_leaves_the_picture(scores: dict[str, dict[str, int]]) -> None:
    for key, scale in zip(CRITERIA, draw(scores, CRITERIA).scales, strict=True):
        assert sorted(dot.letter for dot in scale.dots) == sorted(
            letter for letter, each in scores.items() if key in each
        )
        assert all(RADIUS <= dot.x <= WIDTH - RADIUS for dot in scale.dots)
        assert all(RADIUS <= dot.y <= scale.base - RADIUS for dot in scale.dots)
        assert len({(dot.x, dot.y) for dot in scale.dots}) == len(scale.dots)


def test_the_panel_is_drawn_by_letter_and_staff_read_who_is_who(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        for index, need in enumerate((1, 4, 4)):
            submit(cast.assignment(index), need, 3)
        director = make_director()
    finding = "Reviewers lie furthest apart on Need: by 3 points."
    for person, is_named in ((cast.reviewers[0], False), (cast.manager, True), (director, True)):
        page = client.as_(person).get("assessment.assessment", ref=cast.ref)
        assert page.texts(".app-dots__finding") == [finding]
        assert [node.attributes["aria-label"] for node in page.select(".app-dots svg")] == [
            "Need: Reviewer A gives 1, Reviewer B gives 4 and Reviewer C gives 4",
            "Benefit: Reviewer A gives 3, Reviewer B gives 3 and Reviewer C gives 3",
        ]
        assert (f"A is {cast.reviewers[0].name}" in page.text) is is_named
