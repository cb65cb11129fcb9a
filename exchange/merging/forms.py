"""What is asked of who merges proposals."""

from __future__ import annotations

from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from exchange import forms
from exchange.forms import Choice, LineField, Required
from exchange.proposals.stand_ins import REFERENCE
from exchange.proposals.unnaming import UnnamingForm
from exchange.region import queries as region

REASON_WORDS = 150
AGREE, REFUSE = "agree", "refuse"


class MergeForm(UnnamingForm):
    told = ("reason",)

    into = LineField(
        "Reference of the proposal in which it continues",
        [Required("Enter the reference of the other proposal")],
        limit=20,
        hint="It stands below the name of each proposal.",
    )
    reason = forms.TextField(
        "Why the two belong together",
        [Required("Enter why the two belong together")],
        words=REASON_WORDS,
        rows=4,
        hint="Both teams read this, and their programme managers.",
    )

    def validate_into(self, field: Field) -> None:
        if not REFERENCE.fullmatch(field.data.upper()):
            raise ValidationError(f"Enter a reference like {region.current().reference_prefix}-2026-0042")


class AnswerMergeForm(forms.OnceForm):
    answer = forms.OneField(
        "Do you agree?",
        [Required("Select whether you agree")],
        choices=[
            Choice(AGREE, "Yes, merge them"),
            Choice(REFUSE, "No, leave them as they are", reveals=("reason",)),
        ],
    )
    reason = forms.TextField(
        "Why you do not agree",
        [Required("Enter why you do not agree")],
        words=REASON_WORDS,
        rows=3,
        hint="Who proposed it and the other champion read this.",
    )


class UndoMergeForm(UnnamingForm):
    told = ("reason",)

    reason = forms.TextField(
        "Why you undo it",
        [Required("Enter why you undo it")],
        words=REASON_WORDS,
        rows=4,
        hint="Both teams read this, and their programme managers.",
    )
