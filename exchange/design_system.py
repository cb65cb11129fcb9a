"""The NHS design system: its components, in a Jinja environment of their own.

Only templates in components/ and layouts/ call what is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

import jinja2
import wtforms
from flask import Flask
from markupsafe import Markup
from wtforms.fields.core import Field

from exchange import forms
from exchange.faces import content, face, revealed_by

# The components ask for what was not given, which the application's own environment refuses.
_components = jinja2.Environment(
    loader=jinja2.PackageLoader("nhsuk_frontend_jinja"),
    undefined=jinja2.ChainableUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # or it looks at a file's date a few hundred times for each page
)

# Components whose parameters are the service's own words, so that the same ones come again and again: drawn once and kept.
# What people typed is never kept.
KEPT = frozenset({"breadcrumb", "button", "checkboxes", "footer", "radios", "select", "tag"})
MOST_KEPT = 1_000
TABLE_BODY = '<tbody class="nhsuk-table__body">'
ROW = Markup('<tr class="nhsuk-table__row">{}</tr>')
STACKED_ROW = Markup('<tr class="nhsuk-table__row" role="row">{}</tr>')
HEADER = Markup('<th class="{}" scope="row">{}</th>')
CELL = Markup('<td class="{}">{}</td>')
NAME = Markup('<span class="nhsuk-table__heading" aria-hidden="true">{} </span>')
STACKED_HEADER = Markup('<th class="{}" scope="row" role="rowheader">') + NAME + Markup("{}</th>")
STACKED_CELL = Markup('<td class="{}" role="cell">') + NAME + Markup("{}</td>")
LINK = Markup('<a class="nhsuk-link" href="{}">{}</a>')

STAGE_COLOURS: Mapping[str, str] = {
    "draft": "grey",
    "submitted": "blue",
    "changes-requested": "orange",
    "in-assessment": "purple",
    "assessed": "aqua-green",
    "spread-at-scale": "green",
}

TASK_COLOURS: Mapping[str, str] = {"Not started": "blue", "Optional": "white", "Too long": "red"}


def nhs(component: str, **params: Any) -> Markup:
    """One component of the design system, like nhs("button", text="Save")."""
    return _kept(component, _Parameters(params)) if component in KEPT else _drawn(component, params)


class _Parameters:
    """Parameters as a key: what reads the same, markup and text told apart, draws the same."""

    def __init__(self, params: dict[str, Any]) -> None:
        self.params, self.said = params, repr(params)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Parameters) and self.said == other.said

    def __hash__(self) -> int:
        return hash(self.said)


@lru_cache(MOST_KEPT)
def _kept(component: str, parameters: _Parameters) -> Markup:
    return _drawn(component, parameters.params)


def _drawn(component: str, params: dict[str, Any]) -> Markup:
    template = _components.get_template(f"nhsuk/components/{component}/template.jinja")
    return Markup(template.render(params=params))  # noqa: S704 - the environment above escapes


def draw_field(field: Field, **options: Any) -> Markup:
    """Any field of a form. Options: `heading` (its label is the page's h1), `size` (s, m, l), `label`,
    `hint`, `rows`, `width`, `autocomplete`, `classes`, `small` (checkboxes), `readings` (hints by value).
    """
    component, params = face(field, options)
    if not component:
        return Markup("")
    for item in params.get("items", ()):
        reveals = item.pop("reveals", ())
        item["conditional"] = {"html": _draw_all(reveals)} if reveals else {}
    if options.get("classes"):
        params["formGroup"] = {"classes": options["classes"]}
    return nhs(component, **params) + _revealed_by_list(field)


def error_list(form: Any) -> list[dict[str, str]]:
    """What the summary on top lists: each message with a link to the field it belongs to."""
    found = [{"text": message} for message in getattr(form, "form_errors", ())]
    return found + [
        {"text": str(field.errors[0]), "href": f"#{_first_box(field)}"}
        for field in _leaves(form)
        if field.errors
    ]


def has_errors(form: Any) -> bool:
    return bool(form) and bool(form.errors)


def stage_colour(stage: Enum | str) -> str | None:
    """The colour of a stage's tag; None for an outlined one."""
    return STAGE_COLOURS.get(str(stage.value) if isinstance(stage, Enum) else stage)


def links(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Items for the component, of (text, address)."""
    return [{"text": text, "href": href} for text, href in pairs]


def summary_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows for the component. Each has `key`, `value` (text, or markup), and `href` where it can be changed;
    `action` is that link's word and `about` what a screen reader hears after it.
    """
    return [
        {
            "key": {"text": row["key"]},
            "value": content(row["value"]),
            "actions": {
                "items": [
                    {
                        "href": row["href"],
                        "text": row.get("action", "Change"),
                        "visuallyHiddenText": row.get("about", str(row["key"]).lower()),
                    }
                ]
            }
            if row.get("href")
            else {},
        }
        for row in rows
    ]


def draw_table(
    head: Sequence[Any], rows: Iterable[Sequence[Any]], *, header_column: bool, scroll: bool, **params: Any
) -> Markup:
    """The component, with its rows written here: they are most of a long page, and the component takes a tenth of a millisecond
    for each cell. A cell is text, markup, a number (right-aligned), or a dict with `text` or `html`, `format` and `href`.
    """
    frame = nhs("tables", head=head, responsive=not scroll, scroll=scroll, **params)
    heads = [_cell(cell) for cell in head]
    drawn = Markup("\n").join(_row(row, heads, header_column, scroll) for row in rows)
    before, body, after = frame.partition(TABLE_BODY)
    return before + body + drawn + after


def task_items(tasks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tasks for the component: `title`, `status`, maybe `hint`, and `href` once it can be started."""
    return [
        {
            "title": {"text": task["title"]},
            "href": task.get("href"),
            "hint": {"text": task["hint"]} if task.get("hint") else None,
            "status": _task_status(str(task["status"]), bool(task.get("href"))),
        }
        for task in tasks
    ]


def init_app(app: Flask) -> None:
    functions: tuple[Callable[..., Any], ...] = (
        nhs, draw_field, error_list, has_errors, links, stage_colour, summary_rows, draw_table, task_items,
    )  # fmt: skip
    app.jinja_env.globals.update({function.__name__: function for function in functions})
    app.jinja_env.globals["service_name"] = app.config["SERVICE_NAME"]


def _task_status(status: str, can_start: bool) -> dict[str, Any]:
    if status == "Completed" or not can_start:
        return {"text": status, "classes": "" if can_start else "nhsuk-task-list__status--cannot-start-yet"}
    return {"tag": {"text": status, "colour": TASK_COLOURS.get(status, "aqua-green")}}


def _row(row: Sequence[Any], heads: Sequence[Mapping[str, Any]], header_column: bool, scroll: bool) -> Markup:
    cells = [
        _drawn_cell(_cell(cell), heads[at] if at < len(heads) else {}, header_column and at == 0, scroll)
        for at, cell in enumerate(row)
    ]
    return (ROW if scroll else STACKED_ROW).format(Markup("").join(cells))


def _drawn_cell(cell: Mapping[str, Any], head: Mapping[str, Any], is_header: bool, scroll: bool) -> Markup:
    """On a phone the rows stack, and each cell says its column's name."""
    said = cell.get("html") or cell.get("text") or ""
    kind = "nhsuk-table__header" if is_header else "nhsuk-table__cell"
    looks = f"{kind} {kind}--numeric" if cell.get("format", head.get("format")) == "numeric" else kind
    if scroll:
        frame = HEADER if is_header else CELL
        return frame.format(looks, said)
    said = Markup("<span>{}</span>").format(said) if cell.get("html") else said
    frame = STACKED_HEADER if is_header else STACKED_CELL
    return frame.format(looks, head.get("html") or head.get("text") or "", said)


def _cell(cell: Any) -> Mapping[str, Any]:
    if isinstance(cell, Mapping):
        return {"html": LINK.format(cell["href"], cell["text"]), **cell} if "href" in cell else cell
    if isinstance(cell, int) and not isinstance(cell, bool):
        return {"text": f"{cell:,}", "format": "numeric"}
    return content(cell)


def _draw_all(fields: Iterable[Field]) -> Markup:
    return Markup("\n").join(draw_field(field) for field in fields)


def _revealed_by_list(field: Field) -> Markup:
    """What the options of a drop-down list reveal follows it; a script hides it until it is asked for."""
    if not isinstance(field, forms.PickField):
        return Markup("")
    frame = Markup('<div class="app-reveal" data-module="app-reveal" data-list="{}" data-value="{}">{}</div>')
    return Markup("").join(
        frame.format(field.id, choice.value, _draw_all(revealed_by(field, choice)))
        for choice in field.choices
        if choice.reveals
    )


def _leaves(fields: Iterable[Field]) -> Iterable[Field]:
    """Every field to fill in, those inside lists and parts of a form too."""
    for field in fields:
        if isinstance(field, wtforms.FormField | wtforms.FieldList):
            yield from _leaves(field)
        else:
            yield field


def _first_box(field: Field) -> str:
    """The id of the box that a message links to."""
    if isinstance(field, forms.DayField):
        return f"{field.id}-{next((part for part in field.parts if part in field.to_mend), 'day')}"
    return field.id
