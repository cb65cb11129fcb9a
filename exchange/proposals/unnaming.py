"""Forms whose texts a team will read, which must not tell it who reviews its proposal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from wtforms.fields.core import Field

from exchange import forms
from exchange.forms import Choice
from exchange.proposals.models import Proposal
from exchange.proposals.naming import Named, named_in
from exchange.proposals.policy import Seen
from exchange.sheets import numbered
from exchange.wording import joined


def names_of_reviewers(proposal: Proposal) -> Sequence[str]:
    """Of everyone who was ever on one of its panels, as the feature above knows that has panels."""
    names: Sequence[str] = current_app.extensions["names_of_reviewers"](proposal)
    return names


@dataclass(frozen=True)
class Sent:
    """A text that the team will read. `field` is where its messages stand, "" for the top; with `may_name` a name is only
    asked about."""

    field: str
    label: str
    text: str
    may_name: bool = False


class UnnamingForm(forms.OnceForm):
    """It refuses a reviewer's full name in the fields `told`. A surname alone may be another word, and the fields that say
    `whom` to turn to may name a reviewer for another reason: there it asks whether that is so."""

    told: tuple[str, ...] = ()
    whom: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    asks_about_names = False  # once there is something to ask

    means_nobody = forms.ManyField("Words that are also names of reviewers", optional=False)

    def keep_out(self, names: Iterable[str], *, allowed: Iterable[str] = ()) -> None:
        """The names of those who review it, or ever did. Passages that are `allowed` were asked about before: they may stand
        as they are, and whom they name is asked about elsewhere, not refused."""
        self.names = tuple(names)
        self.allowed = tuple(passage for passage in map(_one_kind_of_lines, allowed) if passage)

    @property
    def shown_fields(self) -> list[Field]:
        """The question about names is drawn last, by the layout."""
        return [field for field in super().shown_fields if field is not self.means_nobody]

    def validate(self, extra_validators: Any = None) -> bool:
        ticked = list(self.means_nobody.data)
        self.means_nobody.data = []  # what was ticked before a word was taken out is no mistake
        super().validate(extra_validators)
        found = [(sent, self._named_in(sent)) for sent in self.sent]
        self._ask({word for _, named in found for word in named.surnames}, ticked)
        for sent, named in found:
            self._refuse(sent, named, ticked)
        return not self.errors

    def carry_ticks(self) -> None:
        """For a page that is drawn again before anything is validated."""
        ticked = list(self.means_nobody.data)
        asked = {word for sent in self.sent for word in self._named_in(sent).surnames}
        self._ask(asked.intersection(ticked), ticked)

    @property
    def sent(self) -> list[Sent]:
        """What belongs to a choice that was not made is not, nor what this page does not ask."""
        return [
            Sent(name, self._fields[name].label.text, self._fields[name].data or "", may_name)
            for names, may_name in ((self.told, False), (self.whom, True))
            for name in names
            if name in self._fields and name not in self.concealed
        ]

    def _ask(self, words: Iterable[str], ticked: Sequence[str]) -> None:
        asked = sorted(words)
        self.means_nobody.choices = [
            Choice(word, f"“{word}” does not stand there as a reviewer") for word in asked
        ]
        self.means_nobody.data = [word for word in asked if word in ticked]
        self.asks_about_names = bool(asked)

    def _named_in(self, sent: Sent) -> Named:
        text = _one_kind_of_lines(sent.text)
        for passage in self.allowed:
            text = text.replace(passage, "\n")
        named = named_in(text, self.names)
        known = named.names if sent.may_name else named_in("\n".join(self.allowed), self.names).names
        return Named(
            [name for name in named.names if name not in known],
            [*(name for name in named.names if name in known), *named.surnames],
        )

    def _refuse(self, sent: Sent, named: Named, ticked: Sequence[str]) -> None:
        if named.names:
            taken = joined([f"“{name}”" for name in named.names])
            message = f"Take {taken} out of “{sent.label}”: the team must not learn who assesses it"
            self.add_error(sent.field, message)
        if unsure := [f"“{word}”" for word in named.surnames if word not in ticked]:
            what, them = (
                ("is also the name of a reviewer", "it")
                if len(unsure) == 1
                else ("are also names of reviewers", "them")
            )
            self.add_error(
                sent.field,
                f"{joined(unsure)} {what}: take {them} out of “{sent.label}” where you mean a reviewer, or tick below that you "
                "do not",
            )


class UnnamingSheetForm(forms.SheetForm, UnnamingForm):
    """Of rows whose fourth cell is a reason. Only the reasons are looked through: organisations have names too."""

    @property
    def sent(self) -> list[Sent]:
        rows = numbered(self.rows.data or "", "Organisation")
        reasons = "\n".join(cell for _, cells in rows for cell in cells[3:])
        return [Sent("rows", "the reasons", reasons, may_name=True)]


def keep_reviewers_out(form: UnnamingForm, seen: Seen) -> None:
    """Of what the lead theme's staff write. To anybody else the refusal itself would tell who reviewed it."""
    if form.is_submitted() and seen.standing.is_staff:
        form.keep_out(names_of_reviewers(seen.proposal))


def _one_kind_of_lines(text: str) -> str:
    return text.replace("\r\n", "\n")
