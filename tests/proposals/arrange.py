"""Proposals that tests of this feature need, made inside `with committed():` by the real services."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.audience import Audience
from exchange.extensions import db
from exchange.proposals import documents, record, services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Attachment, DeclaredInterest, Proposal, Reader, ReadingLevel, Version
from exchange.proposals.record import Kind
from exchange.proposals.services.working import set_answers
from exchange.region.models import Theme
from tests.factories import THEME, make_person

TEAM, STAFF, OTHER = "hill-hospital", "host", "river-trust"
OTHER_THEME = "quiet-nights"

# Every question answered, each text with a word that stands nowhere else.
ANSWERS: dict[str, Any] = {
    "title": "Falls huddles",
    "summary": "A ten-minute huddle on every ward prevents falls. Wordsummary.",
    "overview": "Nurses meet at the board. Wordoverview.",
    "category": "service-or-pathway",
    "stage_of_development": "evaluated",
    "website": "https://www.example.org/falls",
    "supplier": "other",
    "supplier_name": "Wordsupplier Limited",
    "priorities": ["falls"],
    "lead_theme": THEME,
    "supporting_themes": [],
    "strategic_aims": ["learning"],
    "need": "Falls harm patients. Wordneed.",
    "benefit_patients": "Fewer falls. Wordbenefit.",
    "benefit_system": "Fewer bed days. Wordsystem.",
    "population": 2500,
    "equality": "It reaches every ward. Wordequality.",
    "evidence_level": "local-audit",
    "evidence_summary": "Falls fell by a third. Wordevidence.",
    "involvement_level": "consulted",
    "involvement_summary": "Patients chose the time. Wordinvolved.",
    "settings": ["acute", "community"],
    "sites_now": 0,
    "scalability": "simple",
    "adoption_potential": 12,
    "barriers": "Time at handover. Wordbarrier.",
    "investment_sought": 45_000,
    "investment_use": "A trainer for a year. Wordinvestment.",
    "saving_yearly": 120_000,
    "payback": "under-6-months",
    "ip_status": "know-how",
    "ip_summary": "The trust owns it. Wordowner.",
    "regulation": ["none-needed"],
    "safety_risks": "Staff are taken from the floor. Wordrisk.",
    "visibility": "members",
}
PUBLIC_WORD, MEMBERS_WORD, ASSESSORS_WORD = "Wordneed", "Wordbarrier", "Wordinvestment"


def make_champion(**columns: Any) -> Person:
    return make_person(**{"name": "Amina Begum", "organisation": TEAM, **columns})


def make_member(**columns: Any) -> Person:
    return make_person(**{"name": "Chloe Bannister", "organisation": "valley-university", **columns})


def make_manager(**columns: Any) -> Person:
    return make_person(
        **{"name": "Rachel Tolley", "organisation": STAFF, "role": Role.PROGRAMME_MANAGER, **columns}
    )


def make_director(**columns: Any) -> Person:
    return make_person(
        **{"name": "Paul Okafor", "organisation": STAFF, "role": Role.THEME_DIRECTOR, **columns}
    )


def make_reviewer(proposal: Proposal, level: ReadingLevel = ReadingLevel.ALL, **columns: Any) -> Person:
    """Assigned to this proposal, and let in as far as that."""
    person = make_person(**{"name": "Sunita Rao", "organisation": OTHER, "role": Role.REVIEWER, **columns})
    db.session.add(Reader(proposal_id=proposal.id, person_id=person.id, level=level))
    db.session.flush()
    return person


def declare_interest(person: Person, proposal: Proposal) -> None:
    moment = clock.now()
    db.session.add(
        DeclaredInterest(
            proposal_id=proposal.id, person_id=person.id, reason="My sister works there.", declared_at=moment
        )
    )
    db.session.flush()


def make_theme(id_: str = OTHER_THEME, name: str = "Quiet nights", **columns: Any) -> Theme:
    theme = Theme(id=id_, name=name, purpose="Sleep on wards.", services=[], position=9, **columns)
    db.session.add(theme)
    db.session.flush()
    return theme


def make_draft(champion: Person, *, co_authors: Sequence[Person] = (), **answers: Any) -> Proposal:
    """A complete draft. An answer of None is left out. Written at once: section by section took most of the tests' time."""
    given = {id_: value for id_, value in {**ANSWERS, **answers}.items() if value is not None}
    proposal = services.create(champion, given.get("title", ""), given.get("lead_theme", THEME))
    proposal.co_authors = list(co_authors)
    set_answers(proposal, {**proposal.answers, **given})
    events.record(champion, "save_section", proposal, Audience.TEAM, section="idea")
    return proposal


def make_submitted(champion: Person, *, co_authors: Sequence[Person] = (), **answers: Any) -> Proposal:
    proposal = make_draft(champion, co_authors=co_authors, **answers)
    services.submit(proposal, champion)
    return proposal


def put_at(proposal: Proposal, stage: Stage) -> Proposal:
    """At a stage that features above bring it to."""
    proposal.stage = stage
    db.session.flush()
    return proposal


def make_bare(champion: Person, number: int, **columns: Any) -> Proposal:
    """A submitted proposal as one row, for tests that need many."""
    moment = clock.now()
    answers = {**ANSWERS, "title": f"Proposal {number:04d}"}
    proposal = Proposal(
        **{
            "reference": f"TV-2025-{number:04d}",
            "stage": Stage.SUBMITTED,
            "stage_since": moment,
            "champion": champion,
            "created_at": moment,
            "edited_at": moment,
            "answers": answers,
            "schema_version": record.SCHEMA_VERSION,
            "version_number": 1,
            "submitted_at": moment,
            "title": answers["title"],
            "summary": answers["summary"],
            "lead_theme_id": THEME,
            "visibility": "members",
            **columns,
        }
    )
    db.session.add(proposal)
    db.session.flush()
    db.session.add(
        Version(
            proposal_id=proposal.id,
            number=1,
            answers=answers,
            schema_version=record.SCHEMA_VERSION,
            submitted_at=moment,
            submitted_by_id=champion.id,
        )
    )
    db.session.flush()
    return proposal


# ---- Files


def pdf_bytes(text: str = "Audit") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + text.encode() + b"\ntrailer\n<<>>\n%%EOF\n"


def png_bytes() -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
        + b"\x00" * 20
    )


def jpeg_bytes() -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 20 + b"\xff\xd9"
    )


WORD_TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def office_bytes(types: str = WORD_TYPES, parts: dict[str, bytes] | None = None) -> bytes:
    """An Office file, as far as what is looked at goes."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", types)
        for name, content in (parts or {"word/document.xml": b"<w:document/>"}).items():
            package.writestr(name, content)
    return kept.getvalue()


def attach(
    proposal: Proposal, actor: Person, name: str = "audit.pdf", content: bytes | None = None
) -> Attachment:
    document = documents.examine(io.BytesIO(content or pdf_bytes(name)), name)
    services.attach_all(proposal, actor, [document])
    db.session.refresh(proposal, ["attachments"])
    return proposal.attachments[-1]


TEXTS = tuple(question.id for question in record.questions() if question.kind is Kind.TEXT)
