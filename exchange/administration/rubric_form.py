"""The editor of the rubric. Fields of the criterion at place 2 are `name-2`, `weight-2` and so on; its buttons send the whole
page, which comes back with the criteria added, moved or removed, and nothing saved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import wtforms
from werkzeug.datastructures import MultiDict
from wtforms.fields.core import Field

from exchange import forms
from exchange.assessment import rubric as rubrics
from exchange.assessment.models import Rubric
from exchange.assessment.scoring import WHOLE
from exchange.forms import Required
from exchange.region.pack import Criterion

MOST_CRITERIA = 20
LONGEST_NAME = 200
ANCHOR_WORDS = 100
PARTS = ("key", "name", "weight", "low", "mid", "high", "cannot_judge")
CHANGE = re.compile(r"(up|down|remove)-(\d{1,2})", re.ASCII)

Sent = MultiDict[str, str]
Rows = list[dict[str, list[str]]]


@dataclass(frozen=True)
class AskedCriterion:
    """The fields of one criterion, for the page."""

    place: int
    name: Field
    weight: Field
    low: Field
    mid: Field
    high: Field
    cannot_judge: Field


class RubricForm(forms.OnceForm):
    """Made for so many criteria by `rubric_form`. `state` is that of the version which the page was opened with."""

    count: int
    state = wtforms.HiddenField()
    criteria_shown = wtforms.HiddenField()

    def __init__(self, newest: Rubric, **more: Any) -> None:
        super().__init__(**more)
        self.newest, self.criteria_shown.data = newest, str(self.count)

    @property
    def asked(self) -> list[AskedCriterion]:
        return [
            AskedCriterion(place, *(self._fields[f"{part}-{place}"] for part in PARTS[1:]))
            for place in range(1, self.count + 1)
        ]

    @property
    def weight_sum(self) -> int:
        return sum(each.weight.data or 0 for each in self.asked)

    @property
    def criteria(self) -> list[Criterion]:
        """What is typed, once it is sound. A criterion that was there keeps its key; a new one gets one from its name."""
        known = {each.key for each in self.newest.criteria}
        kept = [self._fields[f"key-{each.place}"].data for each in self.asked]
        used = known | {""}
        found = []
        for number, each in enumerate(self.asked):
            key = kept[number]
            if key not in known or key in kept[:number]:
                key = _new_key(each.name.data, used)
                used.add(key)
            found.append(
                Criterion(
                    key,
                    each.name.data,
                    each.weight.data,
                    each.low.data,
                    each.mid.data,
                    each.high.data,
                    bool(each.cannot_judge.data),
                )
            )
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        for name, message in self._misfits():
            self.add_error(name, message)
        return not self.errors

    def _misfits(self) -> Sequence[tuple[str, str]]:
        """What does not fit between one criterion and another."""
        names = [each.name.data.casefold() for each in self.asked]
        found = [
            (f"name-{place}", f"Criterion {place} has the same name as another. Give each its own")
            for place, name in enumerate(names, 1)
            if name in names[: place - 1]
        ]
        if (total := self.weight_sum) != WHOLE:
            apart = f"add {WHOLE - total}" if total < WHOLE else f"take {total - WHOLE} away"
            found.append(("weight-1", f"The weights must sum to {WHOLE}. They sum to {total}: {apart}"))
        if all(each.cannot_judge.data for each in self.asked):
            message = "Everyone must score one criterion at least. Untick “cannot judge” for one of them"
            found.append(("cannot_judge-1", message))
        if not found and self.criteria == rubrics.content(self.newest):
            found.append(("", f"This is the same as version {self.newest.number}. Change something first"))
        return found


def rubric_form(count: int) -> type[RubricForm]:
    class FormOfCriteria(RubricForm):
        pass

    FormOfCriteria.count = count
    for place in range(1, count + 1):
        for part, field in _fields(place).items():
            setattr(FormOfCriteria, f"{part}-{place}", field)
    return FormOfCriteria


def opened(newest: Rubric) -> RubricForm:
    """The editor with the version in force."""
    data: dict[str, Any] = {"state": rubrics.state_of(newest)}
    for place, each in enumerate(newest.criteria, 1):
        data |= {f"{part}-{place}": getattr(each, part) for part in PARTS}
    return rubric_form(len(newest.criteria))(newest, data=data)


def sent_form(newest: Rubric, sent: Sent) -> RubricForm:
    """The editor as it was sent, with the change that one of its buttons asks for."""
    rows = [{part: sent.getlist(f"{part}-{place}") for part in PARTS} for place in range(1, _count(sent) + 1)]
    rows = _changed(rows, sent.get("change", ""))
    others = [(name, value) for name, value in sent.items(multi=True) if not _is_of_a_row(name)]
    placed = [
        (f"{part}-{place}", value)
        for place, row in enumerate(rows, 1)
        for part, values in row.items()
        for value in values
    ]
    return rubric_form(len(rows))(newest, formdata=MultiDict(others + placed))


def _changed(rows: Rows, change: str) -> Rows:
    """With a criterion added at the end, moved by one place, or removed; the last one stays."""
    if change == "add":
        empty: dict[str, list[str]] = {part: [] for part in PARTS}
        return [*rows, empty][:MOST_CRITERIA]
    asked = CHANGE.fullmatch(change)
    if asked is None or not 1 <= int(asked[2]) <= len(rows):
        return rows
    place = int(asked[2]) - 1
    if asked[1] == "remove":
        return [row for number, row in enumerate(rows) if number != place or len(rows) == 1]
    other = min(max(place + (-1 if asked[1] == "up" else 1), 0), len(rows) - 1)
    moved = list(rows)
    moved[place], moved[other] = moved[other], moved[place]
    return moved


def _count(sent: Sent) -> int:
    """How many criteria the page had: a whole number in reason, whatever was sent."""
    typed = sent.get("criteria_shown", "")
    count = int(typed) if re.fullmatch(r"\d{1,2}", typed, re.ASCII) else 1
    return min(max(count, 1), MOST_CRITERIA)


def _is_of_a_row(name: str) -> bool:
    return name.rpartition("-")[0] in PARTS


def _fields(place: int) -> Mapping[str, Field]:
    criterion = f"Criterion {place}"

    def anchor(score: int) -> forms.TextField:
        missing = Required(f"Enter what a score of {score} means in criterion {place}")
        return forms.TextField(
            f"{criterion}: what a score of {score} means", [missing], words=ANCHOR_WORDS, rows=2
        )

    return {
        "key": wtforms.HiddenField(),
        "name": forms.LineField(
            f"{criterion}: name", [Required(f"Enter the name of criterion {place}")], limit=LONGEST_NAME
        ),
        "weight": forms.CountField(
            f"{criterion}: weight",
            [Required(f"Enter the weight of criterion {place}, like 20")],
            smallest=1,
            largest=WHOLE,
        ),
        "low": anchor(1),
        "mid": anchor(3),
        "high": anchor(5),
        "cannot_judge": forms.TickField("Reviewers can choose “cannot judge”"),
    }


def _new_key(name: str, used: set[str]) -> str:
    """From the name, in the form that a pack's ids have."""
    base = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:50].strip("-") or "criterion"
    return next(key for key in _numbered(base) if key not in used)


def _numbered(base: str) -> Sequence[str]:
    return [base, *(f"{base}-{number}" for number in range(2, MOST_CRITERIA * 2 + 3))]
