"""What is asked of who decides.

Saved unfinished, a form asks only that what was typed can be kept; released, it asks for everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import wtforms

from exchange import clock, forms
from exchange.decisions import queries, rules
from exchange.decisions.models import Decision
from exchange.decisions.queries import Deciding
from exchange.decisions.rules import DecisionKind
from exchange.spread import conditions
from exchange.wording import moment

LARGEST_TARGET = 100_000
LONGEST_WAIT = timedelta(days=3 * 366)
RELEASE = "release"  # the name of the button that releases


class DecisionForm(forms.OnceForm):
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
        """Whether nothing is to mend; what it lacks stands beside fields that have no other message."""
        self.validate()
        for name, message in lacking.items():
            if not self._fields[name].errors:
                self.add_error(name, message)
        return not self.errors

    def show_stale(self, theirs: Decision | None) -> None:
        """Says what somebody else prepared meanwhile; sent once more, the form replaces it."""
        self.state.data = queries.mark(theirs)
        if theirs is None:
            self.add_error(
                "",
                "What was prepared when you opened this page is gone. What you typed is still here",
            )
            return
        who, when = theirs.prepared_by.name, moment(theirs.prepared_at)
        self.add_error(
            "",
            f"{who} saved “{theirs.label}” on {when}, after you opened this page: see the decision pack. "
            "What you typed is still here: save or release it to replace theirs",
        )


def _reason_against(label: str) -> forms.TextField:
    return forms.TextField(
        label,
        words=200,
        optional=False,
        hint="The record keeps it for the theme’s directors. The champion does not read it.",
    )


def _latest_due() -> date:
    return clock.today() + LONGEST_WAIT


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
    conditions = forms.TextField(
        "Conditions",
        rows=4,
        hint="One on each line. The programme starts when all are met but those that begin with “later:”. "
        "The team and the theme’s staff read them.",
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

    @staticmethod
    def validate_conditions(form: wtforms.Form, field: forms.TextField) -> None:
        if message := conditions.mistake(field.data or ""):
            raise wtforms.ValidationError(message)


class DevelopForm(DecisionForm):
    kind = DecisionKind.DEVELOP

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

    reason_code = forms.OneField("Reason", optional=False)
    feedback = forms.TextField(
        "Feedback for the champion",
        words=500,
        optional=False,
        hint="What was good, what was missing, and what could come of it. The champion’s letter holds it.",
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


FORMS: Mapping[DecisionKind, type[DecisionForm]] = {
    DecisionKind.APPROVE_SPREAD: ApproveSpreadForm,
    DecisionKind.DEVELOP: DevelopForm,
    DecisionKind.DECLINE: DeclineForm,
}


class ReleaseForm(forms.OnceForm):
    """Of several together: `state` marks what the person saw when they were asked."""

    state = wtforms.HiddenField()


def form_for(deciding: Deciding) -> DecisionForm:
    """The form of one decision, filled with what is prepared."""
    form = FORMS[deciding.kind](data={"state": queries.mark(deciding.prepared), **_filled(deciding)})
    if isinstance(form, DeclineForm):
        form.reason_code.choices = list(deciding.decline_reasons.items())
    if not deciding.is_against:
        del form.override_reason
    return form


def _filled(deciding: Deciding) -> dict[str, Any]:
    said = deciding.already_said
    if deciding.kind is DecisionKind.DEVELOP and said.get("due") is None:
        said["due"] = deciding.usual_due
    return said
