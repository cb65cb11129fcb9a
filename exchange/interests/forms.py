"""The form of one line of a register."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import wtforms

from exchange import clock, forms
from exchange.accounts.forms import AddressField
from exchange.forms import Choice, Required
from exchange.interests import policy
from exchange.region import queries as region

REASON_WORDS = 100


class Kind(StrEnum):
    ORGANISATION = "organisation"
    PERSON = "person"
    OTHER = "other"


def _in_a_year() -> date:
    return clock.today() + policy.YEAR


def _latest() -> date:
    return clock.today() + policy.LONGEST


class InterestForm(forms.OnceForm):
    kind = forms.OneField(
        "What you have an interest in",
        [Required("Select what you have an interest in")],
        choices=[
            Choice(
                Kind.ORGANISATION,
                "An organisation",
                "One that takes part here, or supplies it. You need not add your own employer.",
                reveals=("organisation",),
            ),
            Choice(
                Kind.PERSON, "A person", "A relative, a friend or a business partner.", reveals=("email",)
            ),
            Choice(Kind.OTHER, "Something else", "No rule finds it: say so when a proposal comes up."),
        ],
    )
    organisation = forms.PickField("Which organisation", optional=False)
    email = AddressField("Their e-mail address", optional=False)
    reason = forms.TextField(
        "What the interest is",
        [Required("Enter what the interest is")],
        words=REASON_WORDS,
        rows=3,
        hint="For example, “I am paid to advise them”, or “My sister”. Administrators can read this.",
    )
    until = forms.DayField(
        "Until when",
        [Required("Enter until when")],
        earliest=clock.today,
        latest=_latest,
        default=_in_a_year,
        hint="At most a year from today. We remind you before it ends.",
    )

    def __init__(self) -> None:
        super().__init__()
        self.organisation.choices = [Choice(each.id, each.name) for each in region.organisations()]

    def validate_organisation(self, field: Any) -> None:
        self._asks(Kind.ORGANISATION, field, "Select the organisation")

    def validate_email(self, field: Any) -> None:
        self._asks(Kind.PERSON, field, "Enter their e-mail address")

    def _asks(self, kind: Kind, field: Any, message: str) -> None:
        if self.kind.data == kind and not field.data:
            raise wtforms.ValidationError(message)
