"""The interface described as OpenAPI 3.1, whose schemas are JSON Schema: programs read it, the page draws from it, and tests hold
answers against it.

Within a version fields are added and never taken away or given another meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exchange.adoption.steps import Step
from exchange.api.feed import VERSION
from exchange.api.parameters import MOST, USUAL
from exchange.spread.life import ProgrammeStatus

Schema = dict[str, Any]
FORMAT = "3.1.0"


def text(says: str, **more: Any) -> Schema:
    return {"type": "string", "description": says, **more}


def maybe(says: str, **more: Any) -> Schema:
    return {"type": ["string", "null"], "description": says, **more}


def count(says: str) -> Schema:
    return {"type": "integer", "minimum": 0, "description": says}


def pounds(says: str) -> Schema:
    return {
        "type": ["integer", "null"],
        "minimum": 0,
        "description": f"{says} In pounds; null where nobody says.",
    }


def many(of: Schema, says: str) -> Schema:
    return {"type": "array", "items": of, "description": says}


def all_of(says: str, **properties: Schema) -> Schema:
    """An object that has each of these."""
    return {"type": "object", "description": says, "properties": properties, "required": list(properties)}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


VERSION_FIELD = text("The version of this format.", const=VERSION)
NAMED = all_of("One of the region’s lists.", id=text("Its id."), name=text("What it is called."))
ENTRY: Mapping[str, Schema] = {
    "id": text("The programme’s id, which never changes."),
    "reference": text("The reference of the proposal that it came from."),
    "url": text("Its public page.", format="uri"),
    "data_url": text("Everything of it as data.", format="uri"),
    "title": text("What it is called."),
    "summary": text("What it is, in plain English."),
    "status": text("Where it stands.", enum=[each.value for each in ProgrammeStatus]),
    "theme": {**ref("Named"), "description": "Its lead theme."},
    "priorities": many(ref("Named"), "The regional priorities that it serves."),
    "approved_on": text("The day on which it was approved.", format="date"),
    "updated_at": text(
        "When the programme, its plan, adoption, measures, kit or use elsewhere last changed.",
        format="date-time",
    ),
}
WHOLE: Mapping[str, Schema] = {
    "version": VERSION_FIELD,
    **ENTRY,
    "status_since": text("Since when it stands there.", format="date"),
    "status_reason": text("Why it is paused, goes on or ended; empty otherwise."),
    "refocused": text("What was changed in it, and why; empty when nothing was."),
    "lessons": text("What was learnt, once it is completed or ended."),
    "proposed_by": maybe("The organisation that proposed it, where that is published."),
    "statement": text("Why we spread it."),
    "figures": many(
        all_of("A figure.", value=text("The figure as written."), label=text("What it counts.")),
        "The figures at the head of its page.",
    ),
    "evidence": many(ref("Answer"), "The public answers of the approved record, evidence included."),
    "documents": many(ref("Document"), "Documents that everyone can read."),
    "adoption": ref("Adoption"),
    "measures": many(ref("Measure"), "What is measured, with the newest figure of the region."),
    "kit": ref("Kit"),
    "used_elsewhere": many(ref("Elsewhere"), "Other networks that use it."),
}
SCHEMAS: Mapping[str, Schema] = {
    "Named": NAMED,
    "Answer": all_of(
        "One question of the record with its answer.",
        id=text("The question’s id."),
        section=text("The part of the record that it stands in."),
        question=text("The question."),
        answer=many({"type": "string"}, "The answer: one text, or several choices."),
    ),
    "Adoption": all_of(
        "How far it has come, in organisations.",
        url=text("Its page.", format="uri"),
        target=count("How many should adopt it."),
        eligible=count("How many could."),
        adopted=count("How many have: those at “adopted” and “embedded”."),
        percent={
            "type": ["number", "null"],
            "minimum": 0,
            "maximum": 100,
            "description": "Adopted of eligible, rounded down to a whole number; null when nobody is eligible.",
        },
        by_step=all_of(
            "How many stand at each step.",
            **{
                name: count(f"How many stand at “{name}”.")
                for name in (*(step.value for step in Step), "nothing-recorded")
            },
        ),
    ),
    "Measure": all_of(
        "One measure, as the region’s chart has it.",
        name=text("What is measured."),
        unit=text("In which unit."),
        definition=text("What is counted, and how."),
        target=maybe("The target, as a number in a text."),
        latest=maybe("The newest figure and its month."),
        finding=maybe("What the chart says of it."),
        made_of=maybe("From how many organisations the figure comes."),
        url=text("Its page, with all figures.", format="uri"),
    ),
    "Document": all_of("A document.", name=text("Its name."), url=text("Where it is.", format="uri")),
    "Kit": all_of(
        "What an organisation needs to adopt it. Texts are empty where nobody wrote any.",
        url=text("Its page.", format="uri"),
        about=text("What it is, in a few words."),
        steps=many(
            all_of("A step.", title=text("What to do."), how=text("How to do it.")), "What to do, in order."
        ),
        setup_cost=pounds("What it costs once."),
        yearly_cost=pounds("What it costs in a year."),
        staff_time=text("The time of staff that it takes."),
        costs_note=text("What else there is to know of its costs."),
        lessons=text("What others learnt."),
        documents=many(ref("Document"), "The kit’s own documents."),
        barriers=many(
            all_of(
                "A barrier that an adopter met.",
                organisation=text("Who met it."),
                met_on=text("When.", format="date"),
                met=text("What it was."),
                passed=text("How they got past it; empty while they have not."),
            ),
            "The newest first.",
        ),
    ),
    "Elsewhere": all_of(
        "Another network that uses it.",
        network=text("The network."),
        organisations=many({"type": "string"}, "The organisations there."),
        since=maybe("Since when.", format="date"),
    ),
    "Entry": all_of("A programme in the list.", **ENTRY),
    "Programme": all_of("Everything of one programme.", **WHOLE),
    "Programmes": all_of(
        "One page of the list.",
        version=VERSION_FIELD,
        programmes=many(ref("Entry"), "The programmes, whatever changed longest ago first."),
        next=maybe("The address of the next page; null on the last.", format="uri"),
    ),
    "Problem": all_of(
        "Why there is no answer, as RFC 9457 has it.",
        type=text("Always about:blank.", const="about:blank"),
        title=text("What is wrong, in short."),
        status={"type": "integer", "description": "The status of the answer."},
        detail=text("What to do."),
    ),
}
PARAMETERS: Mapping[str, Schema] = {
    "updated_since": text(
        "Only what changed at this moment or later: a day, or a moment with its time zone. Without one it is UTC."
    ),
    "status": text("Only those with this status.", enum=[each.value for each in ProgrammeStatus]),
    "theme": text("Only those with this lead theme, by its id."),
    "priority": text("Only those that serve this priority, by its id."),
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST,
        "default": USUAL,
        "description": f"How many on a page: from 1 to {MOST}, and {USUAL} unless you say.",
    },
    "cursor": text("Where to go on. It is in “next” of the page before."),
}


def description(server: str, title: str) -> dict[str, Any]:
    """The whole document. `server` is the address of the exchange."""
    return {
        "openapi": FORMAT,
        "info": {
            "title": title,
            "version": VERSION,
            "description": "Programmes that are being spread, for everyone to read. There is no key, and nothing to write.",
        },
        "servers": [{"url": server}],
        "paths": {
            "/api/v1/programmes": {
                "get": {
                    "operationId": "programmes",
                    "summary": "All programmes, current and past, in the order in which they changed",
                    "parameters": [_parameter("query", name, schema) for name, schema in PARAMETERS.items()],
                    "responses": _responses("Programmes", 400, 429, 503),
                }
            },
            "/api/v1/programmes/{slug}": {
                "get": {
                    "operationId": "programme",
                    "summary": "Everything of one programme",
                    "parameters": [
                        {**_parameter("path", "slug", text("The programme’s id.")), "required": True}
                    ],
                    "responses": _responses("Programme", 404, 429, 503),
                }
            },
            "/api/v1/programmes.atom": {
                "get": {
                    "operationId": "programmes_atom",
                    "summary": "The newest current programmes as an Atom feed",
                    "responses": {
                        "200": {"description": "The feed", "content": {"application/atom+xml": {}}},
                        "304": {"description": "Nothing has changed"},
                    },
                }
            },
            "/api/v1/openapi.json": {
                "get": {
                    "operationId": "openapi",
                    "summary": "This description",
                    "responses": {"200": {"description": "It", "content": {"application/json": {}}}},
                }
            },
        },
        "components": {"schemas": dict(SCHEMAS)},
    }


def fields_of(name: str) -> list[tuple[str, str, str]]:
    """Each field of an object with its kind and what it says, for people to read."""
    return [(field, _kind(schema), _says(schema)) for field, schema in SCHEMAS[name]["properties"].items()]


def _parameter(where: str, name: str, schema: Schema) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "in": where, "description": schema["description"], "schema": kept}


def _responses(name: str, *problems: int) -> dict[str, Any]:
    problem = {
        "description": "Why there is no answer",
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }
    return {
        "200": {"description": "The answer", "content": {"application/json": {"schema": ref(name)}}},
        "304": {"description": "Nothing has changed since the answer that you have"},
        **{str(code): problem for code in problems},
    }


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        return "object"
    kind = schema["type"]
    if isinstance(kind, list):
        return " or ".join("nothing (null)" if each == "null" else _word(each, schema) for each in kind)
    return _word(kind, schema)


def _word(kind: str, schema: Schema) -> str:
    if kind == "array":
        return "list"
    words = {"string": "text", "integer": "whole number"}
    formats = {"uri": "address", "date": "day", "date-time": "moment"}
    return formats.get(schema.get("format", ""), words.get(kind, kind))


def _says(schema: Schema) -> str:
    says = str(schema.get("description") or SCHEMAS[schema["$ref"].rpartition("/")[2]]["description"])
    return f"{says} One of: {', '.join(schema['enum'])}." if "enum" in schema else says
