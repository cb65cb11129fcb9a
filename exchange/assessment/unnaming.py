"""Forms whose texts a team will read, which must not tell it who reviews its proposal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.fields.core import Field

from exchange import forms
from exchange.assessment.naming import Named, named_in
from exchange.forms import Choice
from exchange.wording import joined


class UnnamingForm(forms.OnceForm):
    """It refuses a reviewer's full name in the fields `told`. A surname alone may be another word, and the fields that say
    `whom` to turn to may name a reviewer for another reason: there it asks whether that is so."""

    told: tuple[str, ...] = ()
    whom: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    asks_about_names = False  # once there is something to ask

    means_nobody = forms.ManyField("Words that are also names of reviewers", optional=False)

    def keep_out(self, names: Iterable[str]) -> None:
        """The names of those who review it, or ever did."""
        self.names = tuple(names)

    @property
    def shown_fields(self) -> list[Field]:
        """The question about names is drawn last, by the layout."""
        return [field for field in super().shown_fields if field is not self.means_nobody]

    def validate(self, extra_validators: Any = None) -> bool:
        ticked = list(self.means_nobody.data)
        self.means_nobody.data = []  # what was ticked before a word was taken out is no mistake
        super().validate(extra_validators)
        found = {field: self._named_in(field) for field in self._read}
        asked = sorted({word for named in found.values() for word in named.surnames})
        self.means_nobody.choices = [
            Choice(word, f"“{word}” does not stand there as a reviewer") for word in asked
        ]
        self.means_nobody.data = [word for word in asked if word in ticked]
        self.asks_about_names = bool(asked)
        for field, named in found.items():
            self._refuse(field, named, ticked)
        return not self.errors

    @property
    def _read(self) -> list[Field]:
        """Those that are sent: what belongs to a choice that was not made is not."""
        return [self._fields[name] for name in (*self.told, *self.whom) if name not in self.concealed]

    def _named_in(self, field: Field) -> Named:
        named = named_in(field.data or "", self.names)
        return Named([], [*named.names, *named.surnames]) if field.short_name in self.whom else named

    def _refuse(self, field: Field, named: Named, ticked: list[str]) -> None:
        label = field.label.text
        if named.names:
            taken = joined([f"“{name}”" for name in named.names])
            message = f"Take {taken} out of “{label}”: the team must not learn who assesses it"
            self.add_error(field.short_name, message)
        if unsure := [f"“{word}”" for word in named.surnames if word not in ticked]:
            what, them = (
                ("is also the name of a reviewer", "it")
                if len(unsure) == 1
                else ("are also names of reviewers", "them")
            )
            self.add_error(
                field.short_name,
                f"{joined(unsure)} {what}: take {them} out of “{label}” where you mean a reviewer, or tick below that you "
                "do not",
            )
