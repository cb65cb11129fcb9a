"""Nobody reads of an assessment, or of a decision before its release, what is not theirs: every page, as everyone around one
proposal. Each secret text holds a word that stands nowhere else.

Whoever has an interest learns nothing by subtraction either: no page of theirs changes by a letter when reviews come in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
import time_machine
from sqlalchemy import select
from werkzeug.routing import Rule

from exchange import paper
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import services as assessment
from exchange.assessment.deliberation import services as deliberation
from exchange.assessment.models import Assignment, Interest, Recommendation, Round
from exchange.assessment.services import Written
from exchange.decisions import queries as decided
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.extensions import db
from exchange.interests import services as interests
from exchange.notifications.models import Notification
from exchange.notifications.services import tell_all
from exchange.outbox import Message
from exchange.proposals.models import Proposal
from tests.assessment import arrange
from tests.assessment.arrange import TEAM, make_director, make_manager, make_reviewer
from tests.conftest import Committed
from tests.decisions.arrange import FULL
from tests.factories import make_person
from tests.pages import Browser, Client

CHANGES_EVERY_TIME = re.compile(r'nonce="[^"]*"|name="(csrf_token|once)" value="[^"]*"|"made": "[^"]*"')
SEARCHED = re.compile(r"\?q=(zq\w+)")
SCORE = re.compile(r"\d+ of 100\b")
WEIGHTS = {"/admin/rubric/1"}  # which say the same of criteria
# Words of reviews, of what the panel and its manager say of them, of reviewers, and of a decision before it is released.
REVIEWS = {"zqrationale", "zqcomment", "zqnote", "zqdiscussed", "zqasked"}
PANEL = {"zqsummary", "zqremoved"}
NAMES = {"Zqalpha", "Zqbeta", "Zqgamma", "Zqdelta"}
DECISION = {"zqstatement", "zqshow", "zqagainst", "zqletter"}
RELEASED = {"zqfeedback", "zqshow", "zqletter"}  # to the team and the staff
ASSESSMENT = REVIEWS | PANEL | NAMES
SECRETS = ASSESSMENT | DECISION | RELEASED
# Of no proposal, or not for a person to read.
LEFT_OUT = ("static", "security.", "health.", "pages.")
SEARCHES = (
    "?q=zqrationale",
    "?q=zqcomment",
    "?q=falls&sort=best",
    "?sort=oldest&stage=in-assessment",
    "?theme=safe-care",
)


@dataclass
class Scene:
    proposal: Proposal
    round: Round
    people: dict[str, Person | None]
    bound: dict[str, Person]

    @property
    def ref(self) -> str:
        return self.proposal.reference

    def of(self, role: str) -> Person:
        person = self.people[role]
        assert person is not None
        return db.session.get_one(Person, person.id)

    def place(self, person: Person) -> Assignment:
        found = db.session.get_one(Round, self.round.id)
        return next(each for each in found.assignments if each.person_id == person.id)


@pytest.fixture(autouse=True)
def papers_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set as PDF can be read then."""
    monkeypatch.setattr(paper, "_set", lambda template, said, *more: said.encode())


@pytest.fixture(autouse=True)
def travelled() -> Iterator[None]:
    with time_machine.travel("2026-11-27T10:00:00Z", tick=False):
        yield


@pytest.fixture
def scene(committed: Committed) -> Scene:
    """In assessment: one of the panel has reviewed, and then found an interest; a manager and a director found theirs after they
    had been told of it."""
    with committed():
        champion, co_author = arrange.make_champion(), arrange.make_champion(name="Cem Aksoy")
        proposal = arrange.make_submitted(champion, co_authors=[co_author], **FULL)
        manager, late_manager = make_manager(), make_manager(name="Late Manager")
        late_director = make_director(name="Late Director")
        panel = [make_reviewer(name) for name in ("Zqalpha", "Zqbeta", "Zqgamma", "Zqdelta")]
        late = make_reviewer("Late Reviewer")
        round_ = arrange.start(proposal, manager, [*panel, late])
        tell_all()
        made = Scene(
            proposal,
            round_,
            {
                "visitor": None,
                "lay": make_person(is_lay=True),
                "member": make_person(organisation="valley-university"),
                "champion": champion,
                "co-author": co_author,
                "reviewer": panel[0],
                "undeclared": panel[3],
                "other reviewer": make_reviewer("Reviewer of other proposals"),
                "manager": manager,
                "director": make_director(),
                "administrator": make_person(role=Role.ADMINISTRATOR, organisation="host"),
            },
            {
                "reviewer by employer": make_reviewer("Near Reviewer", organisation=TEAM),
                "reviewer who declared late": late,
                "manager by employer": make_manager(name="Near Manager", organisation=TEAM),
                "manager by their register": late_manager,
                "director by their register": late_director,
            },
        )
        arrange.submit(made.place(late), 1, 1, comment="What they wrote themselves.")
        assessment.declare(made.place(late), Interest.INTEREST, reason="My sister leads it.")
        for person, reason in ((late_manager, "My brother works there."), (late_director, "I advise them.")):
            organisation = champion.organisation
            interests.register(person, organisation=organisation, reason=reason, until=date(2027, 6, 30))
        tell_all()
    return made


