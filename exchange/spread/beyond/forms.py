"""What is asked of who offers a programme, and of who answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import wtforms

from exchange import clock, forms
from exchange.proposals.unnaming import UnnamingForm
from exchange.spread.beyond import rules
from exchange.spread.beyond.models import Answer, Offer
from exchange.spread.beyond.services import Said
from exchange.spread.services import make_slug
from exchange.wording import in_words

ADDRESS = "contact-"  # and the name of the network


def _message(**more: Any) -> forms.TextField:
    return forms.TextField(
        "Your message",
        [forms.Required("Enter a message, so that they know why you write")],
        words=200,
        hint="In plain words: why you think of them, and whom they can ask. The e-mail tells what the programme is by itself.",
        **more,
    )


def _contact(label: str, message: str) -> forms.EmailField:
    return forms.EmailField(label, [forms.Required(message)], hint="Only the staff of the lead theme see it.")


class OfferForm(UnnamingForm):
    """`offer_form` adds an address for each network."""

    whom = ("message",)

    networks = forms.ManyField("Which networks", [forms.Required("Select at least one network")])
    message = _message()

    @property
    def contacts(self) -> dict[str, str]:
        """The address for each network that was chosen, by its name."""
        addresses = {
            choice.value: self[name].data for choice in self.networks.choices for name in choice.reveals
        }
        return {network: addresses[network] for network in self.networks.data}


def offer_form(networks: Sequence[str], known: Mapping[str, str]) -> OfferForm:
    """`known` are addresses by which networks were reached before."""
    # By name and not by place: which networks are left may change before the form is sent.
    names = {network: ADDRESS + make_slug(network) for network in networks}
    fields = {
        name: _contact(f"E-mail address of {network}", f"Enter an e-mail address for {network}")
        for network, name in names.items()
    }
    made = type(
        "OfferFormOfNetworks", (OfferForm,), {**fields, "message": _message()}
    )  # last, as it is drawn
    form = cast(OfferForm, made(data={names[network]: contact for network, contact in known.items()}))
    form.networks.choices = [
        forms.Choice(network, network, reveals=(name,)) for network, name in names.items()
    ]
    return form


class AgainForm(UnnamingForm):
    whom = ("message",)

    contact = _contact("E-mail address", "Enter an e-mail address")
    message = _message()


class AnswerForm(UnnamingForm):
    """What a network answers: asked of itself, or of one of the staff who heard it."""

    whom = ("question", "reason")

    answer = forms.OneField("Your answer", [forms.Required("Select an answer")])
    question = forms.TextField("What you would like to know", words=200)
    organisations = forms.TextField(
        "Where it is used",
        [forms.Required("Enter at least one organisation that uses it")],
        hint="The name of one organisation a line. Everyone will be able to read this.",
        rows=4,
    )
    since = forms.DayField(
        "Since when",
        [forms.Required("Enter the day since when it is used")],
        latest=clock.today,
        hint="For example, 27 3 2026. The first of the month will do.",
    )
    reason = forms.TextField(
        "Why not now",
        [forms.Required("Enter why not now, so that we know when to ask again")],
        words=200,
    )
    was = wtforms.HiddenField()

    def __init__(self, offer: Offer, *, by_staff: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.offer = offer
        if by_staff:
            self.answer.label.text = "Their answer"
            self.question.label.text = "What they would like to know"
        uses = "They use it" if by_staff else "We use it"
        self.answer.choices = [
            forms.Choice(Answer.INTERESTED, "Interested", reveals=("question",)),
            forms.Choice(Answer.TAKEN_UP, uses, reveals=("organisations", "since")),
            forms.Choice(Answer.NOT_NOW, in_words(Answer.NOT_NOW), reveals=("reason",)),
        ]
        if not self.is_submitted():
            self.show_as_it_is()

    def show_as_it_is(self) -> None:
        offer = self.offer
        self.was.data = offer.mark
        self.answer.data = offer.answer
        self.organisations.data = "\n".join(offer.organisations)
        self.since.process(None, offer.since)
        self.question.data = offer.said if offer.answer is Answer.INTERESTED else ""
        self.reason.data = offer.said if offer.answer is Answer.NOT_NOW else ""

    @property
    def expected(self) -> str:
        """The mark of the answer that the page showed."""
        return self.was.data or ""

    @property
    def is_stale(self) -> bool:
        """Whether another answer was kept since the page was opened."""
        return self.expected != self.offer.mark

    def keep_typed(self) -> None:
        """What was typed stays, for somebody who has seen the answer that was kept meanwhile."""
        self.was.data = self.offer.mark

    @property
    def said(self) -> Said:
        match answer := Answer(self.answer.data):
            case Answer.INTERESTED:
                return Said(answer, self.question.data or "")
            case Answer.NOT_NOW:
                return Said(answer, self.reason.data)
        return Said(answer, "", rules.named(self.organisations.data), self.since.data)

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        is_used = self.answer.data == Answer.TAKEN_UP and not self.organisations.errors
        if is_used and (wrong := rules.wrong_with(rules.named(self.organisations.data or ""))):
            self.add_error("organisations", wrong)
            return False
        return sound


class FilterForm(forms.Form):
    answer = forms.PickField(
        "What came of it",
        empty="All offers",
        optional=False,
        choices=[
            ("none", "No answer yet"),
            (Answer.INTERESTED, "Interested"),
            (Answer.TAKEN_UP, "They use it"),
            (Answer.NOT_NOW, "Not now"),
        ],
    )

    @property
    def chosen(self) -> str:
        return str(self.answer.data) if any(map(self.answer.has, self.answer.choices)) else ""
