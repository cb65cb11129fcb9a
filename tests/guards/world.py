"""One of everybody, and a proposal at every stage, for guards that try everything on everyone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select

from exchange import clock, heartbeat
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.adoption.services import set_eligible
from exchange.asks import services as asks
from exchange.assessment import services as assessment
from exchange.assessment.deliberation import services as deliberation
from exchange.assessment.deliberation.models import TeamQuestion
from exchange.assessment.models import Round
from exchange.audience import Audience
from exchange.benefits.services import Said, enter_benefit, write_promise
from exchange.benefits.sums import Kind, Per, Period, Sureness
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.demo.pdf import one_page
from exchange.extensions import db
from exchange.kits import services as kits
from exchange.kits.models import KitContact, KitFile
from exchange.measures.models import Combined
from exchange.measures.months import month_of
from exchange.measures.services import define_measure
from exchange.merging.services import propose_merge
from exchange.networks.services import announce
from exchange.notifications.models import Notification
from exchange.notifications.services import tell_all
from exchange.outbox import Message
from exchange.proposals import documents, record, services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Attachment, Proposal, StandIn
from exchange.proposals.record import Kind as QuestionKind
from exchange.region import queries as region
from exchange.spread.beyond import links
from exchange.spread.beyond.models import Offer
from exchange.spread.beyond.services import offer_programme
from exchange.spread.models import Programme, ProgrammeStatus
from tests.assessment.arrange import (
    OTHER,
    TEAM,
    declare,
    make_champion,
    make_director,
    make_draft,
    make_manager,
    make_reviewer,
    make_submitted,
    start,
    submit,
)
from tests.campaigns.arrange import ASKED, DAY, make_campaign
from tests.decisions.arrange import asked_in
from tests.discussion.arrange import say
from tests.factories import make_interest, make_person
from tests.merging.arrange import REASON, merge
from tests.proposals.arrange import OTHER_THEME, make_theme

# In the order of the columns of the expected matrix.
ROLES = (
    "visitor",
    "lay",
    "unsettled",
    "member",
    "champion",
    "co_author",
    "reviewer",
    "undeclared",
    "unassigned",
    "conflicted_reviewer",
    "manager",
    "conflicted_manager",
    "director",
    "conflicted_director",
    "lead",
    "administrator",
)


@dataclass
class World:
    """People by role; a proposal's reference by stage; other values that addresses need."""

    people: dict[str, Person | None] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def make_people() -> dict[str, Person | None]:
    return {
        "visitor": None,
        "lay": make_person(is_lay=True),
        "unsettled": make_person(organisation=None),
        "member": make_person(organisation="valley-university"),
        "champion": make_champion(),
        "co_author": make_person(organisation=TEAM),
        "reviewer": make_reviewer("Reviewer who declared"),
        "undeclared": make_reviewer("Reviewer who has yet to declare"),
        "third": make_reviewer("Reviewer who makes the quorum"),
        "unassigned": make_reviewer("Reviewer of other proposals"),
        "conflicted_reviewer": make_reviewer("Reviewer of the champion's organisation", organisation=TEAM),
        "manager": make_manager(),
        "conflicted_manager": make_manager(organisation=TEAM),
        "director": make_director(),
        "conflicted_director": make_bound_director(),
        "lead": make_person(role=Role.ORGANISATION_LEAD, organisation=OTHER),
        "administrator": make_person(role=Role.ADMINISTRATOR, organisation="host"),
    }


def make_bound_director() -> Person:
    """By their register, not by their employer as the others."""
    director = make_director()
    make_interest(director, organisation_id=TEAM)
    return director


FULL = {
    "stage_of_development": "evaluated",
    "evidence_level": "local-audit",
    "involvement_level": "consulted",
    "settings": ["acute"],
    "scalability": "simple",
    "adoption_potential": 3,
    "investment_sought": 0,
    "payback": "not-financial",
    "regulation": ["none-needed"],
}


def full_answers() -> dict[str, Any]:
    """Answers to every text, so that any approval can follow."""
    texts = {
        question.id: f"Words about {question.id}."
        for question in record.questions()
        if question.kind is QuestionKind.TEXT
    }
    return {**texts, **FULL}


