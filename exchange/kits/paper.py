"""The kit as a leaflet in PDF: all of it, as everyone may read it. The template is kit.typ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app

from exchange import clock, paper
from exchange.addresses import address
from exchange.kits import content, queries
from exchange.kits.page import costs_of
from exchange.region import queries as region
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme
from exchange.wording import day, file_size, in_words

TEMPLATE = Path(__file__).with_name("kit.typ")


def pdf_of(found: SeenProgramme) -> bytes:
    """In A4. Raises Unavailable, as `paper.pdf_of` says."""
    return paper.pdf_of(TEMPLATE, content_of(found.programme), "kit", system_fonts=True, is_public=True)


def content_of(programme: Programme) -> dict[str, Any]:
    """What the template sets."""
    kit, proposal = queries.public_kit(programme), programme.proposal
    titles = {id_: section.title for id_, section in content.SECTIONS.items()}
    return {
        "title": proposal.title,
        "author": region.current().host.name,
        "region": region.current().name,
        "service": current_app.config["SERVICE_NAME"],
        "theme": proposal.lead_theme.name if proposal.lead_theme else "",
        "status": in_words(programme.status),
        "address": address("kits.kit", slug=programme.slug),
        "edited": f"Last changed on {day(kit.edited_at)}" if kit.edited_at else "",
        "made": f"Printed on {day(clock.today())}. The page has the newest.",
        "titles": titles,
        "about": paper.paragraphs(kit.about or proposal.summary),
        "steps": [{"title": step.title, "how": _paragraphs(step.how)} for step in kit.steps],
        "costs": costs_of(kit),
        "costs_note": _paragraphs(kit.costs_note),
        "lessons": _paragraphs(kit.lessons),
        "barriers": [
            {
                "who": f"{each.organisation}, {day(each.met_on)}",
                "met": _paragraphs(each.met),
                "passed": _paragraphs(each.passed),
            }
            for each in kit.barriers
        ],
        "documents": [f"{file.name} ({file.kind}, {file_size(file.size)})" for file in kit.documents],
        "contacts": [
            {"topic": each.topic, "who": each.who, "organisation": each.organisation} for each in kit.contacts
        ],
    }


def _paragraphs(text: str) -> list[str]:
    return paper.paragraphs(text) if text else []
