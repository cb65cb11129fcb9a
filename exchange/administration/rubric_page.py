"""How versions of the rubric are drawn: what each says, and two of them compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from exchange.assessment import rubric
from exchange.assessment.queries import RubricVersion
from exchange.assessment.rubric_comparison import CriterionDifference, Part, compare
from exchange.errors import NotFound
from exchange.proposals.comparison import Change
from exchange.proposals.comparison_page import CompareForm, Side, text_sides, whole_side
from exchange.wording import counted, day


@dataclass(frozen=True)
class ShownPart:
    label: str
    before: Side
    after: Side


@dataclass(frozen=True)
class ShownCriterion:
    difference: CriterionDifference
    parts: list[ShownPart]


@dataclass(frozen=True)
class RubricComparison:
    """Two versions, the earlier first, and their criteria: those that differ, and the names of those that do not."""

    earlier: RubricVersion
    later: RubricVersion
    differing: list[ShownCriterion]
    same: list[str]

    @property
    def summary(self) -> str:
        changed = counted(len(self.differing), "criterion differs", "criteria differ")
        return f"{changed[:1].upper()}{changed[1:]} from {self.earlier.name.lower()} to {self.later.name.lower()}."


def compared(versions: Sequence[RubricVersion], arguments: MultiDict[str, str]) -> RubricComparison | None:
    """The two that the address names, by default the newest two; None where there is one only, or the same is named twice. Raises
    NotFound for one that is not there."""
    by_number = {str(each.rubric.number): each for each in versions}
    asked = [value for name in ("earlier", "later") if (value := arguments.get(name))]
    if not set(asked) <= by_number.keys():
        raise NotFound
    newest = [str(each.rubric.number) for each in versions[:2]]
    chosen = sorted({*(asked or newest)}, key=int)
    if len(chosen) < 2:
        return None
    earlier, later = (by_number[number] for number in chosen)
    found = compare(rubric.content(earlier.rubric), rubric.content(later.rubric))
    return RubricComparison(
        earlier,
        later,
        [ShownCriterion(each, _parts(each)) for each in found if each.change is not Change.UNCHANGED],
        [each.criterion.name for each in found if each.change is Change.UNCHANGED],
    )


def compare_form(versions: Sequence[RubricVersion], comparison: RubricComparison | None) -> CompareForm:
    data = (
        {}
        if comparison is None
        else {
            "earlier": str(comparison.earlier.rubric.number),
            "later": str(comparison.later.rubric.number),
        }
    )
    form = CompareForm(data=data)
    form.earlier.choices = form.later.choices = [
        (str(each.rubric.number), f"{each.name}, {day(each.since)}") for each in reversed(versions)
    ]
    return form


def _parts(difference: CriterionDifference) -> list[ShownPart]:
    return [ShownPart(part.label, *_sides(part)) for part in difference.parts]


def _sides(part: Part) -> tuple[Side, Side]:
    if part.is_text:
        return text_sides(part.before, part.after)
    return whole_side(part.before), whole_side(part.after)
