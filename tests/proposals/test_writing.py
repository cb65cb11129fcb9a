"""Starting a proposal, its task list, and its sections: whatever is typed, nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from exchange import clock
from exchange.events import Event
from exchange.extensions import db
from exchange.forms.typed import LONGEST_TEXT
from exchange.proposals import record, services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Attachment, Proposal
from exchange.proposals.record import Kind
from exchange.proposals.services.working import LONGEST_TITLE
from tests.conftest import Committed
from tests.factories import THEME, make_person
from tests.pages import Browser, Client, Page
from tests.proposals.arrange import (
    ANSWERS,
    OTHER_THEME,
    attach,
    make_champion,
    make_draft,
    make_manager,
    make_member,
    make_submitted,
    make_theme,
    put_at,
)

SAVE, LATER = "Save and continue", "Save and come back later"


def answers_of(proposal: Proposal) -> dict[str, Any]:
    return db.session.get_one(Proposal, proposal.id).answers


def events_of(proposal: Proposal, kind: str) -> int:
    query = select(func.count()).where(Event.subject == proposal.event_subject, Event.kind == kind)
    return db.session.scalar(query) or 0


def section(browser: Browser, proposal: Proposal, id_: str = "need", **more: Any) -> Page:
    return browser.get("proposals.edit_section", ref=proposal.reference, section=id_, **more)


# ---- Starting


def test_a_mark_that_no_form_of_ours_has_makes_a_draft_all_the_same(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion = make_champion()
    sent = {"title": "Falls huddles", "lead_theme": THEME, "once": "a\x00b"}
    assert client.as_(champion).post("proposals.new", sent).path == "/proposals/TV-2026-0001/edit"


def test_new_makes_a_draft_with_its_reference(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
    page = client.as_(champion).get("proposals.new")
    assert page.h1 == "Propose an innovation"
    page = page.submit(SAVE, title="  Falls   huddles ", lead_theme=THEME)
    with committed():
        proposal = db.session.scalars(select(Proposal)).one()
        assert proposal.reference == f"TV-{clock.today().year}-0001"
        assert page.path == f"/proposals/{proposal.reference}/edit"
        assert (proposal.stage, proposal.title, proposal.champion_id) == (
            Stage.DRAFT,
            "Falls huddles",
            champion.id,
        )
        assert proposal.answers == {"title": "Falls huddles", "lead_theme": THEME}
        assert events_of(proposal, "create") == 1


def test_new_asks_for_both_answers(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
    page = client.as_(champion).get("proposals.new").submit(SAVE, title="  ", status=422)
    assert page.errors == ["Enter the name of the innovation", "Select the lead theme"]
    page = page.submit(SAVE, title="Falls", status=422)
    assert page.value("title") == "Falls"


@pytest.mark.parametrize("theme", ["no-such-theme", OTHER_THEME, "x" * 5_000, "'; DROP TABLE theme; --"])
def test_new_refuses_a_theme_that_is_not_offered(client: Client, committed: Committed, theme: str) -> None:
    with committed():
        make_theme(retired_at=clock.now())
        champion = make_champion()
    page = client.as_(champion).post("proposals.new", {"title": "Falls", "lead_theme": theme}, status=422)
    assert page.errors == ["Select from the list for “Lead theme”"]


def test_new_sent_twice_makes_one(client: Client, committed: Committed) -> None:
    with committed():
        champion, other = make_champion(), make_champion()
    page = client.as_(champion).get("proposals.new")
    first = page.submit(SAVE, title="Falls", lead_theme=THEME)
    second = page.submit(SAVE, title="Falls", lead_theme=THEME)
    assert first.path == second.path
    once = page.value("once")
    client.as_(other).post("proposals.new", {"title": "Falls", "lead_theme": THEME, "once": once})
    with committed():
        references = db.session.scalars(select(Proposal.reference).order_by(Proposal.id)).all()
        assert [reference[-4:] for reference in references] == ["0001", "0002"]


def test_new_is_for_members_and_those_to_be_settled(client: Client, committed: Committed) -> None:
    with committed():
        lay, unsettled = make_person(is_lay=True), make_person(organisation=None)
    assert "Members of the network propose." in client.as_(lay).get("proposals.new", status=403).text
    client.as_(unsettled).get("proposals.new").submit(SAVE, title="Falls", lead_theme=THEME)
    assert client.visitor().get("proposals.new").path == "/login"


# ---- The task list


def test_edit_lists_the_sections_with_their_progress(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion, involvement_level=None, involvement_summary=None, need=None)
        answers = {**proposal.answers, "barriers": "word " * 301}
        proposal.answers = answers
    page = client.as_(champion).get("proposals.edit", ref=proposal.reference)
    assert page.h1.endswith("Falls huddles")
    statuses = page.texts(".nhsuk-task-list__status")
    assert statuses == [
        "Completed",
        "Completed",
        "In progress",
        "Completed",
        "Not started",
        "Too long",
        "Completed",
        "Completed",
        "Completed",
    ]
    assert "What could stop it, and your answer must be 300 words or fewer. It has 301" in page.text
    assert "6 of 9 sections have what is needed to submit." in page.text
    assert "Only your team can read it." in page.text


def test_edit_is_the_teams_while_it_can_be_edited(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person()
        proposal = make_submitted(champion, co_authors=[author])
        manager, member, ref = make_manager(), make_member(), proposal.reference
    for person in (champion, author, manager, member):
        assert (
            "Its team can change the answers"
            in client.as_(person).get("proposals.edit", ref=ref, status=403).text
        )
    with committed():
        put_at(db.session.get_one(Proposal, proposal.id), Stage.CHANGES_REQUESTED)
    for person in (champion, author):
        client.as_(person).get("proposals.edit", ref=ref)
    client.as_(manager).get("proposals.edit", ref=ref, status=403)


# ---- Sections


@pytest.mark.parametrize("asked", record.SECTIONS, ids=lambda asked: str(asked.id))
def test_each_section_shows_what_it_holds_and_saves_it_again(
    client: Client, committed: Committed, asked: record.Section
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        before = dict(proposal.answers)
        edits = events_of(proposal, "save_section")
    page = section(client.as_(champion), proposal, asked.id)
    assert page.h1.endswith(asked.title)
    page.submit(SAVE)
    with committed():
        assert answers_of(proposal) == before
        assert events_of(proposal, "save_section") == edits


def test_every_answer_is_kept_as_its_kind(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = services.create(champion, "Falls huddles", THEME)
    browser = client.as_(champion)
    for asked in record.SECTIONS:
        mine = {q.id: ANSWERS[q.id] for q in record.typed_in(asked) if ANSWERS.get(q.id) not in (None, [])}
        page = section(browser, proposal, asked.id)
        page.submit(SAVE, mine)
    with committed():
        kept = answers_of(proposal)
        assert {id_: value for id_, value in kept.items() if value not in (None, [], "")} == {
            id_: value for id_, value in ANSWERS.items() if value not in ([], "")
        }


def test_saving_leads_on_section_by_section(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = services.create(champion, "Falls huddles", THEME)
    page = section(client.as_(champion), proposal, "idea")
    for asked in record.SECTIONS:
        assert page.path.endswith(f"/edit/{asked.id}")
        page = page.submit(SAVE)
    assert page.path == f"/proposals/{proposal.reference}/edit"


def test_save_and_come_back_later_always_saves(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = services.create(champion, "Falls huddles", THEME)
    page = section(client.as_(champion), proposal).submit(LATER, need="A first line")
    assert page.path == f"/proposals/{proposal.reference}/edit"
    assert "Your answers are saved." in page.text
    with committed():
        assert answers_of(proposal)["need"] == "A first line"


def test_what_is_too_long_is_saved_and_said(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = section(client.as_(champion), proposal).submit(SAVE, need="word " * 301)
    message = "The problem, and how you know must be 300 words or fewer. It has 301"
    assert page.path.endswith("/edit")
    assert page.text.count(message) == 2  # what was just saved, and in the list
    page = section(page.browser, proposal)
    assert f"{message}. It is saved, but cannot be submitted like this." in page.text
    assert page.value("need") == ("word " * 301).strip()
    with committed():
        long_title = {"title": "x" * 400}
        asked = record.SECTION_BY_ID["idea"]
        held = db.session.get_one(Proposal, proposal.id)
        state = services.section_state(held, asked)
        services.save_section(held, asked, long_title, champion, opened_at_state=state)
        assert len(held.title) == LONGEST_TITLE
    assert client.as_(champion).get("proposals.edit", ref=proposal.reference).h1.endswith("x" * 400)


@pytest.mark.parametrize(
    ("id_", "name", "typed", "message"),
    [
        (
            "need",
            "population",
            "many",
            "Enter “People in the region who could benefit each year” as a whole number, like 12",
        ),
        (
            "need",
            "population",
            "-3",
            "Enter “People in the region who could benefit each year” from 0 to 100,000,000",
        ),
        (
            "need",
            "population",
            "9" * 5_000,
            "Enter “People in the region who could benefit each year” from 0 to 100,000,000",
        ),
        (
            "need",
            "population",
            "1.5",
            "Enter “People in the region who could benefit each year” as a whole number, like 12",
        ),
        (
            "value",
            "investment_sought",
            "10000001",
            "Enter “Investment sought from the network (£)” from £0 to £10,000,000",
        ),
        (
            "value",
            "investment_sought",
            "a lot",
            "Enter “Investment sought from the network (£)” in whole pounds, like 45,000",
        ),
        ("idea", "website", "not a site", "Enter “Website” as a web address, like https://www.example.org"),
        (
            "idea",
            "website",
            "javascript:alert(1)",
            "Enter “Website” as a web address, like https://www.example.org",
        ),
        ("need", "need", "a\x00b", "Remove the characters shown as � from “The problem, and how you know”"),
        (
            "need",
            "need",
            "bell \x07 here",
            "Remove the characters shown as � from “The problem, and how you know”",
        ),
        (
            "need",
            "need",
            "x" * 30_001,
            "The problem, and how you know must be 30,000 characters or fewer. It has 30,001",
        ),
        (
            "idea",
            "title",
            "x" * 1_001,
            "Name of the innovation must be 1,000 characters or fewer. It has 1,001",
        ),
        ("idea", "category", "no-such", "Select from the list for “What kind of innovation it is”"),
        ("idea", "supplier", "no-such-trust", "Select from the list for “Company that supplies it”"),
        ("fit", "priorities", "no-such", "Select from the list for “Regional priorities it serves”"),
        ("fit", "lead_theme", "no-such", "Select from the list for “Lead theme”"),
        ("sharing", "visibility", "public", "Select from the list for “Who may read it before approval”"),
    ],
)
def test_what_a_kind_cannot_hold_is_said_and_kept_on_the_page(
    client: Client, committed: Committed, id_: str, name: str, typed: str, message: str
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        before = dict(proposal.answers)
    page = client.as_(champion).post(
        "proposals.save_section", {name: typed}, ref=proposal.reference, section=id_, status=422
    )
    assert page.errors == [message]
    if page.select(f"textarea[name={name}], input[type=text][name={name}]"):
        shown = page.value(name)
        assert shown == typed.replace("\x00", "�").replace("\x07", "�")
    with committed():
        assert answers_of(proposal) == before


def test_other_answers_of_the_page_survive_a_mistake(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = section(client.as_(champion), proposal)
    page = page.submit(SAVE, need="A new need", population="many", status=422)
    assert (page.value("need"), page.value("population")) == ("A new need", "many")
    page.submit(SAVE, population="2,600")
    with committed():
        kept = answers_of(proposal)
        assert (kept["need"], kept["population"]) == ("A new need", 2600)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "🏥 Ünïcödé שלום",
        "''; --",
        "{{ 7 * 7 }}",
        "\n\nA line\n\n\nAnother",
        "=1+1",
    ],
)
def test_any_text_is_kept_and_shown_as_text(client: Client, committed: Committed, text: str) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    section(client.as_(champion), proposal).submit(SAVE, need=text)
    with committed():
        assert answers_of(proposal)["need"] == text.strip()
    page = client.as_(champion).get("proposals.show", ref=proposal.reference)
    assert " ".join(text.split()) in page.text


def test_none_needed_is_chosen_alone(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = section(client.as_(champion), proposal, "safety")
    page = page.submit(SAVE, regulation=["dtac", "none-needed"], status=422)
    assert page.errors == ["Select “None needed” on its own, or the ones that apply"]
    page.submit(SAVE, regulation=["dtac"])
    with committed():
        assert answers_of(proposal)["regulation"] == ["dtac"]


def test_the_lead_theme_is_none_of_the_others(client: Client, committed: Committed) -> None:
    with committed():
        make_theme()
        champion = make_champion()
        proposal = make_draft(champion)
    section(client.as_(champion), proposal, "fit").submit(SAVE, supporting_themes=[THEME, OTHER_THEME])
    with committed():
        assert answers_of(proposal)["supporting_themes"] == [OTHER_THEME]


def test_a_retired_choice_stays_where_it_is_chosen(client: Client, committed: Committed) -> None:
    with committed():
        theme = make_theme()
        champion = make_champion()
        proposal = make_draft(champion, supporting_themes=[OTHER_THEME])
        theme.retired_at = clock.now()
        other = make_draft(champion)
    page = section(client.as_(champion), proposal, "fit")
    assert page.value("supporting_themes") == [OTHER_THEME]
    page.submit(SAVE)
    assert OTHER_THEME not in section(page.browser, other, "fit").tree.html  # type: ignore[operator]
    with committed():
        assert answers_of(proposal)["supporting_themes"] == [OTHER_THEME]


# ---- The company


@pytest.mark.parametrize(
    ("sent", "kept", "supplier_id"),
    [
        ({"supplier": "none"}, "none", None),
        ({"supplier": "river-trust"}, "river-trust", "river-trust"),
        ({"supplier": "listed", "supplier_listed": "river-trust"}, "river-trust", "river-trust"),
        ({"supplier": "listed", "supplier_listed": ""}, None, None),
        ({"supplier": "other", "supplier_name": "Acme Ltd"}, "other", None),
    ],
)
def test_supplier_is_none_an_organisation_or_another(
    client: Client, committed: Committed, sent: dict[str, str], kept: str | None, supplier_id: str | None
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion, supplier="none")
    browser = client.as_(champion)
    browser.post("proposals.save_section", sent, ref=proposal.reference, section="idea")
    with committed():
        held = db.session.get_one(Proposal, proposal.id)
        assert (held.answers["supplier"], held.supplier_id) == (kept, supplier_id)
    page = section(browser, proposal, "idea")
    shown = "listed" if supplier_id else kept
    assert page.value("supplier") == shown
    assert page.value("supplier_listed") == (supplier_id or "")
    page.submit(SAVE)  # and what the page shows is what it keeps
    with committed():
        assert answers_of(proposal)["supplier"] == kept


# ---- Two at once


def test_both_texts_stand_side_by_side_when_both_changed_one(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person(name="Jo Price")
        proposal = make_draft(champion, co_authors=[author])
    mine, theirs = section(client.as_(champion), proposal), section(client.as_(author), proposal)
    theirs.submit(SAVE, need="Their need", benefit_system="Their benefit")
    page = mine.submit(SAVE, need="My need", population="7", status=409)
    assert "Jo Price saved this section on another page." in page.text
    assert page.texts(".app-theirs") == ["The problem, and how you know: as Jo Price saved it Their need"]
    assert page.value("need") == "My need"
    assert page.value("population") == "7"
    assert page.value("benefit_system") == "Their benefit"  # which I had left alone
    page.submit(SAVE, need="Their need and mine")
    with committed():
        kept = answers_of(proposal)
        assert (kept["need"], kept["benefit_system"], kept["population"]) == (
            "Their need and mine",
            "Their benefit",
            7,
        )


def test_oneself_in_another_tab_is_you(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    one, two = (section(client.as_(champion), proposal) for _ in range(2))
    one.submit(SAVE, need="First")
    assert "You saved this section on another page." in two.submit(SAVE, need="Second", status=409).text


def test_two_who_change_different_answers_both_keep_them(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person()
        proposal = make_draft(champion, co_authors=[author])
    mine, theirs = section(client.as_(champion), proposal), section(client.as_(author), proposal)
    theirs.submit(SAVE, benefit_system="Their benefit")
    mine.submit(SAVE, need="My need")
    with committed():
        kept = answers_of(proposal)
        assert (kept["need"], kept["benefit_system"]) == ("My need", "Their benefit")


def test_the_same_form_sent_twice_changes_once(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        edits = events_of(proposal, "save_section")
    page = section(client.as_(champion), proposal)
    for _ in range(2):
        page.submit(SAVE, need="My need")
    with committed():
        assert events_of(proposal, "save_section") == edits + 1


@pytest.mark.parametrize("state", ["rubbish", "0" * 12, ".", "a.b.c.d.e.f.g.h"])
def test_a_form_with_a_broken_mark_loses_nothing(client: Client, committed: Committed, state: str) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    sent = {"state": state, "need": "My need"}
    page = client.as_(champion).post(
        "proposals.save_section", sent, ref=proposal.reference, section="need", status=409
    )
    assert page.value("need") == "My need"
    assert ANSWERS["need"] in page.text
    page.submit(SAVE)
    with committed():
        assert answers_of(proposal)["need"] == "My need"


def test_what_was_typed_is_shown_when_the_stage_moved_on(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = section(client.as_(champion), proposal)
    with committed():
        services.submit(db.session.get_one(Proposal, proposal.id), champion)
    page = page.submit(SAVE, need="My late words", status=409)
    assert page.value("need") == "My late words"
    assert page.errors == [
        "The proposal is now at “Submitted”, so its answers can no longer be changed. "
        "Copy what you typed before you leave."
    ]
    with committed():
        assert answers_of(proposal)["need"] == ANSWERS["need"]


def test_what_was_typed_is_shown_when_the_draft_is_gone_or_not_theirs(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, author = make_champion(), make_member()
        proposal = make_draft(champion, co_authors=[author])
    page = section(client.as_(author), proposal)
    with committed():
        db.session.get_one(Proposal, proposal.id).co_authors = []
    page = page.submit(SAVE, need="My <b>late</b> words", status=404)
    assert "What you typed" in page.texts("h2")
    assert "My <b>late</b> words" in page.text
    page = section(client.as_(champion), proposal)
    with committed():
        services.delete_draft(db.session.get_one(Proposal, proposal.id), champion)
    assert "My later words" in page.submit(SAVE, need="My later words", status=404).text


def test_the_lead_theme_is_fixed_while_changes_are_requested(client: Client, committed: Committed) -> None:
    with committed():
        make_theme()
        champion = make_champion()
        proposal = make_submitted(champion)
        put_at(proposal, Stage.CHANGES_REQUESTED)
    page = section(client.as_(champion), proposal, "fit")
    assert page.select("[name=lead_theme]") == []
    assert "To move it to another, ask its programme manager." in page.text
    assert "Safe care" in page.text
    page.submit(SAVE, supporting_themes=[OTHER_THEME])
    page.browser.post(
        "proposals.save_section",
        {"lead_theme": OTHER_THEME, "priorities": "falls"},
        ref=proposal.reference,
        section="fit",
    )
    with committed():
        kept = answers_of(proposal)
        assert (kept["lead_theme"], kept["priorities"]) == (THEME, ["falls"])


def test_the_longest_texts_of_a_section_fit_into_a_request(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    longest = "\U00010400" * LONGEST_TEXT  # four bytes each, and twelve on the way
    typed = {
        question.id: longest
        for question in record.asked_in(record.SECTION_BY_ID["need"])
        if question.kind is Kind.TEXT
    }
    section(client.as_(champion), proposal).submit(SAVE, typed)
    with committed():
        assert {id_: answers_of(proposal)[id_] for id_ in typed} == typed


def test_only_the_team_saves(client: Client, committed: Committed) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        put_at(proposal, Stage.CHANGES_REQUESTED)
        manager, member = make_manager(), make_member()
    for person in (manager, member):
        client.as_(person).post(
            "proposals.save_section", {"need": "x"}, ref=proposal.reference, section="need", status=403
        )


def test_there_are_no_other_sections(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    for name in ("declaration", "nothing", "IDEA", "%00"):
        client.as_(champion).get(f"/proposals/{proposal.reference}/edit/{name}", status=404)


# ---- Deleting a draft


def test_delete_asks_and_then_deletes_all_of_it(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person()
        proposal = make_draft(champion, co_authors=[author])
        attach(proposal, champion)
    browser = client.as_(champion)
    page = browser.get("proposals.edit", ref=proposal.reference).click("Delete this draft")
    assert page.h1 == "Delete this draft?"
    page = page.submit("Delete the draft")
    assert page.path == "/proposals"
    assert "The draft “Falls huddles” is deleted." in page.text
    browser.get("proposals.show", ref=proposal.reference, status=404)
    with committed():
        assert db.session.scalar(select(func.count()).select_from(Proposal)) == 0
        assert db.session.scalar(select(func.count()).select_from(Attachment)) == 0
        assert events_of(proposal, "delete_draft") == 1
        assert services.create(champion, "Another", THEME).id > proposal.id
    stored = Path(client.app.config["STORAGE_URL"].removeprefix("file:"))
    assert [path for path in stored.rglob("*") if path.is_file()] == []


def test_delete_is_the_champions_and_of_a_draft(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person()
        draft, submitted = make_draft(champion, co_authors=[author]), make_submitted(champion)
    client.as_(author).get("proposals.delete", ref=draft.reference, status=403)
    client.as_(author).post("proposals.delete", ref=draft.reference, status=403)
    client.as_(champion).post("proposals.delete", ref=submitted.reference, status=403)
    with committed():
        assert db.session.scalar(select(func.count()).select_from(Proposal)) == 2
