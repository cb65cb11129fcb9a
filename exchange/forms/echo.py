"""What was sent with the request at hand, in words, to be given back where it cannot be saved."""

from __future__ import annotations

import wtforms
from flask import g, request
from wtforms.fields.core import Field

from exchange.forms.choosing import ChoosingField
from exchange.forms.days import DayField
from exchange.forms.typed import TypedField
from exchange.plain_text import show_unsavable

SHORTEST_TEXT = 20  # without a form to tell, anything shorter is a choice or a mark
NEVER_SHOWN = ("csrf_token", "password")


def typed_in(form: wtforms.Form) -> list[tuple[str, str]]:
    """Everything that was filled in, by label."""
    filled = [
        (str(field.label.text), _shown(field)) for field in form if not isinstance(field, wtforms.HiddenField)
    ]
    return [(label, text) for label, text in filled if text]


def typed_in_request() -> list[tuple[str, str]]:
    """Everything that was typed: by the labels of the form that took it, or by name where the refusal came before the form."""
    if request.method != "POST":
        return []
    if "sent_form" in g:
        return typed_in(g.sent_form)
    return [
        (name.replace("-", " ").replace("_", " ").capitalize(), show_unsavable(text))
        for name, text in request.form.items(multi=True)
        if (len(text) > SHORTEST_TEXT or " " in text) and not any(part in name for part in NEVER_SHOWN)
    ]


def _shown(field: Field) -> str:
    """A filled-in field in words."""
    if isinstance(field, ChoosingField):
        return ", ".join(choice.label for choice in field.choices if field.has(choice))
    if isinstance(field, DayField):
        return " ".join(part for part in field.typed.values() if part)
    return field._value() if isinstance(field, TypedField) else ""
