"""What is asked of who asks to adopt, writes in the conversation, or says what comes of it."""

from __future__ import annotations

from exchange import forms
from exchange.adoption.steps import MEANING, Step
from exchange.asks import rules
from exchange.asks.models import Outcome
from exchange.proposals.unnaming import UnnamingForm
from exchange.wording import in_words

MESSAGE_WORDS = 300
NOTE_WORDS = 150
AS_IT_IS = "as-it-is"


class AskForm(forms.OnceForm):
    message = forms.TextField(
        "What you have in mind",
        [forms.Required("Enter what you have in mind")],
        words=MESSAGE_WORDS,
        rows=7,
        hint="Where you would use it, from when, and what you want to know first.",
    )


class MessageForm(UnnamingForm):
    whom = ("text",)

    text = forms.TextField(
        "Your message",
        [forms.Required("Enter your message")],
        words=MESSAGE_WORDS,
        rows=5,
        hint="Everybody who takes part reads it. It stays with the programme.",
    )


class SettleForm(UnnamingForm):
    whom = ("agreed", "reason")

    outcome = forms.OneField(
        "What comes of it",
        [forms.Required("Select what comes of it")],
        choices=(
            forms.Choice(Outcome.GOES_AHEAD, "It goes ahead", reveals=("step", "agreed")),
            forms.Choice(Outcome.NOT_NOW, "Not now", reveals=("reason",)),
        ),
    )
    step = forms.OneField(
        "Where the organisation stands from today",
        [forms.Required("Select where the organisation stands from today")],
    )
    agreed = forms.TextField(
        "What you agreed", words=NOTE_WORDS, rows=4, hint="Those who take part read this."
    )
    reason = forms.TextField(
        "Why not now",
        [forms.Required("Enter why not now, and what would change it")],
        words=NOTE_WORDS,
        rows=4,
        hint="Those who take part read this. Say what would change it.",
    )

    def __init__(self, now: Step | None, *, can_go_ahead: bool = True) -> None:
        super().__init__()
        if not can_go_ahead:
            self.outcome.choices = [each for each in self.outcome.choices if each.value != Outcome.GOES_AHEAD]
            del self.step, self.agreed
            return
        stay = (
            [forms.Choice(AS_IT_IS, f"It stays at “{in_words(now)}”")] if now and rules.can_stay(now) else []
        )
        further = [forms.Choice(step, in_words(step), hint=MEANING[step]) for step in rules.first_steps(now)]
        self.step.choices = [*stay, *further]

    @property
    def goes_ahead(self) -> bool:
        return bool(self.outcome.data == Outcome.GOES_AHEAD)

    @property
    def chosen_step(self) -> Step | None:
        return None if self.step.data == AS_IT_IS else Step(self.step.data)


class TakeBackForm(forms.OnceForm):
    reason = forms.TextField("Why", words=NOTE_WORDS, rows=4, hint="Those who take part read this.")
