"""How each kind of field is drawn: which component of the design system, with which parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import wtforms
from markupsafe import Markup
from wtforms.fields.core import Field

from exchange import forms

Face = tuple[str, dict[str, Any]]


def face(field: Field, options: Mapping[str, Any]) -> Face:
    """The component and its parameters; no component for what the layout draws. Where a choice reveals
    fields, its item holds them under `reveals`, for whoever draws it.
    """
    return next(draw for kind, draw in FACES if isinstance(field, kind))(field, options)


def content(value: Any) -> dict[str, Any]:
    """As components take it: markup as it is, anything else as text."""
    return {"html": value} if isinstance(value, Markup) else {"text": str(value)}


def revealed_by(field: Any, choice: forms.Choice) -> list[Field]:
    return [field._form[name] for name in choice.reveals]


def _label(field: Field, options: Mapping[str, Any]) -> dict[str, Any]:
    text = options.get("label") or str(field.label.text)
    optional = getattr(field, "optional", False)
    return {
        "text": f"{text} (optional)" if optional and not isinstance(field, forms.TickField) else text,
        "size": options.get("size") or ("l" if options.get("heading") else "s"),
        "isPageHeading": bool(options.get("heading")),
    }


def _shared(field: Field, options: Mapping[str, Any]) -> dict[str, Any]:
    """What most components ask for."""
    hint = options.get("hint") or field.description
    attributes = dict(field.render_kw or {})
    autocomplete = options.get("autocomplete") or attributes.pop("autocomplete", None)
    return {
        "id": field.id,
        "name": field.name,
        "hint": content(hint) if hint else None,
        "errorMessage": {"text": str(field.errors[0])} if field.errors else None,
        "autocomplete": autocomplete,
        "attributes": {
            name: value for name, value in attributes.items() if name.startswith(("data-", "aria-"))
        },
    }


def _group(field: Field, options: Mapping[str, Any]) -> dict[str, Any]:
    """For several boxes under one legend."""
    return {
        **_shared(field, options),
        "idPrefix": field.id,
        "id": None,
        "fieldset": {"legend": _label(field, options)},
        "attributes": {},
    }


def _typed_value(field: Any) -> str:
    value = field._value() if hasattr(field, "_value") else (field.data or "")
    return str(value)


def _line(field: Any, options: Mapping[str, Any], **more: Any) -> Face:
    return "input", {
        **_shared(field, options),
        "label": _label(field, options),
        "value": _typed_value(field),
        "width": options.get("width"),
        **more,
    }


def _email(field: Any, options: Mapping[str, Any]) -> Face:
    options = {"autocomplete": (field.render_kw or {}).get("autocomplete", "email"), **options}
    return _line(field, options, type="email", spellcheck=False, inputmode="email", autocapitalize="none")


def _url(field: Any, options: Mapping[str, Any]) -> Face:
    # Not type=url: the browser would refuse an address without https://, which we add.
    return _line(field, options, inputmode="url", spellcheck=False, autocapitalize="none")


def _count(field: Any, options: Mapping[str, Any]) -> Face:
    return _line(field, {"width": "10", **options}, inputmode="numeric", spellcheck=False)


def _money(field: Any, options: Mapping[str, Any]) -> Face:
    component, params = _count(field, options)
    return component, {**params, "prefix": "£"}


def _time(field: Any, options: Mapping[str, Any]) -> Face:
    return _line(field, {"width": "10", **options}, spellcheck=False)


def _password(field: Any, options: Mapping[str, Any]) -> Face:
    options = {"autocomplete": "current-password", **options}
    _, params = _line(field, options, value="")
    return "password-input", params


def _text(field: Any, options: Mapping[str, Any]) -> Face:
    words = getattr(field, "words", None)
    rows = options.get("rows") or getattr(field, "rows", None) or (field.render_kw or {}).get("rows")
    value = _typed_value(field)
    params = {
        **_shared(field, options),
        "label": _label(field, options),
        # A browser drops the first new line of a text area.
        "value": f"\n{value}" if value.startswith(("\n", "\r")) else value,
        "rows": rows or (5 if words is None or words <= 100 else 9 if words <= 200 else 14),
    }
    return (
        ("character-count", {**params, "maxlength": words, "countType": "words"})
        if words
        else ("textarea", params)
    )


def _day(field: forms.DayField, options: Mapping[str, Any]) -> Face:
    widths = {"day": 2, "month": 2, "year": 4}
    broken = (field.to_mend or frozenset(field.parts)) if field.errors else frozenset()
    return "date-input", {
        **_group(field, options),
        "id": field.id,
        "items": [
            {
                "id": f"{field.id}-{part}",
                "name": f"{field.name}-{part}",
                "label": part.capitalize(),
                "value": field.typed[part],
                "width": width,
                "classes": "nhsuk-input--error" if part in broken else "",
            }
            for part, width in widths.items()
        ],
    }


def _choice_items(field: forms.ChoosingField, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    readings = options.get("readings") or {}
    items: list[dict[str, Any]] = []
    for choice in field.choices:
        hint = readings.get(choice.value) or choice.hint
        if choice.divider:
            items.append({"divider": choice.divider})
        items.append(
            {
                "value": choice.value,
                "text": choice.label,
                "hint": {"text": hint} if hint else None,
                "checked": field.has(choice),
                "behaviour": "exclusive" if choice.alone else None,
                "reveals": revealed_by(field, choice),
            }
        )
    return items


def _radios(field: forms.OneField, options: Mapping[str, Any]) -> Face:
    row = {"classes": "app-radios-row"} if field.row else {}
    return "radios", {**_group(field, options), "items": _choice_items(field, options), **row}


def _checkboxes(field: forms.ManyField, options: Mapping[str, Any]) -> Face:
    small = {"small": True} if options.get("small") else {}
    return "checkboxes", {**_group(field, options), "items": _choice_items(field, options), **small}


def _pick(field: forms.PickField, options: Mapping[str, Any]) -> Face:
    chosen = [
        {"value": choice.value, "text": choice.label, "selected": field.has(choice)}
        for choice in field.choices
    ]
    return "select", {
        **_shared(field, options),
        "label": _label(field, options),
        "items": [{"value": "", "text": field.empty}, *chosen],
    }


def _tick(field: Any, options: Mapping[str, Any]) -> Face:
    item = {"value": "yes", "text": _label(field, options)["text"], "checked": bool(field.data)}
    shared = _shared(field, options)
    return "checkboxes", {**shared, "id": None, "idPrefix": field.id, "items": [item], "attributes": {}}


def _files(field: Any, options: Mapping[str, Any]) -> Face:
    accept = getattr(field, "accept", "")
    shared = _shared(field, options)
    return "file-upload", {
        **shared,
        "label": _label(field, options),
        "multiple": getattr(field, "multiple", isinstance(field, wtforms.MultipleFileField)),
        "attributes": {**shared["attributes"], **({"accept": accept} if accept else {})},
    }


def _foreign_radios(field: wtforms.RadioField, options: Mapping[str, Any]) -> Face:
    return "radios", {**_group(field, options), "items": _foreign_items(field)}


def _foreign_many(field: wtforms.SelectMultipleField, options: Mapping[str, Any]) -> Face:
    return "checkboxes", {**_group(field, options), "items": _foreign_items(field)}


def _foreign_list(field: wtforms.SelectField, options: Mapping[str, Any]) -> Face:
    items = [{**item, "selected": item["checked"]} for item in _foreign_items(field)]
    return "select", {**_shared(field, options), "label": _label(field, options), "items": items}


def _foreign_items(field: Any) -> list[dict[str, Any]]:
    return [
        {"value": str(one.value), "text": one.label, "checked": one.selected} for one in field.iter_choices()
    ]


def _nothing(field: Field, options: Mapping[str, Any]) -> Face:
    """Buttons and hidden fields: the layout draws them."""
    return "", {}


# The first that fits, so the special before the general. Fields of other libraries are drawn too.
FACES: tuple[tuple[type[Field], Callable[[Any, Mapping[str, Any]], Face]], ...] = (
    (forms.MoneyField, _money),
    (forms.CountField, _count),
    (forms.EmailField, _email),
    (forms.UrlField, _url),
    (forms.TextField, _text),
    (forms.TimeField, _time),
    (forms.DayField, _day),
    (forms.PickField, _pick),
    (forms.OneField, _radios),
    (forms.ManyField, _checkboxes),
    (forms.TickField, _tick),
    (forms.FilesField, _files),
    (wtforms.SubmitField, _nothing),
    (wtforms.HiddenField, _nothing),
    (wtforms.PasswordField, _password),
    (wtforms.EmailField, _email),
    (wtforms.URLField, _url),
    (wtforms.IntegerField, _count),
    (wtforms.TextAreaField, _text),
    (wtforms.FileField, _files),
    (wtforms.BooleanField, _tick),
    (wtforms.RadioField, _foreign_radios),
    (wtforms.SelectMultipleField, _foreign_many),
    (wtforms.SelectField, _foreign_list),
    (Field, _line),
)
