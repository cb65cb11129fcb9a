"""What a panel says, as rows of a summary and cells of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from exchange.assessment.leniency import AdjustedScore, Estimate, Untold
from exchange.assessment.models import Criterion, Recommendation
from exchange.assessment.queries import Panel, PanelReview, Report, ThemeClocks
from exchange.assessment.scoring import DISAGREEMENT, WHOLE, CriterionScores, whole
from exchange.proposals.clocks import CLOCKED
from exchange.tables import numeric
from exchange.wording import counted, cut, in_words, joined

Row = Mapping[str, str]
TITLE = 60  # characters, in a table with many columns

ADJUSTED = "Score if all reviewers were alike"
ABOUT_ADJUSTED = (
    "Some reviewers give higher scores than others to the same proposals. The last line is an estimate of the score without "
    "that, to be read beside the score as it was given, never in its place."
)
WHY_UNTOLD: Mapping[Untold, str] = {
    Untold.TOO_FEW_REVIEWS: "It takes three reviewers who have each reviewed five proposals. Until then a high score may as "
    "well be a good proposal.",
    Untold.DISCONNECTED: "Some reviewers share no proposal with the others, not even through someone else, so nobody can say "
    "who is strict and who had the weaker proposals. Choose a reviewer of one group for a proposal of the other.",
    Untold.NO_VARIATION: "Every review gives the same score.",
    Untold.NOT_CONVERGED: "The scores fit no single estimate well enough. Look again when more reviews are in.",
}


@dataclass(frozen=True)
class Table:
    """`head` and `rows` as components/table.html asks for them."""

    head: list[dict[str, str]]
    rows: list[list[Any]]


def figures(panel: Panel) -> list[Row]:
    """The figures of the counted reviews; none while there is no review."""
    found = panel.figures
    if found.mean is None or found.lowest is None or found.highest is None:
        return []
    apart = [each.name for each in panel.round.rubric.criteria if each.key in panel.disagreed]
    differs = (
        f"On {joined(apart)}, by {DISAGREEMENT} points or more" if apart else "None of three points or more"
    )
    return [
        {"key": "Score", "value": f"{whole(found.mean)} of 100, the weighted mean"},
        {"key": "Range", "value": f"{whole(found.lowest)} to {whole(found.highest)}"},
        {"key": "Counted", "value": counted(found.count, "review")},
        {
            "key": "Recommend spread",
            "value": f"{found.recommending} of {found.count}: {_recommendations(panel)}",
        },
        {"key": "Disagreement", "value": differs},
    ]


def reviews(panel: Panel) -> Table:
    """One row for each review: whose, what it recommends, and its score."""
    head = [{"text": "Reviewer"}, {"text": "Recommends"}, {"text": "Score of 100", "format": "numeric"}]
    return Table(head, [[one.author, one.recommendation, whole(one.total)] for one in panel.reviews])


def scores(panel: Panel) -> Table:
    """Criteria against reviewers."""
    head = [{"text": "Criterion"}, {"text": "Weight", "format": "numeric"}]
    head += [{"text": one.author, "format": "numeric"} for one in panel.reviews]
    head += [{"text": "Range"}]
    together = {each.key: each for each in panel.figures.criteria}
    rows = [
        [
            criterion.name,
            criterion.weight,
            *(_score(one, criterion) for one in panel.reviews),
            _range(together.get(criterion.key)),
        ]
        for criterion in (panel.round.rubric.criteria if panel.reviews else ())
    ]
    return Table(head, rows)


def leniency(report: Report) -> Table:
    """One row for each reviewer, the most lenient first."""
    head = [{"text": "Reviewer"}, *numeric("Reviews", "Points above others", "95% interval")]
    rows = [
        [
            each.name,
            each.told.reviews,
            {"text": signed(each.told.effect.value), "format": "numeric"},
            {"text": _between(each.told.effect, signed), "format": "numeric"},
        ]
        for each in report.reviewers
    ]
    return Table(head, rows)


def adjusted_scores(report: Report) -> Table:
    """One row for each proposal, with a link to its reviews."""
    head = [{"text": "Proposal"}, *numeric("Reviews", "Score", "Adjusted", "95% interval")]
    rows = [
        [
            {
                "text": f"{each.reference}: {each.title}",
                "href": url_for("assessment.assessment", ref=each.reference),
            },
            each.told.reviews,
            whole(each.told.raw),
            whole(each.told.adjusted.value),
            {"text": _between(each.told.adjusted, _on_scale), "format": "numeric"},
        ]
        for each in report.proposals
    ]
    return Table(head, rows)


def usual_stays(clocks: ThemeClocks) -> Table:
    """One row for each stage: how long the stays that ended were, and what is there now."""
    head = [
        {"text": "Stage"},
        *numeric("Stays that ended", "Median days", "90th percentile", "There now", "Longest of these"),
    ]
    rows = [
        [
            each.stage.label,
            each.ended,
            _days(each.median),
            _days(each.percentile),
            each.going_on,
            _days(each.longest),
        ]
        for each in clocks.usual
    ]
    return Table(head, rows)


def days_waiting(clocks: ThemeClocks) -> Table:
    """One row for each proposal that waits, with its days in each stage so far."""
    head = [
        {"text": "Proposal"},
        {"text": "Now"},
        *numeric("Days there", *(f"{stage.label}, in all" for stage in CLOCKED)),
    ]
    rows = [
        [
            {
                "text": f"{each.reference}: {cut(each.title, TITLE)}",
                "href": url_for("proposals.show", ref=each.reference),
            },
            each.stage.label,
            each.here,
            *(_days(each.by_stage.get(stage)) for stage in CLOCKED),
        ]
        for each in clocks.waiting
    ]
    return Table(head, rows)


def _days(count: float | None) -> dict[str, str]:
    """Half a day where the median lies between two; a dash where there is nothing."""
    return {"text": "–" if count is None else f"{count:,.1f}".removesuffix(".0"), "format": "numeric"}


def adjusted(told: AdjustedScore | Untold) -> Row:
    """A row beside the score as it was given."""
    if isinstance(told, Untold):
        return {"key": ADJUSTED, "value": f"It cannot be told. {WHY_UNTOLD[told]}"}
    value, between = _on_scale(told.adjusted.value), _between(told.adjusted, _on_scale)
    return {"key": ADJUSTED, "value": f"{value} of 100 (95% interval: {between})"}


def signed(points: float) -> str:
    """ "+4", "−3", "0": whole points, with a minus that is as wide as the plus."""
    shown = whole(points)
    return f"+{shown}" if shown > 0 else f"−{-shown}" if shown < 0 else "0"


def _on_scale(points: float) -> str:
    """The interval of an estimate may reach past the ends of the scale; a score cannot."""
    return str(min(max(whole(points), 0), WHOLE))


def _between(estimate: Estimate, shown: Callable[[float], str]) -> str:
    return f"{shown(estimate.lower)} to {shown(estimate.upper)}"


def _score(one: PanelReview, criterion: Criterion) -> int | dict[str, str]:
    """Numbers and words in one column, all to its right."""
    score = one.score(criterion.key)
    return score if isinstance(score, int) else {"text": score, "format": "numeric"}


def _range(scores: CriterionScores | None) -> str:
    if scores is None:
        return "Nobody could judge it"
    between = f"{scores.lowest} to {scores.highest}" if scores.gap else f"All {scores.lowest}"
    return f"{between}, {scores.gap} apart" if scores.disagrees else between


def _recommendations(panel: Panel) -> str:
    """Like "1 spread, 2 spread with conditions"."""
    given = [one.review.recommendation for one in panel.reviews]
    found = [(given.count(each), in_words(each).lower()) for each in Recommendation]
    return joined([f"{number} {words}" for number, words in found if number])