def make_world() -> World:
    people = make_people()
    world = World(people)
    for stage in Stage:
        world.refs[stage.value] = make_proposal(people, stage).reference
    world.refs["to-be-merged"] = make_waiting_merge(people).reference
    stand_in = leave_without_staff(world)
    heartbeat.beat()
    unsettled = people["unsettled"]
    assert unsettled is not None
    tell_all()
    administrator, member = people["administrator"], people["member"]
    assert administrator is not None
    assert member is not None
    draft = db.session.scalars(select(Proposal).where(Proposal.reference == world.refs["draft"])).one()
    champion = people["champion"]
    assert champion is not None
    document = attach_document(draft, champion)
    lay, co_author = people["lay"], people["co_author"]
    assert lay is not None
    assert co_author is not None
    refs = Proposal.reference == world.refs["in-assessment"]
    in_assessment = db.session.scalars(select(Proposal).where(refs)).one()
    invitation = services.invite(draft, champion, lay.email)
    programme = db.session.scalars(select(Programme)).one()
    manager = people["manager"]
    assert manager is not None
    set_eligible(programme, manager, [TEAM, OTHER])
    define_measure(
        programme,
        manager,
        name="Falls with harm",
        unit="falls",
        definition="Falls that hurt somebody.",
        direction=None,
        target=None,
        combined=Combined.ADDED,
    )
    offer = offer_to(programme, manager)
    write_promise(
        programme,
        manager,
        kind=Kind.MONEY,
        unit="",
        amount=1_000_00,
        per=Per.YEAR,
        question="benefit_system",
        audience=Audience.PUBLIC,
    )
    enter_benefit(
        programme,
        OTHER,
        manager,
        Said(250_00, "Four a week.", "Counted from the ledger.", Sureness.MEASURED),
        kind=Kind.MONEY,
        promise=None,
        period=Period(month_of(clock.today()), month_of(clock.today())),
        is_confirmed=True,
    )
    kept = make_kit(programme, champion, member)
    campaign = make_campaign(manager, opens_in=DAY, questions=[ASKED])
    spare = make_person(role=Role.REVIEWER, organisation=OTHER)
    notification = db.session.scalars(
        select(Notification).where(Notification.person_id == champion.id)
    ).first()
    world.values = {
        "person_id": spare.id,
        "grant_id": spare.grants[0].id,
        "theme_id": "safe-care",
        "organisation_id": OTHER,
        "slug": programme.slug,
        "campaign_id": campaign.id,
        "asked": campaign.questions[0]["id"],
        "notification_id": notification.id if notification else 0,
        "file_id": document,
        "co_author_id": co_author.id,
        "announcement_id": announce(region.theme("safe-care"), manager, "A call", "Come.").id,
        "comment_id": say(in_assessment, member, "Who leads it at night?").id,
        "kind": "support",
        "invitation_id": invitation.id,
        "request_id": services.ask_to_join(in_assessment, member, "I can help.").id,
        "question_id": db.session.scalars(select(TeamQuestion.id)).one(),
        "stand_in_id": stand_in.id,
        "role": Role.THEME_DIRECTOR.value,
        "name": "refocus",
        **kept,
        "interest_id": make_interest(manager).id,
        "number": 1,
        "letter": "A",
        "section": "idea",
        "message_id": db.session.scalars(select(Message.id)).first(),
        "token": "a-token-of-nobody",
        "offer_id": offer.id,
        "answering": links.token_of(offer),
        "filename": "app.css",
    }
    return world


def make_kit(programme: Programme, champion: Person, member: Person) -> dict[str, int]:
    """One of each thing that a kit holds, and an ask."""
    ask = asks.ask(programme, region.organisation("valley-university"), member, "May we?")
    poster = documents.examine(BytesIO(one_page("Poster", "Look.")), "poster.pdf")
    kits.add_documents(programme, champion, [poster])
    kits.add_contact(programme, champion, person=member, topic="Training")
    barrier = kits.add_barrier(
        programme, region.organisation(TEAM), champion, met_on=clock.today(), met="No trainer.", passed=""
    )
    contact = db.session.scalars(select(KitContact.id)).one()
    document = db.session.scalars(select(KitFile.id)).one()
    return {"ask_id": ask.id, "barrier_id": barrier.id, "contact_id": contact, "document_id": document}


