"""The forms of questions to the team, and of a panel's discussion."""

from __future__ import annotations

from collections.abc import Iterable

from exchange import forms
from exchange.assessment.forms import REASON_WORDS
from exchange.forms import Choice, Required
from exchange.proposals.unnaming import UnnamingForm

QUESTION_WORDS = 150
ANSWER_WORDS = 300
MESSAGE_WORDS = 300


class AskForm(forms.OnceForm):
    question = forms.TextField(
        "Your question",
        [Required("Enter your question")],
        words=QUESTION_WORDS,
        rows=5,
        hint="About the proposal, for example “How many wards took part?”",
    )


class SettleForm(UnnamingForm):
    told = ("put_as",)

    settled = forms.OneField(
        "What happens with it",
        [Required("Select what happens with it")],
        choices=(
            Choice("put", "Pass it on to the team", reveals=("put_as",)),
            Choice("decline", "Do not pass it on", reveals=("reason",)),
        ),
    )
    put_as = forms.TextField(
        "The question, as the team reads it",
        [Required("Enter the question")],
        words=QUESTION_WORDS,
        rows=5,
        hint="Change its words where they would tell the team who asks, or what a reviewer thinks.",
    )
    reason = forms.TextField(
        "Why you do not pass it on",
        [Required("Enter why you do not pass it on")],
        words=REASON_WORDS,
        rows=4,
        hint="The panel reads this. The team does not.",
    )

    def __init__(self, text: str, names: Iterable[str]) -> None:
        super().__init__(data={"put_as": text})
        self.keep_out(names)

    @property
    def is_passed_on(self) -> bool:
        return bool(self.settled.data == "put")


class AnswerForm(forms.OnceForm):
    answer = forms.TextField(
        "Your answer",
        [Required("Enter your answer")],
        words=ANSWER_WORDS,
        rows=8,
        hint="The panel and the staff of the lead theme read it, and the director when deciding. "
        "It stays on the record, and cannot be changed later.",
    )


class MessageForm(forms.OnceForm):
    text = forms.TextField("Your message", [Required("Enter your message")], words=MESSAGE_WORDS, rows=5)
