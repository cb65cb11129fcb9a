"""What each of our fields has, and the one thing that most are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import wtforms
from wtforms.fields.core import Field
from wtforms.validators import StopValidation


class Required:
    """Something must be given; 0 is something. The message says what to do: "Enter the summary"."""

    field_flags: Mapping[str, Any] = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: wtforms.Form, field: Field) -> None:
        if field.short_name in getattr(form, "concealed", ()):
            return
        if field.data is None or field.data is False or field.data in ("", []):
            raise StopValidation(self.message)


class AskedField(Field):
    """What each of our fields has: a hint, and whether its label says "(optional)": when it is not required,
    unless `optional` says otherwise.
    """

    def __init__(
        self, label: str, validators: Any = None, *, hint: str = "", optional: bool | None = None, **more: Any
    ) -> None:
        super().__init__(label, validators, description=hint, **more)
        self.optional = not self.flags.required if optional is None else optional

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        if self.process_errors:
            raise StopValidation()  # one message is enough

    @property
    def label_text(self) -> str:
        return str(self.label.text)
