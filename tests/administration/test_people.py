"""Administrators find people, settle them, give and take roles, close and open accounts."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from exchange import clock, events
from exchange.accounts import queries
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.audience import Audience
from tests.conftest import Committed, Statements
from tests.factories import make_grant, make_person
from tests.pages import Browser, Client


@pytest.fixture
def administrator(committed: Committed) -> Person:
    with committed():
        return make_person(role=Role.ADMINISTRATOR, name="Ada Minister", email="ada@example.org")


@pytest.fixture
def admin(client: Client, administrator: Person) -> Browser:
    return client.as_(administrator)


def reread(committed: Committed, person: Person) -> Person:
    with committed() as session:
        again = queries.person(person.id)
        session.refresh(again)
        return again


@pytest.mark.parametrize("role", [None, *(role for role in Role if role is not Role.ADMINISTRATOR)])
def test_only_administrators_administer(client: Client, committed: Committed, role: Role | None) -> None:
    with committed():
        person = make_person(role=role)
        victim = make_person()
    browser = client.as_(person)
    for endpoint in ("overview", "people", "waiting"):
        assert browser.get(f"administration.{endpoint}", status=403).h1 == "You cannot do this"
    for id_ in (victim.id, 999):  # nor do they learn who exists
        browser.get("administration.person", person_id=id_, status=403)
    for endpoint in ("settle", "grant", "deactivate", "reactivate"):
        answers = {"organisation": "lay", "role": "administrator"}
        browser.post(f"administration.{endpoint}", answers, person_id=victim.id, status=403)
    assert reread(committed, victim).active
    assert client.visitor().get("administration.overview").path == "/login"


@pytest.mark.parametrize("person_id", [999, 2**31 - 1, 2**31, 10**30])
def test_person_who_is_not_there_is_not_found(admin: Browser, person_id: int) -> None:
    admin.get(f"/admin/people/{person_id}", status=404)


def test_overview_says_who_waits_and_since_when(admin: Browser, committed: Committed) -> None:
    assert "Nobody waits." in admin.get("administration.overview").text
    with committed():
        moment = clock.now() - timedelta(days=40)
        make_person(organisation=None, confirmed_at=moment)
        make_person(organisation=None)
        make_person(organisation=None, confirmed_at=None)
        make_person(organisation=None, active=False)
        make_person(is_lay=True)
    local = moment.astimezone(clock.LONDON)
    said = f"2 people wait, the first since {local.day} {local:%B %Y}"
    assert said in admin.get("administration.overview").text


def test_waiting_person_is_settled_where_they_say_with_one_click(
    admin: Browser, committed: Committed
) -> None:
    with committed():
        ann = make_person(name="Ann", organisation=None, claimed_organisation_id="river-trust")
        make_person(name="Ben", organisation=None, claimed_organisation_name="Hospice")
    page = admin.get("administration.overview").click("People to settle")
    assert page.texts("main h2") == ["Ann", "Ben"]
    page = page.submit("Yes, Ann belongs there")
    assert page.path == "/admin/people/waiting"
    assert page.texts("main li h2") == ["Ben"]
    assert reread(committed, ann).is_member


def test_settling_someone_whom_another_has_settled_meanwhile_is_told(
    admin: Browser, committed: Committed
) -> None:
    with committed():
        ann = make_person(name="Ann", organisation=None, claimed_organisation_id="river-trust")
    page = admin.get("administration.waiting")
    with committed():
        queries.person(ann.id).organisation_id = "hill-hospital"
    page = page.submit("Yes, Ann belongs there", status=422)
    told = "Someone has settled it meanwhile: Ann belongs to Hill Hospital. Send it again to change that"
    assert page.errors == [told]
    assert page.value("organisation") == "river-trust"
    assert reread(committed, ann).organisation_id == "hill-hospital"
    assert page.submit("Save").path == "/admin/people/waiting"
    assert reread(committed, ann).organisation_id == "river-trust"


def test_person_is_settled_as_lay(admin: Browser, committed: Committed) -> None:
    with committed():
        ann = make_person(name="Ann", organisation=None, claimed_organisation_name="My house")
    page = admin.get("administration.waiting").click("Choose where Ann belongs")
    assert "When registering they said: My house." in page.text
    page = page.submit("Save", organisation="", status=422)
    assert page.errors == ["Select the organisation, or that there is none"]
    page = page.submit("Save", organisation="lay")
    assert page.h1 == "Ann"
    assert reread(committed, ann).is_lay


def test_role_is_given_and_taken_away(admin: Browser, committed: Committed) -> None:
    with committed():
        ann = make_person(name="Ann")
    page = admin.get("administration.person", person_id=ann.id).click("Give a role")
    page = page.submit("Give the role", role="reviewer", theme="safe-care")
    assert "Ann has the role now." in page.text
    assert reread(committed, ann).themes_as(Role.REVIEWER) == {"safe-care"}
    page = page.click("Take this role away: Reviewer, Safe care")
    assert page.h1 == "Take a role of Ann away"
    page = page.submit("Take the role away")
    assert reread(committed, ann).grants == []
    assert page.texts("main ol h3") == ["Is no longer reviewer, Safe care", "Became reviewer, Safe care"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ORGANISATION_LEAD])
def test_role_without_a_theme_is_given(admin: Browser, committed: Committed, role: Role) -> None:
    with committed():
        ann = make_person()
    admin.get("administration.grant", person_id=ann.id).submit("Give the role", role=role.value)
    scope = "hill-hospital" if role is Role.ORGANISATION_LEAD else ""
    assert [(grant.role, grant.scope) for grant in reread(committed, ann).grants] == [(role, scope)]


@pytest.mark.parametrize(
    ("columns", "answers", "message"),
    [
        ({}, {}, "Select a role"),
        ({}, {"role": "reviewer"}, "Select a theme"),
        (
            {"is_lay": True},
            {"role": "theme-director", "theme": "safe-care"},
            "A patient, carer or member of the public can be a reviewer only.",
        ),
        (
            {"organisation": None},
            {"role": "organisation-lead"},
            "Settle first which organisation Ann belongs to.",
        ),
        (
            {"role": Role.REVIEWER},
            {"role": "administrator"},
            "Ann reviews, manages or directs a theme. Take those roles away first.",
        ),
        ({"role": Role.REVIEWER}, {"role": "reviewer", "theme": "safe-care"}, "Ann has this role already."),
    ],
)
def test_unfit_role_is_refused_beside_the_field(
    admin: Browser, committed: Committed, columns: dict[str, Any], answers: dict[str, str], message: str
) -> None:
    with committed():
        ann = make_person(name="Ann", **columns)
    page = admin.get("administration.grant", person_id=ann.id).submit("Give the role", answers, status=422)
    assert page.errors == [message]


def test_role_taken_away_by_two_at_once_goes_once(
    client: Client, committed: Committed, administrator: Person
) -> None:
    with committed():
        others = [administrator, make_person(role=Role.ADMINISTRATOR)]
        ann = make_person(role=Role.REVIEWER)
    grant_id = ann.grants[0].id
    browsers = [client.as_(person) for person in others]
    address = browsers[0].address("administration.revoke", person_id=ann.id, grant_id=grant_id)
    answers, together = [], Barrier(2)

    def revoke(browser: Browser) -> None:
        token = browser.csrf_token()
        together.wait()
        answers.append(browser.flask_client.post(address, data={"csrf_token": token}).status_code)

    threads = [Thread(target=revoke, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) in ([302, 404], [302, 409])
    with committed():
        person = queries.person(ann.id)
        assert person.grants == []
        assert [entry.kind for entry in events.history(person, frozenset(Audience))] == ["revoke"]


def test_grant_is_taken_away_only_from_its_own_person(admin: Browser, committed: Committed) -> None:
    with committed():
        ann, ben = make_person(role=Role.REVIEWER), make_person()
        grant_id = ann.grants[0].id
    admin.get("administration.revoke", person_id=ben.id, grant_id=grant_id, status=404)


def test_account_is_closed_and_opened_again_after_asking(admin: Browser, committed: Committed) -> None:
    with committed():
        ann = make_person(name="Ann", role=Role.REVIEWER)
    page = admin.get("administration.person", person_id=ann.id).click("Close this account")
    assert page.h1 == "Close the account of Ann"
    assert "Their roles rest: Reviewer, Safe care." in page.text
    assert reread(committed, ann).active
    page = page.submit("Close the account")
    assert not reread(committed, ann).active
    assert "Close this account" not in page.links()
    page = page.click("Open this account again").submit("Open the account")
    assert reread(committed, ann).active
    assert page.texts("main ol h3") == ["Account opened again", "Account closed"]


def test_own_page_offers_no_change_of_oneself(admin: Browser, administrator: Person) -> None:
    page = admin.get("administration.person", person_id=administrator.id)
    assert list(page.links()) == []
    for endpoint in ("deactivate", "reactivate"):
        admin.get(f"administration.{endpoint}", person_id=administrator.id, status=403)
    grant_id = administrator.grants[0].id
    admin.post("administration.revoke", person_id=administrator.id, grant_id=grant_id, status=403)
    page = admin.post(
        "administration.grant", {"role": "organisation-lead"}, person_id=administrator.id, status=422
    )
    assert page.errors == ["You cannot change your own roles. Ask another administrator."]


def test_list_is_narrowed_by_words_standing_and_role(admin: Browser, committed: Committed) -> None:
    with committed():
        ann = make_person(name="Ann Élan", email="a.elan@hill.example.org", role=Role.REVIEWER)
        make_grant(ann, Role.ORGANISATION_LEAD)
        make_person(name="Ben_50%", organisation=None)
        make_person(name="Cat", is_lay=True)
        make_person(name="Dan", active=False)
        make_person(name="Eve", confirmed_at=None, organisation=None)

    def names(**query: Any) -> list[str]:
        return admin.get("administration.people", **query).texts(".app-result__title")

    assert names() == ["Ada Minister", "Ann Élan", "Ben_50%", "Cat", "Dan", "Eve"]
    assert names(q="ann") == ["Ann Élan"]
    assert names(q="Élan HILL") == ["Ann Élan"]
    assert names(q="n_5") == ["Ben_50%"]
    assert names(q="0%") == ["Ben_50%"]
    assert names(q="nobody") == []
    assert names(q="\x00", standing="x", role="x", after="x", before="9" * 40) == names()
    assert names(standing="waiting") == ["Ben_50%"]
    assert names(standing="members") == ["Ada Minister", "Ann Élan"]
    assert names(standing="lay") == ["Cat"]
    assert names(standing="closed") == ["Dan"]
    assert names(standing="unconfirmed") == ["Eve"]
    assert names(role="reviewer") == ["Ann Élan"]
    assert names(role="administrator", standing="closed") == []


def test_empty_list_says_what_to_do(admin: Browser) -> None:
    page = admin.get("administration.people", q="nobody")
    assert page.h1 == "People: 0"
    assert page.click("see everyone").h1 == "People: 1"


def test_list_is_read_page_by_page_forwards_and_backwards(admin: Browser, committed: Committed) -> None:
    with committed():
        for number in range(60):
            make_person(name=f"Person {number // 2:02}")  # each name twice
    page = admin.get("administration.people", q="person")
    forwards = [page.texts(".app-result__title")]
    while page.select(".nhsuk-pagination__link--next"):
        page = admin.get(str(page.select(".nhsuk-pagination__link--next")[0].attributes["href"]))
        forwards.append(page.texts(".app-result__title"))
    assert [len(names) for names in forwards] == [25, 25, 10]
    assert [name for names in forwards for name in names] == [
        f"Person {number // 2:02}" for number in range(60)
    ]
    backwards = [page.texts(".app-result__title")]
    while page.select(".nhsuk-pagination__link--prev, .nhsuk-pagination__link--previous"):
        link = page.select(".nhsuk-pagination__link--prev, .nhsuk-pagination__link--previous")[0]
        page = admin.get(str(link.attributes["href"]))
        backwards.insert(0, page.texts(".app-result__title"))
    assert backwards == forwards


@pytest.mark.parametrize("endpoint", ["people", "waiting"])
def test_list_asks_the_database_no_more_for_more_people(
    admin: Browser, committed: Committed, statements: Statements, endpoint: str
) -> None:
    counts = []
    for _ in range(2):
        with committed():
            for _ in range(4):
                make_person(role=Role.REVIEWER)
                make_person(organisation=None, claimed_organisation_id="hill-hospital")
        with statements() as made:
            admin.get(f"administration.{endpoint}")
        counts.append(len(made))
    assert counts[0] == counts[1]
    assert counts[0] < 15
