"""Fields to choose in: radios, checkboxes, lists, one box to tick."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import wtforms
from wtforms.validators import StopValidation

from exchange.forms.asked import AskedField

UNTICKED = frozenset({"", "0", "false", "no", "off", "n"})


@dataclass(frozen=True)
class Choice:
    """One of several. `reveals` names fields of the form that are drawn beneath it; one that stands `alone`
    excludes the others; `divider` is a word drawn above it, like "or".
    """

    value: str
    label: str
    hint: str = ""
    reveals: tuple[str, ...] = ()
    alone: bool = False
    divider: str = ""


class ChoosingField(AskedField):
    """Something to choose. `choices` may be set after the form is made: Choice, or (value, label)."""

    def __init__(
        self,
        label: str,
        validators: Any = None,
        *,
        choices: Iterable[Choice | tuple[str, str]] = (),
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **more)
        self.choices = choices

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self._choices

    @choices.setter
    def choices(self, choices: Iterable[Choice | tuple[str, str]]) -> None:
        self._choices = tuple(choice if isinstance(choice, Choice) else Choice(*choice) for choice in choices)

    def has(self, choice: Choice) -> bool:
        raise NotImplementedError

    def unknown_message(self) -> str:
        return f"Select from the list for “{self.label_text}”"


class OneField(ChoosingField):
    """Radios. With `row=True` they stand side by side on a wide screen, like scores."""

    def __init__(self, label: str, validators: Any = None, *, row: bool = False, **more: Any) -> None:
        super().__init__(label, validators, **more)
        self.row = row

    def has(self, choice: Choice) -> bool:
        return bool(self.data == choice.value)

    def process_data(self, value: Any) -> None:
        self.data = None if value is None or value == "" else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = valuelist[0] or None

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        super().pre_validate(form)
        if self.data is not None and not any(map(self.has, self.choices)):
            raise StopValidation(self.unknown_message())


class PickField(OneField):
    """A drop-down list, for more choices than radios can show. `empty` is the text of no choice."""

    def __init__(self, label: str, validators: Any = None, *, empty: str = "Select one", **more: Any) -> None:
        super().__init__(label, validators, **more)
        self.empty = empty


class ManyField(ChoosingField):
    """Checkboxes. The value is a list in the order of the choices."""

    def has(self, choice: Choice) -> bool:
        return choice.value in (self.data or ())

    def process_data(self, value: Any) -> None:
        self.data = [str(one) for one in value or ()]

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [value for value in dict.fromkeys(valuelist) if value]

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        super().pre_validate(form)
        chosen = [choice for choice in self.choices if self.has(choice)]
        if len(chosen) < len(self.data):
            raise StopValidation(self.unknown_message())
        alone = next((choice for choice in chosen if choice.alone), None)
        if alone and len(chosen) > 1:
            raise StopValidation(f"Select “{alone.label}” on its own, or the ones that apply")
        self.data = [choice.value for choice in chosen]


class TickField(AskedField):
    """One box to tick; its label is the statement agreed to."""

    def process_data(self, value: Any) -> None:
        self.data = bool(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = bool(valuelist) and str(valuelist[-1]).strip().lower() not in UNTICKED