def offer_to(programme: Programme, manager: Person) -> Offer:
    """Active, so that it can be offered, and offered to a network that has yet to answer."""
    programme.status = ProgrammeStatus.ACTIVE
    [offer] = offer_programme(
        programme, manager, {"Far Coast Health Network": "far@coast.example.org"}, "Dear all."
    )
    return offer


def leave_without_staff(world: World) -> StandIn:
    """A proposal of a theme that nobody manages or directs, with somebody who stands in as its manager."""
    make_theme()
    proposal = make_submitted(make_champion(), lead_theme=OTHER_THEME, visibility="assessors")
    world.refs["without-staff"] = proposal.reference
    someone = make_manager(theme="safe-care", name="Manager who stands in elsewhere")
    administrator = world.people["administrator"]
    assert administrator is not None
    return services.name_stand_in(proposal, Role.PROGRAMME_MANAGER, someone, administrator)


def attach_document(draft: Proposal, champion: Person) -> int:
    services.attach_all(
        draft, champion, [documents.examine(BytesIO(one_page("Audit", "Figures.")), "audit.pdf")]
    )
    return db.session.scalars(select(Attachment.id)).one()


def make_proposal(people: dict[str, Any], stage: Stage) -> Proposal:
    """A proposal that came to this stage as proposals do."""
    champion, manager, director = people["champion"], people["manager"], people["director"]
    if stage is Stage.DRAFT:
        draft = make_draft(champion)
        draft.co_authors = [people["co_author"]]
        return draft
    proposal = make_submitted(champion, co_authors=[people["co_author"]], **full_answers())
    if stage is Stage.SUBMITTED:
        return proposal
    if stage is Stage.MERGED:
        merge(proposal, make_submitted(make_person(name="Champion of another", organisation=OTHER)))
        return proposal
    if stage is Stage.WITHDRAWN:
        assessment.withdraw(proposal, champion, reason="Another team does it already.")
        return proposal
    round_ = start(proposal, manager, [people["reviewer"], people["undeclared"], people["third"]])
    places = {place.person_id: place for place in round_.assignments}
    declare(places[people["reviewer"].id])
    if stage is Stage.IN_ASSESSMENT:
        question = deliberation.ask_team(places[people["reviewer"].id], "How many wards took part?")
        deliberation.put_question(question, manager, put_as=question.text)
        return proposal
    for place in places.values():
        submit(place)
    assessment.close_assessment(proposal, manager, panel_summary="Ready.", feedback="Well done.")
    decide(proposal, stage, director, round_)
    return proposal


def make_waiting_merge(people: dict[str, Any]) -> Proposal:
    """A proposal of which its champion proposes that it continues in another, whose champion has yet to answer."""
    proposal = make_proposal(people, Stage.SUBMITTED)
    target = make_submitted(make_person(name="Champion of yet another", organisation=OTHER))
    propose_merge(proposal, target, people["champion"], reason=REASON)
    return proposal


def decide(proposal: Proposal, stage: Stage, director: Person, round_: Round) -> None:
    if stage is Stage.SPREAD:
        said = {
            "statement": "We will spread it.",
            "adoption_target": 3,
            "investment": 0,
            "conditions": asked_in("A named lead"),
        }
        decisions.release(proposal, DecisionKind.APPROVE_SPREAD, director, said)
    elif stage is Stage.CHANGES_REQUESTED:
        due = clock.today() + timedelta(days=30)
        said = {
            "must_show": "Figures.",
            "talk_to": "The safety clinic.",
            "due": due,
            "override_reason": "Too early.",
        }
        decisions.release(proposal, DecisionKind.DEVELOP, director, said)
    elif stage is Stage.NOT_TAKEN_FORWARD:
        said = {
            "reason_code": "other",
            "feedback": "Not now.",
            "would_change": "Figures.",
            "override_reason": "It is done elsewhere.",
        }
        decisions.release(proposal, DecisionKind.DECLINE, director, said)
