"""Adoption kits through their pages: who writes them, what everyone reads, and the log of barriers."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from threading import Event as Flag
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from exchange import clock, storage
from exchange import paper as papers
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.demo.pdf import one_page
from exchange.events import Event
from exchange.extensions import db
from exchange.kits import paper, queries, services
from exchange.kits.models import Barrier, KitContact, KitFile
from exchange.proposals.services import sweep_files
from exchange.region import queries as region
from exchange.spread.models import Programme
from exchange.spread.queries import programme_seen
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_staff
from tests.decisions.test_paper import unpacked
from tests.factories import make_person
from tests.notifications.arrange import forget, tell, texts_to, told
from tests.pages import Client, Page
from tests.spread.arrange import make_programme
from tests.statements import counted_queries

SLUG = "falls-huddles"
HILL, RIVER, VALLEY = "hill-hospital", "river-trust", "valley-university"
NASTY = '#panic("no") *bold* <b>b</b> $x$ @ref // [link](x) \\ #import "a"'


def make_one() -> tuple[Staff, Person]:
    """A programme that one organisation pilots, and somebody of that one."""
    staff = make_staff()
    programme = make_programme(staff)
    set_eligible(programme, staff.manager, [HILL, RIVER])
    held = db.session.get_one(Adoption, (programme.id, RIVER))
    record_step(held, staff.manager, step=Step.PILOTING, on=clock.today(), reason="", expected=None)
    return staff, make_person(name="Rita Rivers", organisation=RIVER)


def the_programme() -> Programme:
    return db.session.scalars(select(Programme)).one()


def add_one(author: Person, met: str = "No trainer.", passed: str = "") -> int:
    held = db.session.get_one(Person, author.id)
    river = region.organisation(RIVER)
    today = clock.today()
    return services.add_barrier(the_programme(), river, held, met_on=today, met=met, passed=passed).id


def edit(client: Client, person: Person, section: str) -> Page:
    return client.as_(person).get("kits.edit_kit", slug=SLUG, section=section)


def days_ago(days: int) -> dict[str, Any]:
    day = clock.today() - timedelta(days=days)
    return {"met_on-day": str(day.day), "met_on-month": str(day.month), "met_on-year": str(day.year)}


def kinds() -> list[str]:
    found = select(Event.kind).where(Event.kind.like("%kit%") | Event.kind.like("%barrier%"))
    return list(db.session.scalars(found.order_by(Event.id)))


def test_an_empty_kit_says_who_writes_it(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = client.visitor().get("spread.programme", slug=SLUG).click("Adoption kit")
    assert "Nobody has written this kit yet" in page.text
    assert "No barrier has been written down yet" in page.text
    editor = client.as_(staff.champion).get("kits.kit", slug=SLUG)
    assert "Nobody has written this kit yet" not in editor.text
    assert len(editor.select(".app-kit__missing")) == 6


def test_the_champion_and_the_manager_write_it_and_everyone_reads_it(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff, _ = make_one()
    page = (
        client.as_(staff.champion).get("kits.kit", slug=SLUG).click("Change : What it is".replace(" :", ":"))
    )
    page = page.submit("Save", about="A short meeting each morning.")
    assert "The kit is saved." in page.text
    edit(client, staff.champion, "steps").submit("Save", steps="Choose a ward\nA keen one.\n\nStart")
    costs: dict[str, Any] = {"setup_cost": "£4,500", "yearly_cost": "0", "staff_time": "Ten minutes a day"}
    edit(client, staff.manager, "costs").submit("Save", **costs)
    edit(client, staff.manager, "lessons").submit("Save", lessons="Begin small.")
    page = client.visitor().get("kits.kit", slug=SLUG)
    assert page.texts(".app-steps__title") == ["Choose a ward", "Start"]
    assert page.texts(".app-costs__value") == ["£4,500", "£0", "Ten minutes a day"]
    for words in ("A short meeting each morning.", "A keen one.", "Begin small.", "Last changed on"):
        assert words in page.text, words
    assert "Change" not in page.text
    with committed():
        assert kinds() == ["edit_kit"] * 4
        kit = queries.public_kit(the_programme())
        assert (kit.setup_cost, kit.yearly_cost, kit.staff_time) == (4500, 0, "Ten minutes a day")


@pytest.mark.parametrize(
    ("section", "fields", "message"),
    [
        ("about", {"about": "word " * 121}, "What it is, in a few plain words must be 120 words or fewer"),
        ("steps", {"steps": "x" * 121}, "The first line of step 1 must be 120 characters or fewer"),
        ("costs", {"setup_cost": "a few"}, "Enter the cost to set it up in whole pounds, like 4,500"),
        (
            "costs",
            {"yearly_cost": "10,000,001"},
            "Enter “Cost each year after that (£)” from £0 to £10,000,000",
        ),
        ("costs", {"staff_time": "x" * 201}, "Time of staff must be 200 characters or fewer"),
        ("lessons", {"lessons": "word " * 401}, "What others learnt must be 400 words or fewer"),
    ],
)
def test_too_much_is_refused_and_kept_in_the_form(
    client: Client, committed: Committed, section: str, fields: dict[str, str], message: str
) -> None:
    with committed():
        staff, _ = make_one()
    page = edit(client, staff.champion, section).submit("Save", fields, status=422)
    assert page.errors[0].startswith(message)
    [(name, typed)] = fields.items()
    assert page.value(name) == typed


def test_a_section_changed_meanwhile_shows_both_texts(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = edit(client, staff.champion, "lessons")
    edit(client, staff.manager, "lessons").submit("Save", lessons="Begin with nights.")
    edit(client, staff.manager, "about").submit("Save", about="Another section disturbs nobody.")
    stale = page.submit("Save", lessons="Begin small.", status=409)
    assert "This was changed while you were writing" in stale.text
    assert stale.texts(".app-theirs .app-prose") == ["Begin with nights."]
    assert stale.value("lessons") == "Begin small."
    stale.submit("Save", lessons="Begin small, with nights.")
    with committed():
        assert queries.public_kit(the_programme()).lessons == "Begin small, with nights."


def test_nobody_else_writes_it(client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
    for person in (member, staff.director, staff.co_author):
        browser = client.as_(person)
        browser.get("kits.edit_kit", slug=SLUG, section="about", status=403)
        browser.get("kits.documents", slug=SLUG, status=403)
        browser.get("kits.contacts", slug=SLUG, status=403)
    client.as_(staff.champion).get("kits.edit_kit", slug=SLUG, section="prices", status=404)


def test_documents_are_examined_kept_and_removed(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = client.as_(staff.champion).get("kits.documents", slug=SLUG)
    assert page.submit("Add", status=422).errors == ["Choose at least one document"]
    refused = page.submit("Add", documents=[(io.BytesIO(b"<html>"), "page.pdf")], status=422)
    assert "“page.pdf” holds a web page." in refused.errors[0]
    sent = one_page("Poster", "Look.")
    for _ in range(2):  # the second time it is there already
        page = page.submit("Add", documents=[(io.BytesIO(sent), "../poster.exe")])
    assert len(page.select(".app-documents__one")) == 1
    assert "Nothing was added: the kit has what you chose already." in page.text
    file = client.visitor().get("kits.kit", slug=SLUG).click("poster.exe.pdf")
    assert file.response.get_data() == sent
    assert file.response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with committed():
        kept = db.session.scalars(select(KitFile)).one()
        name, number = kept.stored_as, kept.id
        with clock.pretend(clock.now() + timedelta(days=3)):
            assert sweep_files() == 0  # what a kit mentions is kept
        assert storage.read(name) == sent
    page = page.click("Remove poster.exe.pdf").submit("Remove")
    assert "No documents yet" in page.text
    with committed():
        assert storage.read(name) is None
        assert kinds() == ["add_kit_file", "remove_kit_file"]
    client.visitor().get("kits.document", slug=SLUG, document_id=number, status=302)


def test_a_document_whose_bytes_are_gone_says_so(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = client.as_(staff.champion).get("kits.documents", slug=SLUG)
    page = page.submit("Add", documents=[(io.BytesIO(one_page("a", "b")), "a.pdf")])
    with committed():
        storage.delete(db.session.scalars(select(KitFile.stored_as)).one())
    missing = page.click("a.pdf", status=404)
    assert "This document is missing" in missing.text
    assert "Back to the kit" in missing.texts("a.nhsuk-back-link")


def test_more_documents_than_a_kit_has_are_refused(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_FILES", 1)
    with committed():
        staff, _ = make_one()
    page = client.as_(staff.champion).get("kits.documents", slug=SLUG)
    files = [(io.BytesIO(one_page(name, "b")), f"{name}.pdf") for name in ("a", "b")]
    refused = page.submit("Add", documents=files, status=422)
    assert refused.errors == ["Choose 1 document or fewer. A kit can have 1"]


def test_contacts_are_named_without_an_address_and_leavers_are_not(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff, _ = make_one()
        lead = make_person(name="Lena Lead", role=Role.ORGANISATION_LEAD, organisation=RIVER)
    tell(app)
    forget(committed)
    page = client.as_(staff.manager).get("kits.contacts", slug=SLUG)
    assert "Lena Lead" in page.text
    assert page.submit("Add the contact", who="somebody-else", status=422).errors == [
        "Enter their role",
        "Enter their organisation",
        "Enter what to ask them about",
    ]
    page = page.submit("Add the contact", who=str(lead.id), topic="Training")
    page.submit("Add the contact", who="somebody-else", role="Estates", organisation="Hill", topic="Rails")
    tell(app)
    assert told(committed) == {"Lena Lead": ["you are named as a contact"]}
    public = client.visitor().get("kits.kit", slug=SLUG)
    assert public.texts(".app-contacts__topic") == ["Training", "Rails"]
    assert "River Community Trust" in public.texts(".app-contacts__one")[0]
    assert lead.email not in public.response.get_data(as_text=True)
    with committed():
        db.session.execute(update(Person).where(Person.id == lead.id).values(active=False))
    assert client.visitor().get("kits.kit", slug=SLUG).texts(".app-contacts__topic") == ["Rails"]
    page = client.as_(staff.manager).get("kits.contacts", slug=SLUG)
    assert "Has left, so the kit does not show them" in page.text
    page.click("Remove Lena Lead").submit("Remove")
    with committed():
        assert db.session.scalars(select(KitContact.role)).all() == ["Estates"]


def test_who_is_named_takes_themselves_out(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        lead = make_person(name="Lena Lead", role=Role.ORGANISATION_LEAD, organisation=RIVER)
    tell(app)
    forget(committed)
    for topic in ("Training", "Trials"):
        browser = client.as_(staff.manager)
        browser.get("kits.contacts", slug=SLUG).submit("Add the contact", who=str(lead.id), topic=topic)
        if topic == "Training":
            with committed():
                number = db.session.scalars(select(KitContact.id)).one()
            client.as_(member).get("kits.remove_contact", slug=SLUG, contact_id=number, status=403)
            page = client.as_(lead).get("kits.kit", slug=SLUG).click("Take yourself out").submit("Remove")
            assert "Lena Lead is no longer a contact." in page.text
            assert page.texts(".app-contacts__topic") == []
    tell(app)
    assert told(committed) == {"Lena Lead": ["you are named as a contact"]}, "of the one that still stands"
    assert "Take yourself out" in texts_to(committed, lead)[-1]


def test_an_adopter_adds_a_barrier_and_corrects_it(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
    tell(app)
    forget(committed)
    form = client.as_(member).get("kits.kit", slug=SLUG).click("Add a barrier")
    assert form.submit("Add it to the log", status=422).errors == [
        "Enter the day on which you met it",
        "Enter what stood in the way",
    ]
    future = form.submit("Add it to the log", days_ago(-1), met="No trainer.", status=422)
    assert future.errors[0].startswith("“When you met it” must be ")
    page = form.submit("Add it to the log", days_ago(3), met="No trainer.")
    assert page.texts(".app-barrier__label") == ["What stood in the way", "It still stands in the way."]
    tell(app)
    news = ["River Community Trust wrote down a barrier"]
    assert told(committed) == {staff.champion.name: news, staff.manager.name: news}
    [link] = [words for words in page.links() if words.startswith("Correct what River Community Trust met")]
    page = page.click(link).submit("Save", passed="We trained our own.")
    public = client.visitor().get("kits.kit", slug=SLUG)
    assert public.texts(".app-barrier .app-prose") == ["No trainer.", "We trained our own."]
    assert "Rita Rivers" not in public.text
    with committed():
        assert kinds() == ["add_barrier", "correct_barrier"]


def test_one_person_adds_no_more_barriers_than_others_can_read(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_BARRIERS_A_DAY", 1)
    with committed():
        _, member = make_one()
        add_one(member)
    form = client.as_(member).get("kits.add_barrier", slug=SLUG)
    refused = form.submit("Add it to the log", days_ago(3), met="No room.", status=409)
    assert "You wrote down 1 barrier since yesterday. Add more tomorrow." in refused.text


def test_who_adds_for_whom(client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        hill = make_person(organisation=HILL)
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=HILL)
        valley = make_person(organisation=VALLEY)
    for person in (hill, valley, staff.director):
        client.as_(person).get("kits.add_barrier", slug=SLUG, status=403)
        assert "Add a barrier" not in client.as_(person).get("kits.kit", slug=SLUG).links()
    for person, shown in ((member, RIVER), (lead, HILL)):
        client.as_(person).get("kits.add_barrier", slug=SLUG).submit(
            "Add it to the log", days_ago(0), met=f"Of {shown}"
        )
    page = client.as_(staff.champion).get("kits.add_barrier", slug=SLUG)
    offered = [each.attributes.get("value") for each in page.select("select[name=organisation] option")]
    assert offered == ["", HILL, RIVER]
    with committed():
        rows = db.session.scalars(select(Barrier).order_by(Barrier.id)).all()
        assert [(each.organisation_id, each.met) for each in rows] == [
            (RIVER, f"Of {RIVER}"),
            (HILL, f"Of {HILL}"),
        ]


def test_a_manager_corrects_with_a_reason_and_hides_what_must_not_be_read(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff, member = make_one()
        number = add_one(member, "Mr Price will not.")
        colleague = make_person(organisation=RIVER)
    place: dict[str, Any] = {"slug": SLUG, "barrier_id": number}
    page = client.as_(staff.manager).get("kits.correct_barrier", **place)
    assert page.submit("Save", passed="Done.", status=422).errors == ["Enter why it changes"]
    page.submit("Save", passed="Done.", reason="It was passed.")
    client.as_(staff.champion).get("kits.correct_barrier", status=403, **place)
    client.as_(colleague).get("kits.correct_barrier", status=403, **place)
    client.as_(staff.champion).get("kits.hide_barrier", status=403, **place)
    tell(app)
    assert "a barrier that you wrote down is corrected" in told(committed)["Rita Rivers"]
    assert "It was passed." in texts_to(committed, member)[-1]
    forget(committed)
    hiding = client.as_(staff.manager).get("kits.hide_barrier", **place)
    assert hiding.submit("Hide it", status=422).errors == ["Enter why you hide it"]
    hiding.submit("Hide it", reason="It names somebody.")
    tell(app)
    assert told(committed) == {"Rita Rivers": ["a barrier that you wrote down is hidden"]}
    assert "It names somebody." in texts_to(committed, member)[-1]
    for browser in (client.visitor(), client.as_(colleague)):
        assert "Mr Price" not in browser.get("kits.kit", slug=SLUG).text
    for person in (staff.manager, staff.champion, member):
        assert "It names somebody." in client.as_(person).get("kits.kit", slug=SLUG).text
    client.as_(colleague).get("kits.correct_barrier", status=404, **place)
    client.as_(member).get("kits.correct_barrier", status=403, **place)
    with committed():
        found = programme_seen(None, SLUG)
        assert queries.public_kit(found.programme).barriers == []
    client.as_(staff.manager).get("kits.hide_barrier", **place).submit("Show it again")
    assert "Mr Price" in client.visitor().get("kits.kit", slug=SLUG).text
    with committed():
        assert kinds() == ["add_barrier", "correct_barrier", "hide_barrier", "show_barrier"]


def test_a_barrier_corrected_meanwhile_shows_both_texts(client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        number = add_one(member)
    page = client.as_(member).get("kits.correct_barrier", slug=SLUG, barrier_id=number)
    other = client.as_(staff.manager).get("kits.correct_barrier", slug=SLUG, barrier_id=number)
    other.submit("Save", met="No trainer in May.", reason="To say when.")
    stale = page.submit("Save", met="No trainers at all.", status=409)
    assert stale.texts(".app-theirs .app-prose") == ["No trainer in May."]
    assert stale.value("met") == "No trainers at all."
    stale.submit("Save")
    with committed():
        assert db.session.scalars(select(Barrier.met)).one() == "No trainers at all."


def test_who_moved_away_corrects_no_more(client: Client, committed: Committed) -> None:
    with committed():
        _, member = make_one()
        number = add_one(member)
    with committed():
        db.session.execute(update(Person).where(Person.id == member.id).values(organisation_id=VALLEY))
    client.as_(member).get("kits.correct_barrier", slug=SLUG, barrier_id=number, status=403)


def test_a_long_log_has_pages_and_takes_no_more_queries(
    app: Flask, client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SHOWN", 4)
    with committed():
        staff, member = make_one()
        add_one(member, "Barrier 1")
    path = f"/programmes/{SLUG}/kit"
    people = (None, member, staff.manager)
    few = [counted_queries(app, client, person, path) for person in people]
    with committed():
        for number in range(2, 7):
            add_one(member, f"Barrier {number}")
    page = client.visitor().get(path)
    assert page.texts(".app-barrier .app-prose") == [f"Barrier {number}" for number in (6, 5, 4, 3)]
    older = page.browser.get(page.select(".nhsuk-pagination a")[0].attributes["href"] or "")
    assert older.texts(".app-barrier .app-prose") == ["Barrier 2", "Barrier 1"]
    assert [counted_queries(app, client, person, path) for person in people] == few


def test_a_leaflet_waits_for_no_decision_pack_and_is_made_once(client: Client, committed: Committed) -> None:
    with committed():
        make_one()
    busy = Flag()
    waiting = papers._queue("paper").submit(busy.wait)
    before = papers._kept.cache_info()
    try:
        first, second = (client.visitor().get("kits.kit_pdf", slug=SLUG).response.get_data() for _ in "12")
    finally:
        busy.set()
        waiting.result()
    after = papers._kept.cache_info()
    assert first == second
    assert after.hits > before.hits


def test_a_step_and_a_barrier_longer_than_a_page_lose_nothing_in_the_leaflet(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff, member = make_one()
        add_one(member, "slow\n" * 120, "then\n" * 150)
    edit(client, staff.champion, "steps").submit("Save", steps="Begin\n" + "word\n" * 890)
    pdf = client.visitor().get("kits.kit_pdf", slug=SLUG).response.get_data()
    pages = re.findall(rb"/Type */Page\b", unpacked(pdf))
    assert len(pages) >= 20, "a sheet holds 50 lines at most, and there are more than a thousand"


def test_the_leaflet_holds_the_whole_public_kit_and_no_markup(client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        add_one(member, NASTY, f"{NASTY}\n\n= Heading")
        hidden = add_one(member, "Mr Price will not.")
        manager = db.session.get_one(Person, staff.manager.id)
        services.hide_barrier(db.session.get_one(Barrier, hidden), manager, reason="A name.")
    edit(client, staff.champion, "steps").submit("Save", steps=f"{NASTY}\n{NASTY}\n\n😀 中文")
    edit(client, staff.champion, "costs").submit("Save", setup_cost="100", costs_note=NASTY)
    answer = client.visitor().get("kits.kit", slug=SLUG).click("Get the whole kit as a PDF").response
    assert answer.get_data().startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={SLUG}-adoption-kit.pdf"
    with committed(), client.app.test_request_context():
        said = paper.content_of(the_programme())
    assert [each["met"] for each in said["barriers"]] == [[NASTY]]
    assert said["barriers"][0]["passed"] == [NASTY, "= Heading"]
    assert [each["title"] for each in said["steps"]] == [NASTY, "😀 中文"]
    assert said["costs"] == [
        ("To set it up", "£100"),
        ("Each year after that", "Not known yet"),
        ("Time of staff", "Not known yet"),
    ]
    assert staff.champion.email not in str(said)
