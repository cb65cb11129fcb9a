"""The base of all forms, and our fields, which keep what was typed so that a page with errors shows it."""

from exchange.forms.asked import Required
from exchange.forms.choosing import Choice, ChoosingField, ManyField, OneField, PickField, TickField
from exchange.forms.days import DayField
from exchange.forms.echo import typed_in, typed_in_request
from exchange.forms.files import FilesField
from exchange.forms.form import Form, OnceForm
from exchange.forms.numbers import CountField, MoneyField
from exchange.forms.sheet import SheetForm
from exchange.forms.times import TimeField
from exchange.forms.typed import EmailField, LineField, TextField, UrlField

__all__ = [
    "Choice",
    "ChoosingField",
    "CountField",
    "DayField",
    "EmailField",
    "FilesField",
    "Form",
    "LineField",
    "ManyField",
    "MoneyField",
    "OnceForm",
    "OneField",
    "PickField",
    "Required",
    "SheetForm",
    "TextField",
    "TickField",
    "TimeField",
    "UrlField",
    "typed_in",
    "typed_in_request",
]
