"""A programme as data: nothing but what somebody reads on its pages who is not signed in. `description` tells its shape."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from exchange import clock
from exchange.addresses import address
from exchange.adoption import coverage
from exchange.adoption import queries as adoption
from exchange.adoption.steps import Step
from exchange.api.parameters import Asked, Cursor
from exchange.kits.queries import public_kit
from exchange.measures.page import Shown, shown_measures
from exchange.proposals.answers import Shown as ShownAnswer
from exchange.proposals.answers import ShownSection
from exchange.spread.beyond.models import Offer
from exchange.spread.models import Programme
from exchange.spread.page import page_of
from exchange.spread.queries import SeenProgramme

VERSION = "1.0"

Data = dict[str, Any]


def written(data: Data) -> str:
    """As it is sent, for programs and for people who look."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def listed(rows: Sequence[Programme], asked: Asked, going_on: Cursor | None) -> Data:
    """One page of the list."""
    following = address("api.programmes", **asked.sent, cursor=str(going_on)) if going_on else None
    return {"version": VERSION, "programmes": [entry(each) for each in rows], "next": following}


def entry(programme: Programme) -> Data:
    """A programme in the list."""
    proposal = programme.proposal
    theme = proposal.lead_theme
    assert theme is not None  # or it was not submitted
    return {
        "id": programme.slug,
        "reference": proposal.reference,
        "url": address("spread.programme", slug=programme.slug),
        "data_url": address("api.programme", slug=programme.slug),
        "title": proposal.title,
        "summary": proposal.summary,
        "status": programme.status.value,
        "theme": {"id": theme.id, "name": theme.name},
        "priorities": [{"id": each.id, "name": each.name} for each in proposal.priorities],
        "approved_on": _day(programme.approved_at),
        "updated_at": moment(programme.changed_at),
    }


def whole(found: SeenProgramme) -> Data:
    """Everything of one programme. `found` is what somebody reads who is not signed in."""
    programme, page = found.programme, page_of(found)
    return {
        "version": VERSION,
        **entry(programme),
        "status_since": _day(programme.status_since),
        "status_reason": programme.status_reason,
        "refocused": programme.refocus,
        "lessons": programme.lessons,
        "proposed_by": page.organisation or None,
        "statement": programme.statement,
        "figures": [{"value": each.value, "label": each.label} for each in page.figures],
        "evidence": _answers(page.sections),
        "documents": [
            {
                "name": each.name,
                "url": address("proposals.attachment", ref=programme.proposal.reference, file_id=each.id),
            }
            for each in page.documents
        ],
        "adoption": _adoption(programme),
        "measures": [_measure(programme, each) for each in shown_measures(found)],
        "kit": _kit(programme),
        "used_elsewhere": [_elsewhere(each) for each in page.elsewhere],
    }


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _answers(sections: Sequence[ShownSection]) -> list[Data]:
    return [
        {
            "id": each.question.id,
            "section": section.section.title,
            "question": each.question.label,
            "answer": _said(each),
        }
        for section in sections
        for each in section.shown
    ]


def _said(shown: ShownAnswer) -> list[str]:
    return list(shown.items) or [shown.text]


def _adoption(programme: Programme) -> Data:
    eligible = adoption.eligible(programme)
    steps = Counter(each.step for each in eligible)
    share = coverage.share(adoption.adopters(eligible, programme), clock.today())
    return {
        "url": address("adoption.adoption", slug=programme.slug),
        "target": programme.adoption_target,
        "eligible": share.eligible,
        "adopted": share.covered,
        "percent": share.whole_percent,
        "by_step": {step.value: steps[step] for step in Step} | {"nothing-recorded": steps[None]},
    }


def _measure(programme: Programme, shown: Shown) -> Data:
    measure = shown.measure
    return {
        "name": measure.name,
        "unit": measure.unit,
        "definition": measure.definition,
        "target": measure.target,
        "latest": shown.region.latest or None,
        "finding": shown.region.finding or None,
        "made_of": shown.made_of or None,
        "url": address("measures.measure", slug=programme.slug, number=measure.number),
    }


def _kit(programme: Programme) -> Data:
    """Without whom to ask: people are named on the page alone."""
    kit = public_kit(programme)
    return {
        "url": address("kits.kit", slug=programme.slug),
        "about": kit.about,
        "steps": [{"title": each.title, "how": each.how} for each in kit.steps],
        "setup_cost": kit.setup_cost,
        "yearly_cost": kit.yearly_cost,
        "staff_time": kit.staff_time,
        "costs_note": kit.costs_note,
        "lessons": kit.lessons,
        "documents": [
            {
                "name": each.name,
                "url": address("kits.document", slug=programme.slug, document_id=each.id),
            }
            for each in kit.documents
        ],
        "barriers": [
            {
                "organisation": each.organisation,
                "met_on": each.met_on.isoformat(),
                "met": each.met,
                "passed": each.passed,
            }
            for each in kit.barriers
        ],
    }


def _elsewhere(offer: Offer) -> Data:
    return {
        "network": offer.network,
        "organisations": list(offer.organisations),
        "since": offer.since.isoformat() if offer.since else None,
    }


def _day(value: datetime) -> str:
    """London's, as the pages have it."""
    return clock.day_of(value).isoformat()