def reviews_come_in(scene: Scene) -> None:
    """Three of four, which differ."""
    scores = {"Zqalpha": (2, 5), "Zqbeta": (1, 4), "Zqgamma": (5, 5)}
    for place in db.session.get_one(Round, scene.round.id).assignments:
        if place.person.name in scores:
            need, benefit = scores[place.person.name]
            written = Written(
                {"need": need, "benefit": benefit},
                {"need": "zqrationale, as we saw.", "benefit": "zqrationale, as they say."},
                Recommendation.NOT_YET if need == 1 else Recommendation.SPREAD,
                "Between us: zqcomment.",
                "Only between us: zqnote.",
            )
            arrange.declare(place)
            assessment.submit_review(place, written, opened_at_state=None)
    first = scene.place(scene.of("reviewer"))
    deliberation.discuss(first.round, first.person, "What of zqdiscussed?")
    deliberation.ask_team(first, "Did you count zqasked?")
    tell_all()


def is_decided(scene: Scene) -> None:
    """Closed, and a decision prepared whose letter was written by hand."""
    proposal, director = db.session.get_one(Proposal, scene.proposal.id), scene.of("director")
    assessment.remove_reviewer(
        scene.place(scene.of("undeclared")), scene.of("manager"), reason="zqremoved, too busy."
    )
    assessment.close_assessment(
        proposal, scene.of("manager"), panel_summary="zqsummary of all.", feedback="zqfeedback for you."
    )
    said = {
        "must_show": "zqshow it again.",
        "talk_to": "zqshow them.",
        "due": date(2027, 3, 1),
        "override_reason": "zqagainst them all.",
    }
    decision = decisions.prepare(proposal, DecisionKind.DEVELOP, director, said)
    decision.statement = "zqstatement that was typed before."
    letter = "zqletter by hand.\n\nzqfeedback for you.\n\nzqshow it again."
    decisions.edit_letter(proposal, director, letter, opened_at=decided.mark(decision))
    tell_all()


def is_released(scene: Scene) -> None:
    proposal = db.session.get_one(Proposal, scene.proposal.id)
    decision = decided.prepared_now(proposal)
    assert decision is not None
    decisions.release_several([decision], scene.of("director"), asked=[scene.ref])
    tell_all()


def pages_of(client: Client, scene: Scene, person: Person | None, lines: list[int]) -> dict[str, str]:
    """The source of everything that this person can ask for by its address, but for what is new in each answer."""
    browser = client.visitor() if person is None else client.as_(person)
    found = {}
    for rule in client.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(LEFT_OUT):
            for address in addresses_of(browser, rule, scene, lines):
                response = browser.flask_client.get(address)
                source = response.get_data().decode(errors="replace")
                if searched := SEARCHED.search(
                    address
                ):  # the page repeats the word, so what counts is what it finds
                    source = searched[1] if scene.ref in source else ""
                found[address] = CHANGES_EVERY_TIME.sub("", f"{response.location}\n{source}")
                response.close()
    return found


