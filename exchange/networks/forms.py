"""What is asked of who announces something."""

from __future__ import annotations

from exchange import forms
from exchange.forms import Required

LONGEST_TITLE = 120
TEXT_WORDS, REASON_WORDS = 300, 100


class AnnounceForm(forms.OnceForm):
    title = forms.LineField("Title", [Required("Enter a title")], limit=LONGEST_TITLE)
    text = forms.TextField(
        "What you announce",
        [Required("Enter what you announce")],
        words=TEXT_WORDS,
        rows=8,
        hint="Members of the network get it by e-mail, and every member of the exchange can read it.",
    )


class TakeDownForm(forms.OnceForm):
    reason = forms.TextField(
        "Why you take it down",
        [Required("Enter why you take it down")],
        words=REASON_WORDS,
        rows=3,
        hint="It is kept with the network’s history.",
    )
