"""Two versions side by side, and what changed since, for everybody."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from exchange import clock
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.proposals import record, services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, ReadingLevel, Version
from tests.conftest import Committed
from tests.pages import Browser, Client, Page, words
from tests.proposals.arrange import (
    ANSWERS,
    attach,
    make_champion,
    make_director,
    make_draft,
    make_manager,
    make_member,
    make_reviewer,
    make_submitted,
    put_at,
)
from tests.statements import counted_queries

MARKUP = "<script>alert(1)</script> & <del>not ours</del>"


def request_changes(proposal: Proposal, manager: Person) -> None:
    services.request_changes(
        proposal, manager, sections=["need"], message="Say how many wards.", due=date(2030, 1, 4)
    )


def change(proposal: Proposal, person: Person, **answers: Any) -> None:
    """Writes these answers, section by section."""
    for section in record.SECTIONS:
        typed = {question.id: proposal.answers.get(question.id) for question in record.typed_in(section)}
        mine = {id_: value for id_, value in answers.items() if id_ in typed}
        if mine:
            state = services.section_state(proposal, section)
            services.save_section(proposal, section, {**typed, **mine}, person, opened_at_state=state)


def make_resubmitted(champion: Person, manager: Person, **answers: Any) -> Proposal:
    """Submitted, sent back, changed so, and submitted again."""
    proposal = make_submitted(champion)
    request_changes(proposal, manager)
    change(proposal, champion, **answers)
    services.submit(proposal, champion)
    return proposal


def compared(client: Client, committed: Committed, **answers: Any) -> Page:
    """Two versions that differ by these answers."""
    with committed():
        champion = make_champion()
        proposal = make_resubmitted(champion, make_manager(), **answers)
    return client.as_(champion).get("proposals.compare", ref=proposal.reference)


def sides(page: Page) -> list[str]:
    return page.texts(".app-compared__side")


def test_a_text_is_marked_word_by_word_on_both_sides(client: Client, committed: Committed) -> None:
    page = compared(client, committed, need="Falls harm many patients. Wordneed.")
    assert page.h1 == "Versions compared"
    assert "1 answer changed from version 1 to version 2, and 33 stayed the same." in page.text
    assert page.texts(".app-compared h3") == ["The problem, and how you know Changed"]
    assert sides(page) == [
        "Version 1 Falls harm patients. Wordneed.",
        "Version 2 Falls harm added: many (end of added) patients. Wordneed.",
    ]
    assert page.texts(".app-compared del") == []
    assert page.texts(".app-compared ins") == ["added: many (end of added)"]


def test_what_is_gone_is_marked_in_the_earlier_one(client: Client, committed: Committed) -> None:
    page = compared(client, committed, need="Falls harm.", website=None)
    assert page.texts(".app-compared h3") == ["Website Removed", "The problem, and how you know Changed"]
    assert sides(page) == [
        "Version 1 removed: https://www.example.org/falls (end of removed)",
        "Version 2 Not answered",
        "Version 1 Falls removed: harm patients. Wordneed. (end of removed)",
        "Version 2 Falls added: harm. (end of added)",
    ]


def test_choices_lists_and_money_are_compared_by_name(client: Client, committed: Committed) -> None:
    page = compared(
        client,
        committed,
        evidence_level="service-evaluation",
        settings=["acute", "home"],
        sites_now=None,
        investment_sought=50_000,
    )
    assert [text.replace(" (end of removed)", "").replace(" (end of added)", "") for text in sides(page)] == [
        "Version 1 removed: Local audit",
        "Version 2 added: Service evaluation",
        "Version 1 Acute removed: Community",
        "Version 2 Acute added: Home",
        "Version 1 removed: 0",
        "Version 2 Not answered",
        "Version 1 removed: £45,000",
        "Version 2 added: £50,000",
    ]


def test_sections_without_changes_are_left_out_and_said_so(client: Client, committed: Committed) -> None:
    page = compared(client, committed, title="Falls huddles on wards", barriers="None.")
    assert page.texts(".app-record h2") == ["The idea", "Spread"]
    folded = page.select("details")
    assert words(folded[0]).startswith("Answers that stayed the same The idea Summary in plain English")
    assert "Barriers" not in words(folded[0])


def test_paragraphs_and_lines_are_kept(client: Client, committed: Committed) -> None:
    page = compared(client, committed, need="One.\nTwo.\n\nThree.")
    later = page.select(".app-compared__side")[1]
    assert len(later.css("p")) == 2
    assert len(later.css("br")) == 1


def test_other_spaces_are_told_and_not_marked(client: Client, committed: Committed) -> None:
    page = compared(client, committed, need="Falls harm patients.\n\nWordneed.")
    assert page.texts(".app-compared > p") == ["Only spaces or new lines are different."]
    assert page.texts(".app-compared ins, .app-compared del") == []


def test_documents_are_compared_by_name_and_by_who_reads_them(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        kept, dropped = attach(proposal, champion, "audit.pdf"), attach(proposal, champion, "old.pdf")
        services.submit(proposal, champion)
        request_changes(proposal, make_manager())
        services.share_attachment(kept, champion, shareable=True)
        services.remove_attachment(dropped, champion)
        attach(proposal, champion, "new.pdf")
        services.submit(proposal, champion)
    page = client.as_(champion).get("proposals.compare", ref=proposal.reference)
    assert page.texts(".app-compared h3") == ["Supporting documents Changed"]
    assert page.texts(".app-compared li") == [
        "audit.pdf (PDF, 1 KB), removed: for the people who assess it (end of removed)",
        "removed: old.pdf (PDF, 1 KB) (end of removed), removed: for the people who assess it (end of removed)",
        "audit.pdf (PDF, 1 KB), added: for everyone who reads it (end of added)",
        "added: new.pdf (PDF, 1 KB) (end of added), added: for the people who assess it (end of added)",
    ]


def test_what_people_typed_is_never_markup(client: Client, committed: Committed) -> None:
    page = compared(client, committed, title=MARKUP, need=MARKUP, supplier_name=MARKUP)
    assert page.text.count(MARKUP) == 4  # the caption, and three answers
    assert page.select("main script") == []
    assert page.texts("main del del") == page.texts("main ins del") == []


@pytest.fixture
def thrice(client: Client, committed: Committed) -> tuple[Browser, str]:
    """Three versions, each with another title, as the manager reads them."""
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_resubmitted(champion, manager, title="Second")
        request_changes(proposal, manager)
        change(proposal, champion, title="Third")
        services.submit(proposal, champion)
    return client.as_(manager), f"/proposals/{proposal.reference}/compare"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ("2", "3")),
        ("?earlier=1", ("1", "3")),
        ("?later=2", ("1", "2")),
        ("?earlier=1&later=2", ("1", "2")),
        ("?earlier=3&later=1", ("1", "3")),
        ("?earlier=&later=", ("2", "3")),
    ],
)
def test_any_two_are_chosen_by_address(
    thrice: tuple[Browser, str], query: str, names: tuple[str, str]
) -> None:
    browser, path = thrice
    page = browser.get(path + query)
    assert (page.value("earlier"), page.value("later")) == names
    assert page.texts(".app-compared h4") == [f"Version {name}" for name in names]


def test_two_are_chosen_in_the_form(thrice: tuple[Browser, str]) -> None:
    browser, path = thrice
    page = browser.get(path).submit("Compare", earlier="1", later="2")
    assert sides(page)[1] == "Version 2 added: Second (end of added)"


@pytest.mark.parametrize("query", ["?earlier=2&later=2", "?later=1", "?earlier=3"])
def test_one_with_itself_says_so(thrice: tuple[Browser, str], query: str) -> None:
    browser, path = thrice
    page = browser.get(path + query)
    assert "You chose the same version twice. Choose two different ones." in page.text
    assert page.select(".app-compared") == []


@pytest.mark.parametrize(
    "query",
    ["?earlier=0", "?later=4", "?later=-1", "?later=x", "?later=working", "?later=%00", f"?later={'9' * 30}"],
)
def test_what_is_not_there_is_not_found(thrice: tuple[Browser, str], query: str) -> None:
    browser, path = thrice
    browser.get(path + query, status=404)


def test_nothing_to_compare_says_so(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        draft, once = make_draft(champion), make_submitted(champion)
    browser = client.as_(champion)
    for proposal, words_ in ((draft, "not been submitted yet"), (once, "been submitted once")):
        page = browser.get("proposals.compare", ref=proposal.reference)
        assert f"It has {words_}, so there are no two versions to compare." in page.text
        assert page.select("form.app-compare") == []
        browser.get(f"/proposals/{proposal.reference}/compare?later=2", status=404)


@pytest.mark.parametrize(
    ("stage", "statuses"),
    [
        (
            Stage.IN_ASSESSMENT,
            {"member": 404, "undeclared": 404, "reviewer": 200, "manager": 200, "director": 200},
        ),
        (
            Stage.WITHDRAWN,
            {"member": 404, "undeclared": 404, "reviewer": 404, "manager": 200, "director": 200},
        ),
    ],
)
def test_only_those_who_read_every_answer_compare(
    client: Client, committed: Committed, stage: Stage, statuses: dict[str, int]
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = put_at(make_resubmitted(champion, manager, title="Second"), stage)
        people = {
            "member": make_member(),
            "undeclared": make_reviewer(proposal, ReadingLevel.SUMMARY),
            "reviewer": make_reviewer(proposal),
            "manager": manager,
            "director": make_director(),
        }
    for role, status in statuses.items():
        client.as_(people[role]).get("proposals.compare", ref=proposal.reference, status=status)


# ---- What changed since


def test_the_team_reads_what_it_changed_so_far(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_submitted(champion)
        request_changes(proposal, manager)
    browser = client.as_(champion)
    page = browser.get("proposals.edit", ref=proposal.reference)
    assert "No answers changed since version 1 was submitted." in page.text
    with committed() as session:
        change(session.get_one(Proposal, proposal.id), champion, need="Falls harm many patients. Wordneed.")
    page = browser.get("proposals.edit", ref=proposal.reference)
    assert "1 answer changed since version 1 was submitted." in page.text
    page = page.click("See what you changed so far")
    assert page.h1 == "What you changed so far"
    assert "1 answer changed from version 1 to what you have now, and 33 stayed the same." in page.text
    assert page.texts(".app-compared h4") == ["Version 1", "What you have now"]
    assert browser.get("proposals.compare", ref=proposal.reference).h1 == "What you changed so far"
    client.as_(manager).get(page.address, status=404)


def test_a_draft_says_nothing_of_changes(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        draft = make_draft(champion)
    page = client.as_(champion).get("proposals.edit", ref=draft.reference)
    assert "See what you changed so far" not in page.links()


def test_the_working_record_is_compared_while_it_is_written_alone(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_resubmitted(champion, make_manager(), title="Second")
    client.as_(champion).get(f"/proposals/{proposal.reference}/compare?later=working", status=404)


def test_staff_read_what_changed_since_changes_were_requested(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_resubmitted(champion, manager, title="Second", need="Falls.")
    asked = f"2 answers changed since changes were requested on {clock.today().day} "
    page = client.as_(manager).get("proposals.show", ref=proposal.reference)
    assert asked in page.text
    page = page.click("Compare version 1 with version 2")
    assert (page.value("earlier"), page.value("later")) == ("1", "2")
    page = client.as_(champion).get("proposals.show", ref=proposal.reference)
    assert asked not in page.text
    assert "This is version 2." in page.text
    assert page.click("Compare it with version 1").h1 == "Versions compared"


def test_a_later_request_is_what_staff_compare_with(client: Client, thrice: tuple[Browser, str]) -> None:
    browser, path = thrice
    page = browser.get(path.removesuffix("/compare"))
    assert "1 answer changed since changes were requested" in page.text
    assert "Compare version 2 with version 3" in page.links()


@pytest.mark.parametrize("stage", [Stage.CHANGES_REQUESTED, Stage.SPREAD])
def test_staff_are_not_told_where_it_is_not_theirs_to_act_on(
    client: Client, committed: Committed, stage: Stage
) -> None:
    with committed():
        manager = make_manager()
        proposal = put_at(make_resubmitted(make_champion(), manager, title="Second"), stage)
    page = client.as_(manager).get("proposals.show", ref=proposal.reference)
    assert "since changes were requested" not in page.text
    assert "Compare it with version 1" in page.links()


def test_nobody_else_reads_that_there_are_versions(client: Client, committed: Committed) -> None:
    with committed():
        proposal = make_resubmitted(make_champion(), make_manager(), title="Second")
        member = make_member()
    page = client.as_(member).get("proposals.show", ref=proposal.reference)
    assert "This is version 2." not in page.text
    assert "Compare it with version 1" not in page.links()


def test_the_first_version_has_nothing_before_it(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
    browser = client.as_(champion)
    for endpoint in ("proposals.show", "proposals.history"):
        page = browser.get(endpoint, ref=proposal.reference)
        assert [link for link in page.links() if "ompare" in link] == []
    page = browser.get("proposals.version", ref=proposal.reference, number=1)
    assert [link for link in page.links() if "ompare" in link] == []


def test_history_and_versions_lead_to_comparisons(thrice: tuple[Browser, str]) -> None:
    browser, path = thrice
    history = browser.get(path.replace("compare", "history"))
    page = history.click("Compare version 2 with version 1")
    assert (page.value("earlier"), page.value("later")) == ("1", "2")
    assert "Compare version 3 with version 2" in history.links()
    page = history.click("Version 3").click("Compare with version 2")
    assert (page.value("earlier"), page.value("later")) == ("2", "3")


def test_queries_do_not_grow_with_versions(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_resubmitted(champion, manager, title="Second")
    paths = [f"/proposals/{proposal.reference}{rest}" for rest in ("", "/compare", "/history")]
    few = [counted_queries(app, client, manager, path) for path in paths]
    with committed() as session:
        found = session.get_one(Proposal, proposal.id)
        for number in range(3, 51):
            submitted = {"number": number, "answers": ANSWERS, "schema_version": record.SCHEMA_VERSION}
            moment = {"submitted_at": clock.now(), "submitted_by_id": champion.id}
            db.session.add(Version(proposal_id=found.id, **submitted, **moment))
        found.version_number = 50
    assert [counted_queries(app, client, manager, path) for path in paths] == few
