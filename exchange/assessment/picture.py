"""A panel's scores as a picture: for each criterion a scale from 1 to 5, with a dot for each reviewer. Pure; lengths are the
picture's own units, about a pixel each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exchange.assessment.scoring import DISAGREEMENT, HIGHEST, LOWEST
from exchange.wording import joined

WIDTH, MARGIN = 320, 24
STEP = (WIDTH - 2 * MARGIN) / (HIGHEST - LOWEST)
RADIUS, GAP = 11, 2
FOOT = 24  # the numbers beneath the line

Given = Mapping[
    str, Mapping[str, int]
]  # scores by the reviewers' letters, and in each by the criteria's keys


@dataclass(frozen=True)
class Dot:
    letter: str
    x: float
    y: float


@dataclass(frozen=True)
class Scale:
    """One criterion. The line is at `base`; `spread` is the part of it between the lowest and the highest score. `without` are
    the letters of those who could not judge it. `text` says all that is drawn."""

    name: str
    height: int
    base: int
    dots: list[Dot]
    spread: tuple[float, float] | None
    is_far_apart: bool
    without: list[str]
    text: str


@dataclass(frozen=True)
class Picture:
    """`finding` is what the picture shows, in a sentence."""

    finding: str
    scales: list[Scale]
    ticks: list[tuple[int, float]]


def draw(given: Given, criteria: Mapping[str, str]) -> Picture:
    """`criteria` are names by key, in the rubric's order. Who could not judge a criterion has no score there."""
    scales = [_scale(name, _by_letter(given, key), list(given)) for key, name in criteria.items()]
    ticks = [(score, _x(score)) for score in range(LOWEST, HIGHEST + 1)]
    return Picture(_finding(given, criteria), scales, ticks)


def as_svg(scale: Scale, ticks: Sequence[tuple[int, float]]) -> str:
    """One scale for paper, which no style sheet reaches, in the colours of the page. There is nothing in it that people wrote."""
    ends = WIDTH - MARGIN
    parts = [f'<path d="M{MARGIN} {scale.base}H{ends}" stroke="#768692" stroke-width="1.5"/>']
    if scale.spread:
        low, high = scale.spread
        parts.append(f'<path d="M{low} {scale.base}H{high}" stroke="#212b32" stroke-width="5"/>')
    parts += [_word(str(score), x, scale.base + 18, "#4c6272") for score, x in ticks]
    for dot in scale.dots:
        parts.append(f'<circle cx="{dot.x}" cy="{dot.y}" r="{RADIUS}" fill="#005eb8"/>')
        parts.append(_word(dot.letter, dot.x, dot.y + 4.5, "#ffffff"))
    view = f'viewBox="0 0 {WIDTH} {scale.height}" width="{WIDTH}" height="{scale.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {view}>{"".join(parts)}</svg>'


def _word(word: str, x: float, y: float, colour: str) -> str:
    font = 'font-family="Libertinus Serif" font-size="13" font-weight="bold"'
    return f'<text x="{x}" y="{y}" text-anchor="middle" fill="{colour}" {font}>{word}</text>'


def _by_letter(given: Given, key: str) -> dict[str, int]:
    return {letter: scores[key] for letter, scores in given.items() if key in scores}


def _scale(name: str, scores: Mapping[str, int], letters: Sequence[str]) -> Scale:
    """Equal scores stand on each other, by letter."""
    piles = {score: [each for each in scores if scores[each] == score] for score in scores.values()}
    highest_pile = max((len(pile) for pile in piles.values()), default=1)
    base = highest_pile * (2 * RADIUS + GAP) + GAP
    dots = [
        Dot(letter, _x(score), base - RADIUS - GAP - place * (2 * RADIUS + GAP))
        for score, pile in sorted(piles.items())
        for place, letter in enumerate(pile)
    ]
    gap = _gap(scores)
    ends = (_x(min(piles)), _x(max(piles))) if gap else None
    without = [letter for letter in letters if letter not in scores]
    return Scale(
        name, base + FOOT, base, dots, ends, gap >= DISAGREEMENT, without, _text(name, scores, without)
    )


def _x(score: int) -> float:
    return MARGIN + (score - LOWEST) * STEP


def _gap(scores: Mapping[str, int]) -> int:
    return max(scores.values()) - min(scores.values()) if scores else 0


def _text(name: str, scores: Mapping[str, int], without: Sequence[str]) -> str:
    told = [f"Reviewer {letter} gives {score}" for letter, score in scores.items()]
    untold = [f"Reviewer {letter} could not judge it" for letter in without]
    return f"{name}: {joined([*told, *untold])}"


def _finding(given: Given, criteria: Mapping[str, str]) -> str:
    if len(given) < 2:
        return "One review is in, so there is nothing to compare yet"
    gaps = {name: _gap(_by_letter(given, key)) for key, name in criteria.items()}
    widest = max(gaps.values(), default=0)
    if widest == 0:
        return "All reviewers give the same scores"
    furthest = joined([name for name, gap in gaps.items() if gap == widest])
    if widest < DISAGREEMENT:
        points = "1 point" if widest == 1 else f"{widest} points"
        return f"Reviewers lie close together: within {points} on each criterion"
    return f"Reviewers lie furthest apart on {furthest}: by {widest} points"
