"""The base of all forms."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

import wtforms
from flask import g, request
from wtforms.fields.core import Field

from exchange.forms.choosing import Choice, ChoosingField
from exchange.forms.files import FilesField
from exchange.forms.typed import TextField

AS_SENT: Any = object()
SENDING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Form(wtforms.Form):
    """A form of one page. CSRF is checked before any form is made, so forms have no token of their own."""

    def __init__(self, formdata: Any = AS_SENT, **more: Any) -> None:
        if formdata is AS_SENT:
            formdata = request.form if self.is_submitted() else None
            if self.is_submitted():
                g.sent_form = self  # a refusal gives back what was typed: see exchange/forms/echo.py
        super().__init__(formdata, **more)

    def is_submitted(self) -> bool:
        return bool(request) and request.method in SENDING

    @property
    def status_code(self) -> int:
        """Of the page that draws it: one that draws it again, after it was sent, has something to mend."""
        return 422 if self.is_submitted() else 200

    def validate_on_submit(self) -> bool:
        """Whether it was sent and nothing is to mend."""
        return self.is_submitted() and self.validate()

    def add_error(self, name: str, message: str) -> None:
        """Puts a message that only a service could know beside its field; without a name, at the top."""
        if name:
            field = self._fields[name]
            field.errors = [*field.errors, message]
        else:
            self.form_errors.append(message)

    @property
    def revealed(self) -> frozenset[str]:
        """Fields that are drawn inside a choice of another field."""
        return frozenset(name for choice in self._choices() for name in choice[1].reveals)

    @property
    def concealed(self) -> frozenset[str]:
        """Fields whose revealing choice is not chosen: nobody asks for them."""
        return self.revealed - {
            name for field, choice in self._choices() if field.has(choice) for name in choice.reveals
        }

    @property
    def shown_fields(self) -> list[Field]:
        """What a page draws, in order; the revealed ones are drawn by their choices."""
        return [field for name, field in self._fields.items() if name not in self.revealed]

    @property
    def has_files(self) -> bool:
        return any(isinstance(field, FilesField) for field in self)

    @property
    def has_texts(self) -> bool:
        """Whether leaving the page could lose more than a moment's typing."""
        return any(isinstance(field, TextField) for field in self)

    def _choices(self) -> list[tuple[ChoosingField, Choice]]:
        return [
            (field, choice) for field in self if isinstance(field, ChoosingField) for choice in field.choices
        ]


class OnceForm(Form):
    """A form that acts, and acts once however often it is sent: see `exchange.once`. On its own it asks only whether to go on."""

    once = wtforms.HiddenField(default=partial(secrets.token_urlsafe, 12))