def addresses_of(browser: Browser, rule: Rule, scene: Scene, lines: list[int]) -> list[str]:
    known = {"ref": scene.ref, "theme_id": "safe-care", "letter": "A", "slug": "falls-huddles"}
    known |= {"role": Role.THEME_DIRECTOR.value, "section": "idea", "name": "refocus", "kind": "support"}
    numbered = {name for name, kind in rule._converters.items() if type(kind).__name__ == "RowNumber"}
    asked = rule.arguments - numbered - set(rule.defaults or {})
    values = {name: known.get(name, "x") for name in asked}
    if rule.endpoint == "proposals.proposals":
        return [browser.address(rule.endpoint) + search for search in ("", *SEARCHES)]
    numbers = (lines or [1]) if "notification_id" in numbered else [1]
    return [browser.address(rule.endpoint, **values, **dict.fromkeys(numbered, number)) for number in numbers]


def lines_of(committed: Committed, person: Person | None) -> list[int]:
    if person is None:
        return []
    with committed():
        return list(db.session.scalars(select(Notification.id).where(Notification.person_id == person.id)))


def words_in(pages: dict[str, str]) -> set[str]:
    return {word for word in SECRETS for source in pages.values() if word in source}


def test_whoever_has_an_interest_learns_nothing_when_reviews_come_in(
    client: Client, committed: Committed, scene: Scene
) -> None:
    before = {
        who: pages_of(client, scene, person, lines_of(committed, person))
        for who, person in scene.bound.items()
    }
    with committed():
        mailed = db.session.query(Message).count()
        reviews_come_in(scene)
        told = {each.person_id for each in db.session.query(Message).order_by(Message.id).offset(mailed)}
    for who, person in scene.bound.items():
        after = pages_of(client, scene, person, lines_of(committed, person))
        changed = [address for address in after if after[address] != before[who].get(address)]
        assert [address for address in changed if address != "/metrics"] == [], who
        assert person.id not in told
        assert words_in(after) == set(), who


def test_a_bound_manager_learns_nothing_from_what_reviewers_owe(
    client: Client, committed: Committed, scene: Scene
) -> None:
    """They choose the same people for a proposal that does not bind them, and read how many reviews each owes."""
    with committed():
        other = arrange.make_champion(name="Of The University", organisation="valley-university")
        free = replace(scene, proposal=arrange.make_submitted(other))
        tell_all()
    person = scene.bound["manager by their register"]
    before = pages_of(client, free, person, [])
    assert "Zqalpha" in before[f"/proposals/{free.ref}/choose-reviewers"]
    with committed():
        reviews_come_in(scene)
    after = pages_of(client, free, person, [])
    assert [address for address in after if after[address] != before[address]] == ["/metrics"]


def test_nobody_reads_what_is_not_theirs(client: Client, committed: Committed, scene: Scene) -> None:
    with committed():
        reviews_come_in(scene)
        is_decided(scene)
        mailed = {each.id for each in db.session.query(Message)}
    # Staff read names; a reviewer knows the others by letter, and reads the summary and the reviews.
    reads = {"manager": ASSESSMENT | {"zqfeedback"}, "director": SECRETS}
    reads |= {"reviewer": REVIEWS | {"zqsummary"}, "administrator": NAMES}
    wrong = []
    for who, person in {**scene.people, **scene.bound}.items():
        pages = pages_of(client, scene, person, lines_of(committed, person))
        own = {person.name} if person is not None else set()
        if words_in(pages) - own != reads.get(who, set()) - own:
            wrong.append(f"{who} reads {sorted(words_in(pages))}")
        if who not in {"manager", "director", "reviewer"} and (
            scored := [
                where for where, source in pages.items() if SCORE.search(source) and where not in WEIGHTS
            ]
        ):
            wrong.append(f"{who} reads a score at {scored}")
    assert wrong == []
    with committed():
        is_released(scene)
        letters = [each for each in db.session.query(Message) if each.id not in mailed]
        assert {each.person_id for each in letters if words_in({"": each.text})} == {scene.of("champion").id}
        assert not {each.person_id for each in letters} & {person.id for person in scene.bound.values()}
    for who in ("champion", "co-author"):
        person = scene.people[who]
        assert words_in(pages_of(client, scene, person, lines_of(committed, person))) == RELEASED
    late = ("reviewer who declared late", "manager by their register")
    for who, person in {"member": scene.people["member"], **{who: scene.bound[who] for who in late}}.items():
        assert words_in(pages_of(client, scene, person, lines_of(committed, person))) == set(), who
