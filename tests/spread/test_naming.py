"""What the staff write of a programme does not tell the team and the public who reviewed it."""

from __future__ import annotations

from typing import Any

from exchange import clock
from exchange.accounts.models import Person
from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.asks import services as asks
from exchange.asks.models import Ask
from exchange.benefits.services import promise_by_record
from exchange.discussion import places
from exchange.discussion import services as discussion
from exchange.extensions import db
from exchange.kits import services as kits
from exchange.measures.models import Combined
from exchange.measures.services import define_measure
from exchange.proposals.lifecycle import Stage
from exchange.region import queries as region
from exchange.spread.models import Programme, ProgrammeStatus
from exchange.spread.services import start_programme
from tests.assessment.test_naming import asks as asked
from tests.benefits.arrange import HILL, RIVER, SLUG, enter, promise_people
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_assessed_quickly, make_staff
from tests.factories import make_person
from tests.pages import Client

TOMORROW = {"review_on-day": "1", "review_on-month": "3", "review_on-year": str(clock.today().year + 1)}


def make_reviewed(status: ProgrammeStatus = ProgrammeStatus.ACTIVE) -> tuple[Staff, Programme]:
    """A programme whose proposal Ann Ward reviewed."""
    staff = make_staff()
    staff.reviewers[0].name = "Ann Ward"
    proposal = make_assessed_quickly(staff)
    proposal.stage = Stage.SPREAD
    programme = start_programme(
        proposal,
        staff.director,
        statement="People fall less.",
        adoption_target=12,
        investment=40_000,
        conditions=[],
    )
    programme.status = status
    set_eligible(programme, staff.manager, [HILL, RIVER])
    return staff, programme


def test_what_a_director_says_of_a_programme_names_no_reviewer(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_reviewed()
    director = client.as_(staff.director)
    for name, field in (
        ("pause", "reason"),
        ("refocus", "changed"),
        ("refocus", "reason"),
        ("complete", "lessons"),
        ("end", "reason"),
        ("end", "lessons"),
    ):
        sent = {field: "Ann Ward was right."}
        page = director.post("spread.change_programme", sent, slug=SLUG, name=name, status=422)
        assert any(error.startswith("Take “Ann Ward” out of") for error in page.errors), (name, field)
    page = director.get("spread.change_several", name="pause")
    sent = {"programmes": SLUG, "reason": "As Ann Ward said.", **TOMORROW}
    page = page.submit("Pause the selected programmes", sent, status=422)
    assert page.errors == ["Take “Ann Ward” out of “Why”: the team must not learn who assesses it"]
    page = page.submit("Pause the selected programmes", reason="Ward 6 is closed.", status=422)
    assert asked(page) == ["“Ward” does not stand there as a reviewer"]
    page = page.submit("Pause the selected programmes", means_nobody=["Ward"])
    assert "1 programme changed" in page.text.lower()


def test_what_the_staff_write_of_a_programme_names_no_reviewer(client: Client, committed: Committed) -> None:
    """Whoever can be turned to may be named where that is meant: there it is only asked."""
    with committed():
        staff, programme = make_reviewed()
        rita = make_person(name="Rita Rivers", organisation=RIVER)
        promise_by_record(programme, staff.manager)
        promise_people(programme, staff.manager)
        held = db.session.get_one(Adoption, (programme.id, RIVER))
        record_step(held, staff.manager, step=Step.PILOTING, on=clock.today(), reason="", expected=None)
        enter(staff, 1_000, is_confirmed=False, by=rita)
        define_measure(
            programme,
            staff.manager,
            name="Falls",
            unit="falls",
            definition="All of them.",
            direction=None,
            target=None,
            combined=Combined.ADDED,
        )
        ask: Ask = asks.ask(programme, region.organisation(RIVER), rita, "Two wards.")
        barrier = kits.add_barrier(
            programme, region.organisation(RIVER), rita, met_on=clock.today(), met="Time.", passed=""
        )
        comment = discussion.add_comment(places.of_programme(rita, SLUG), rita, "It helps.", None)
    manager = client.as_(staff.manager)
    of_slug: dict[str, Any] = {"slug": SLUG}
    refused = (
        ("adoption.set_plan", of_slug, "goal"),
        ("measures.define_measure", of_slug, "definition"),
        ("measures.rebase_measure", of_slug | {"number": 1}, "reason"),
        ("benefits.write_promise", of_slug, "unit"),
        ("benefits.correct_promise", of_slug | {"number": 1}, "reason"),
        ("kits.hide_barrier", of_slug | {"barrier_id": barrier.id}, "reason"),
        ("discussion.moderate_comment", {"comment_id": comment.id}, "why_hidden"),
    )
    chosen = {"kind": "other", "action": "hide", "outcome": "not-now", "answer": "interested"}
    chosen |= {"was": "0"}
    for endpoint, values, field in refused:
        page = manager.post(endpoint, chosen | {field: "As Ann Ward said."}, **values, status=422)
        assert any(error.startswith("Take “Ann Ward” out of") for error in page.errors), endpoint
    only_asked = (
        ("adoption.release_funding", of_slug, "purpose"),
        ("adoption.record", of_slug | {"organisation_id": RIVER}, "reason"),
        ("measures.enter_figures", of_slug | {"number": 1, "organisation_id": RIVER}, "reason"),
        ("benefits.enter_benefit", of_slug | {"organisation_id": RIVER}, "method"),
        ("benefits.correct_benefit", of_slug | {"number": 1}, "baseline"),
        ("benefits.withdraw_benefit", of_slug | {"number": 1}, "reason"),
        ("kits.edit_kit", of_slug | {"section": "lessons"}, "lessons"),
        ("kits.contacts", of_slug, "topic"),
        ("kits.add_barrier", of_slug, "met"),
        ("kits.correct_barrier", of_slug | {"barrier_id": barrier.id}, "reason"),
        ("asks.show", {"ask_id": ask.id}, "text"),
        ("asks.settle", {"ask_id": ask.id}, "reason"),
        ("discussion.comment_on_programme", of_slug, "text"),
        ("beyond.offer_programme", of_slug, "message"),
    )
    chosen |= {"was": "piloting"}
    for endpoint, values, field in only_asked:
        page = manager.post(endpoint, chosen | {field: "Ann Ward knows."}, **values, status=422)
        assert asked(page) == ["“Ann Ward” does not stand there as a reviewer"], endpoint
    row = f"River Community Trust\tadopted\t{clock.today():%d/%m/%Y}\tAnn Ward asked"
    page = manager.post("adoption.update_many", {"rows": row}, **of_slug, status=422)
    assert asked(page) == ["“Ann Ward” does not stand there as a reviewer"]
    page = page.submit("Check the rows", means_nobody=["Ann Ward"]).submit("Record 1 step")
    assert "1 step recorded" in page.text.lower()
    page = manager.post("measures.enter_table", {"rows": row}, **of_slug, number=1, status=422)
    assert asked(page) == ["“Ann Ward” does not stand there as a reviewer"]


def test_nobody_else_learns_who_reviewed_it_by_naming_them(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_reviewed()
        lead: Person = make_person(name="Rita Rivers", organisation=RIVER)
    page = client.as_(staff.champion).get("kits.edit_kit", slug=SLUG, section="lessons")
    assert "saved" in page.submit("Save", lessons="Ann Ward knows, and so does Ward 6.").text
    page = client.as_(lead).get("discussion.comment_on_programme", slug=SLUG)
    assert "Your comment is there" in page.submit("Send comment", text="Ann Ward knows.").text
