"""What is asked of who decides.

Saved unfinished, a form asks only that what was typed can be kept; released, it asks for everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import wtforms
from flask import request

from exchange import clock, forms
from exchange.assessment.queries import names_of_reviewers
from exchange.decisions import queries, rules
from exchange.decisions.models import Decision
from exchange.decisions.queries import Deciding
from exchange.decisions.rules import DecisionKind
from exchange.forms import Choice, Required
from exchange.proposals.unnaming import Sent, UnnamingForm
from exchange.spread import conditions
from exchange.spread.forms import LARGEST_TARGET
from exchange.wording import moment

LONGEST_WAIT = timedelta(days=3 * 366)
LONGEST_CONDITION = timedelta(days=10 * 366)
USUAL_WAIT = timedelta(days=182)  # for a condition of which nobody says by when
RELEASE = "release"  # the name of the button that releases
ADD, WRITE_AGAIN = (
    "add",
    "write_again",
)  # of those that ask for one more condition, and for the letter as it was
BLOCKS, LATER = "blocks", "later"
CONDITION_FIELD = re.compile(r"condition-(\d+)-(\w+)")


class DecisionForm(UnnamingForm):
    """`state` marks the prepared decision that the form was opened on.

    Pressing Enter in a field saves, as that is the first button.
    """

    kind: DecisionKind
    override_reason: forms.TextField

    state = wtforms.HiddenField()

    @property
    def said(self) -> dict[str, Any]:
        """What was typed, as the decision keeps it."""
        names = [name for name in rules.FIELDS[self.kind] if name in self._fields]
        return {name: self._fields[name].data for name in names}

    def validate_and_ask(self, lacking: Mapping[str, str]) -> bool:
        """Whether nothing is to mend; what it lacks stands beside fields that have no other message, or at the top."""
        self.validate()
        for name, message in lacking.items():
            field = self._fields.get(self._name_of(name))
            if field is None:
                self.add_error("", message)
            elif not field.errors:
                self.add_error(field.short_name, message)
        return not self.errors

    def _name_of(self, lacking: str) -> str:
        """The field that is to be filled."""
        return lacking


def _reason_against(label: str) -> forms.TextField:
    return forms.TextField(
        label,
        words=200,
        optional=False,
        hint="The record keeps it for the theme’s directors. The champion does not read it.",
    )


def _latest_due() -> date:
    return clock.today() + LONGEST_WAIT


def _latest_condition() -> date:
    return clock.today() + LONGEST_CONDITION


@dataclass(frozen=True)
class ConditionRow:
    """The fields of one condition."""

    number: int
    text: Any
    owner: Any
    due: Any
    evidence: Any
    starts: Any

    @property
    def is_filled(self) -> bool:
        """Whether anything was entered; that it blocks is where everyone starts from."""
        typed = (*self.due.typed.values(), *(each.data for each in (self.text, self.owner, self.evidence)))
        return any(typed)

    @property
    def fields(self) -> list[Any]:
        return [self.text, self.owner, self.due, self.evidence, self.starts]


class ApproveSpreadForm(DecisionForm):
    kind = DecisionKind.APPROVE_SPREAD

    statement = forms.TextField(
        "Why you approve it",
        words=300,
        optional=False,
        hint="Everyone can read this on the programme’s page, with your name.",
    )
    adoption_target = forms.CountField(
        "Adoption target",
        smallest=1,
        largest=LARGEST_TARGET,
        optional=False,
        message="Enter the adoption target as a whole number, like 12",
        hint="How many organisations of the region should adopt it, like 12. Everyone can read this.",
    )
    investment = forms.MoneyField(
        "Investment from the network",
        optional=False,
        message="Enter the investment in whole pounds, like 45,000, or 0",
    )
    approving_body = forms.LineField(
        "Approving body", optional=False, limit=200, hint="For example, the Network Board."
    )
    approved_on = forms.DayField(
        "Date of approval", optional=False, latest=clock.today, hint="For example, 27 3 2026."
    )
    minute_reference = forms.LineField(
        "Minute reference", optional=False, limit=100, hint="For example, 26/114."
    )
    override_reason = _reason_against("Why you approve it against the panel")

    rows = 0  # for conditions: the class that `form_for` makes has fields for so many

    @property
    def said(self) -> dict[str, Any]:
        asked = [
            conditions.Asked(
                row.text.data,
                row.starts.data != LATER,
                row.owner.data or "",
                row.due.data,
                row.evidence.data or "",
            )
            for row in self._filled_rows
        ]
        return {**super().said, "conditions": asked + _asked_in_lines()}

    @property
    def sent(self) -> list[Sent]:
        lines = "\n".join(each.text for each in _asked_in_lines())
        return [*super().sent, Sent("", "Conditions", lines)]

    @property
    def conditions(self) -> list[ConditionRow]:
        return [
            ConditionRow(number, *(self._fields[f"condition-{number}-{name}"] for name in CONDITION))
            for number in range(1, self.rows + 1)
        ]

    @property
    def can_add(self) -> bool:
        return self.rows < conditions.MOST

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for row in self.conditions:
            if row.is_filled and not row.text.data and not row.text.errors:
                self.add_error(
                    row.text.short_name, f"Enter condition {row.number}, or empty its other fields"
                )
        return not self.errors

    @property
    def _filled_rows(self) -> list[ConditionRow]:
        return [row for row in self.conditions if row.text.data]

    def _name_of(self, lacking: str) -> str:
        """Empty rows between conditions do not count in what is lacking."""
        found = CONDITION_FIELD.fullmatch(lacking)
        return f"condition-{self._filled_rows[int(found[1]) - 1].number}-{found[2]}" if found else lacking


class DevelopForm(DecisionForm):
    kind = DecisionKind.DEVELOP
    told, whom = ("must_show",), ("talk_to",)

    must_show = forms.TextField(
        "What must be shown",
        words=300,
        optional=False,
        hint="What would let you approve it. The champion reads this.",
    )
    talk_to = forms.TextField(
        "Whom to talk to",
        words=150,
        optional=False,
        hint="People or teams who can help. The champion reads this.",
    )
    due = forms.DayField(
        "Submit it again by",
        optional=False,
        latest=_latest_due,
        hint="After this date the programme manager may close it.",
    )
    override_reason = _reason_against("Why you do not approve it, against the panel")


class DeclineForm(DecisionForm):
    kind = DecisionKind.DECLINE
    told = ("feedback", "would_change")

    reason_code = forms.OneField("Reason", optional=False)
    feedback = forms.TextField(
        "Feedback for the champion",
        words=500,
        optional=False,
        hint="What was good, and what was missing. The champion’s letter holds it.",
    )
    would_change = forms.TextField(
        "What would change this decision",
        words=200,
        optional=False,
        hint="What the team could show or do, for this or another proposal. The champion’s letter holds it.",
    )
    override_reason = _reason_against("Why you do not approve it, against the panel")


class ReferBackForm(forms.OnceForm):
    questions = forms.TextField(
        "What the panel must answer",
        [forms.Required("Enter what the panel must answer")],
        words=300,
        rows=8,
        hint="The reviewers and the theme’s staff read this. The team does not.",
    )


CONDITION: Mapping[str, Callable[[], Any]] = {
    "text": lambda: forms.TextField("What must be met", words=80, rows=2, optional=False),
    "owner": lambda: forms.LineField(
        "Who sees to it", limit=200, optional=False, hint="A person, team or organisation."
    ),
    "due": lambda: forms.DayField("By when", optional=False, latest=_latest_condition),
    "evidence": lambda: forms.TextField(
        "What will show that it is met",
        words=60,
        rows=2,
        optional=False,
        hint="For example, “The signed agreement”.",
    ),
    "starts": lambda: forms.OneField(
        "Does the programme wait for it?",
        choices=[
            Choice(BLOCKS, "Yes, it starts when this is met"),
            Choice(LATER, "No, it can run before this is met"),
        ],
        default=BLOCKS,
        optional=False,
    ),
}

FORMS: Mapping[DecisionKind, type[DecisionForm]] = {
    DecisionKind.APPROVE_SPREAD: ApproveSpreadForm,
    DecisionKind.DEVELOP: DevelopForm,
    DecisionKind.DECLINE: DeclineForm,
}


def show_stale(form: DecisionForm | EditLetterForm, theirs: Decision | None) -> None:
    """Says what somebody else prepared meanwhile; sent once more, the form replaces it."""
    form.state.data = queries.mark(theirs)
    if theirs is None:
        form.add_error(
            "",
            "What was prepared when you opened this page is gone. What you typed is still here",
        )
        return
    who, when = theirs.prepared_by.name, moment(theirs.prepared_at)
    form.add_error(
        "",
        f"{who} saved “{theirs.label}” on {when}, after you opened this page: see the decision pack. "
        "What you typed is still here: save or release it to replace theirs",
    )


class ReleaseForm(forms.OnceForm):
    """Of several together: `state` marks what the person saw when they were asked."""

    state = wtforms.HiddenField()


class EditLetterForm(UnnamingForm):
    told = ("text",)

    text = forms.TextField(
        "What the letter says",
        [Required("Enter what the letter says, or have the exchange write it again")],
        words=1_500,
        rows=24,
        hint="Leave an empty line between paragraphs, and around each heading.",
    )

    state = wtforms.HiddenField()


def empty_form(kind: DecisionKind) -> DecisionForm:
    """To take what was sent, before anything is known of the proposal."""
    return _class_for(kind, _rows_sent())()


def form_for(deciding: Deciding) -> DecisionForm:
    """The form of one decision, filled with what is prepared. It has a row for one more condition than were kept."""
    filled = _filled(deciding)
    rows = _rows_sent() or len(filled.pop("conditions", [])) + 1
    form = _class_for(deciding.kind, rows)(data={"state": queries.mark(deciding.prepared), **filled})
    form.keep_out(names_of_reviewers(deciding.seen.proposal))
    if isinstance(form, DeclineForm):
        form.reason_code.choices = list(deciding.decline_reasons.items())
    if not deciding.is_against:
        del form.override_reason
    return form


def _asked_in_lines() -> list[conditions.Asked]:
    """Conditions as scripts send them, one a line in `conditions`, which no page of ours does. The champion sees to them."""
    lines = request.form.get("conditions", "").splitlines() if request.method == "POST" else []
    return conditions.parse(lines, due=clock.today() + USUAL_WAIT)[: conditions.MOST]


def _rows_sent() -> int:
    """How many conditions the form at hand has, and one more where that was asked for."""
    if request.method != "POST":
        return 0
    sent = [number for number in range(1, conditions.MOST + 1) if f"condition-{number}-text" in request.form]
    more = ADD in request.form
    return min(max(sent, default=0) + more, conditions.MOST)


def _class_for(kind: DecisionKind, rows: int) -> type[DecisionForm]:
    if kind is not DecisionKind.APPROVE_SPREAD:
        return FORMS[kind]
    fields = {
        f"condition-{number}-{name}": make()
        for number in range(1, rows + 1)
        for name, make in CONDITION.items()
    }
    ours = (name for name in fields if name.endswith(("-text", "-evidence")))
    told = ("statement", "approving_body", "minute_reference", *ours)
    whom = tuple(name for name in fields if name.endswith("-owner"))
    made = {"rows": rows, "told": told, "whom": whom, **fields}
    return type("ApproveSpreadFormOfRows", (ApproveSpreadForm,), made)


def _filled(deciding: Deciding) -> dict[str, Any]:
    said = deciding.already_said
    for number, asked in enumerate(said.get("conditions", []), 1):
        given = {**vars(asked), "starts": BLOCKS if asked.is_blocking else LATER}
        said |= {f"condition-{number}-{name}": given[name] for name in CONDITION}
    if deciding.kind is DecisionKind.DEVELOP and said.get("due") is None:
        said["due"] = deciding.usual_due
    return said
