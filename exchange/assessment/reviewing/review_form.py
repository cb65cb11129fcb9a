"""The form of a review. Its fields come from the rubric: `score-<criterion>` and `rationale-<criterion>`."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

import wtforms
from wtforms.fields.core import Field

from exchange import forms
from exchange.assessment.models import CANNOT_JUDGE, Criterion, Given, Recommendation, Rubric
from exchange.assessment.scoring import HIGHEST, LOWEST
from exchange.assessment.services import Written
from exchange.forms import Choice, Required

RATIONALE_WORDS = 150
COMMENT_WORDS = 300
NOTE_WORDS = 150
PAGE_MARK = re.compile(r"[\w-]{1,22}", re.ASCII)

RECOMMENDATIONS = (
    Choice(Recommendation.SPREAD, "Spread"),
    Choice(
        Recommendation.SPREAD_WITH_CONDITIONS,
        "Spread with conditions",
        "Say in your comment what must be met.",
    ),
    Choice(Recommendation.NOT_YET, "Not yet", "It could become ready."),
    Choice(Recommendation.DO_NOT_SPREAD, "Do not spread"),
)


@dataclass(frozen=True)
class Asked:
    """One criterion with its two fields."""

    criterion: Criterion
    score: Field
    rationale: Field


class ReviewForm(forms.Form):
    """Made for one rubric by `review_form`."""

    rubric: Rubric

    @property
    def asked(self) -> list[Asked]:
        return [
            Asked(each, self._fields[f"score-{each.key}"], self._fields[f"rationale-{each.key}"])
            for each in self.rubric.criteria
        ]

    @property
    def written(self) -> Written:
        recommendation = self._fields["recommendation"].data
        return Written(
            {each.criterion.key: _given(each.score.data) for each in self.asked if each.score.data},
            {each.criterion.key: each.rationale.data for each in self.asked if each.rationale.data},
            Recommendation(recommendation) if recommendation else None,
            self._fields["comment"].data or "",
            self._fields["note"].data or "",
        )

    @property
    def opened_at_state(self) -> str | None:
        return self._fields["state"].data or None

    @property
    def page_mark(self) -> str:
        """Tells the page that sent it from others of the same review; empty where it is none of ours."""
        mark = self._fields["page"].data or ""
        return mark if PAGE_MARK.fullmatch(mark) else ""


class RequiredReason(Required):
    """A score needs its reason, and so does that somebody cannot judge it."""

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(f"Enter why you gave “{criterion.name}” this score")
        self.criterion = criterion

    def __call__(self, form: wtforms.Form, field: Field) -> None:
        if form[f"score-{self.criterion.key}"].data == CANNOT_JUDGE:
            Required(f"Enter why you cannot judge “{self.criterion.name}”")(form, field)
        super().__call__(form, field)


def review_form(rubric: Rubric, *, to_submit: bool) -> type[ReviewForm]:
    """The form for this rubric: a draft keeps the unfinished and the over-long, what is submitted has it
    all."""
    fields: dict[str, Any] = {
        "rubric": rubric,
        "state": wtforms.HiddenField(),
        "page": wtforms.HiddenField(default=partial(secrets.token_urlsafe, 12)),
    }
    for criterion in rubric.criteria:
        fields[f"score-{criterion.key}"] = forms.OneField(
            f"{criterion.name}: score",
            [Required(f"Select a score for “{criterion.name}”")] if to_submit else None,
            choices=_scores(criterion),
            row=True,
            optional=False,
        )
        fields[f"rationale-{criterion.key}"] = forms.TextField(
            f"{criterion.name}: why this score",
            [RequiredReason(criterion)] if to_submit else None,
            words=RATIONALE_WORDS,
            rows=3,
            enforced=to_submit,
            optional=False,
        )
    fields["recommendation"] = forms.OneField(
        "Your recommendation",
        [Required("Select your recommendation")] if to_submit else None,
        choices=RECOMMENDATIONS,
        optional=False,
    )
    fields["comment"] = forms.TextField(
        "Comment",
        words=COMMENT_WORDS,
        enforced=to_submit,
        hint="Conditions, and anything that the criteria do not ask. "
        "The other reviewers and the theme’s staff read it.",
    )
    fields["note"] = forms.TextField(
        "Private note to the panel",
        words=NOTE_WORDS,
        enforced=to_submit,
        hint="The other reviewers read it once they have submitted, and the theme’s staff do. The team never does.",
    )

    class FormOfRubric(ReviewForm):
        pass

    for name, field in fields.items():
        setattr(FormOfRubric, name, field)
    return FormOfRubric


def held_in(written: Written) -> dict[str, Any]:
    """What a review says, as the form's own data."""
    return {
        **{f"score-{key}": str(score) for key, score in written.scores.items() if score is not None},
        **{f"rationale-{key}": rationale for key, rationale in written.rationales.items()},
        "recommendation": written.recommendation,
        "comment": written.comment,
        "note": written.note,
    }


def _scores(criterion: Criterion) -> list[Choice]:
    """1 to 5, with the rubric's anchors at 1, 3 and 5."""
    anchors = {LOWEST: criterion.low, (LOWEST + HIGHEST) // 2: criterion.mid, HIGHEST: criterion.high}
    scores = [Choice(str(score), str(score), anchors.get(score, "")) for score in range(LOWEST, HIGHEST + 1)]
    cannot = Choice(CANNOT_JUDGE, "Cannot judge", "It is left out of your score, and does not lower it.")
    return [*scores, cannot] if criterion.cannot_judge else scores


def _given(chosen: str) -> Given:
    return CANNOT_JUDGE if chosen == CANNOT_JUDGE else int(chosen)
