"""What is asked of who comments, reports and moderates."""

from __future__ import annotations

from typing import Any

from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from exchange import forms
from exchange.discussion.kinds import ReportReason
from exchange.forms import Choice, Required
from exchange.proposals.unnaming import UnnamingForm

COMMENT_WORDS = 300
REASON_WORDS = 100

REASONS = {
    ReportReason.CONFIDENTIAL: "It tells something confidential, like who a patient is",
    ReportReason.UNKIND: "It is unkind or insulting",
    ReportReason.UNSAFE: "It could lead to harm, like wrong advice about a medicine",
    ReportReason.ADVERTISING: "It is an advertisement",
    ReportReason.OTHER: "Something else",
}


class CommentForm(UnnamingForm):
    whom = ("text",)

    text = forms.TextField("Your comment", [Required("Enter your comment")], words=COMMENT_WORDS, rows=5)

    def __init__(self, *, text: str = "", **more: Any) -> None:
        super().__init__(data={"text": text}, **more)


class ReportForm(forms.OnceForm):
    reason = forms.OneField(
        "What is wrong with it",
        [Required("Select what is wrong with it")],
        choices=[Choice(reason, label) for reason, label in REASONS.items()],
    )
    words = forms.TextField(
        "What the manager should know",
        words=REASON_WORDS,
        rows=3,
        hint="Only the managers of the theme read this, and that it was you who reported it.",
    )

    def validate_words(self, field: Field) -> None:
        if self.reason.data == ReportReason.OTHER and not field.data:
            raise ValidationError("Enter what is wrong with it")


class ModerateForm(UnnamingForm):
    """What a manager can do with a comment as it stands."""

    told = ("why_hidden", "why_restored")

    action = forms.OneField("What happens with it", [Required("Select what happens with it")])
    why_hidden = forms.TextField(
        "Why you hide it",
        [Required("Enter why you hide it")],
        words=REASON_WORDS,
        rows=3,
        hint="Its writer is told, and everybody who comes to its place reads it.",
    )
    note = forms.TextField(
        "Why nothing is wrong with it",
        words=REASON_WORDS,
        rows=3,
        hint="For the record. Neither its writer nor who reported it reads this.",
    )
    why_restored = forms.TextField(
        "Why you show it again", words=REASON_WORDS, rows=3, hint="Its writer is told."
    )

    def __init__(self, *, is_hidden: bool, is_reported: bool, **more: Any) -> None:
        super().__init__(**more)
        hide = Choice("hide", "Hide it", reveals=("why_hidden",))
        dismiss = Choice("dismiss", "Leave it as it is", reveals=("note",))
        restore = Choice("restore", "Show it again", reveals=("why_restored",))
        self.action.choices = [restore] if is_hidden else [hide, *([dismiss] if is_reported else [])]
        offered = {name for choice in self.action.choices for name in choice.reveals}
        for name in ("why_hidden", "note", "why_restored"):
            if name not in offered:
                del self[name]

    @property
    def is_stale(self) -> bool:
        """Whether what was chosen was possible when the page was opened, and is no longer."""
        known = {"hide", "dismiss", "restore"}
        return self.action.data in known - {choice.value for choice in self.action.choices}

    def said(self, name: str) -> str:
        return str(self[name].data or "") if name in self else ""
