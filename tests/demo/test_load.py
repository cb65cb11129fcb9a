"""The demo: refuses outside development, tells all its stories, agrees with itself, and loads once."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from exchange import clock, storage
from exchange.accounts import queries as accounts
from exchange.accounts.models import Person
from exchange.assessment import queries as assessment
from exchange.assessment.models import Interest, Review, Round
from exchange.decisions import worklist
from exchange.decisions.models import Decision, DecisionKind, Letter
from exchange.demo import load as demo_load
from exchange.demo.commands import ACCOUNTS
from exchange.demo.stories import FOLDER
from exchange.events import NO_EVENT_BEFORE, Event, EventHead, NewEvent, chain_digest
from exchange.extensions import db
from exchange.outbox import Message
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import ACTIONS, Part, Stage
from exchange.proposals.models import Attachment, DeclaredInterest, Proposal
from exchange.region import queries as region
from exchange.spread.models import Programme
from tests.databases import MIGRATIONS, make_app
from tests.pages import Client

STAGES = {
    "01-insulin-in-reach": Stage.DRAFT,
    "02-thrupenny-tray": Stage.DRAFT,
    "03-walking-the-ward-together": Stage.SUBMITTED,
    "04-every-skin-tone": Stage.SUBMITTED,
    "05-shared-bloods": Stage.SUBMITTED,
    "06-discharge-medicines": Stage.CHANGES_REQUESTED,
    "07-opioid-stewardship": Stage.IN_ASSESSMENT,
    "08-six-hour-call": Stage.IN_ASSESSMENT,
    "09-eeg-guided-anaesthesia": Stage.IN_ASSESSMENT,
    "10-ten-minute-neutrophil-test": Stage.ASSESSED,
    "11-right-dose-right-kidney": Stage.ASSESSED,
    "12-first-hour-after-a-fall": Stage.SPREAD,
    "13-blood-pressure-from-the-sofa": Stage.SPREAD,
    "14-airbag-belt": Stage.NOT_TAKEN_FORWARD,
    "15-first-ten-nights": Stage.WITHDRAWN,
    "16-potassium-off-the-trolley": Stage.DRAFT,
    "17-inhalers-come-home": Stage.DRAFT,
    "18-tea-at-four": Stage.DRAFT,
    "19-allergy-or-a-bad-stomach": Stage.SUBMITTED,
    "20-what-joyce-knows": Stage.SUBMITTED,
    "21-borrow-a-ward": Stage.SUBMITTED,
    "22-ask-once": Stage.SUBMITTED,
    "23-half-past-seven-means-half-past-seven": Stage.CHANGES_REQUESTED,
    "24-lights-down-at-eleven": Stage.CHANGES_REQUESTED,
    "25-back-of-the-ambulance": Stage.CHANGES_REQUESTED,
    "26-cultures-first": Stage.CHANGES_REQUESTED,
    "27-name-that-line": Stage.IN_ASSESSMENT,
    "28-catheter-passport": Stage.IN_ASSESSMENT,
    "29-out-of-the-blister": Stage.IN_ASSESSMENT,
    "30-pause-when-poorly": Stage.IN_ASSESSMENT,
    "31-the-patient-taught-me": Stage.IN_ASSESSMENT,
    "32-waiting-well": Stage.IN_ASSESSMENT,
    "33-first-fortnight-on-a-blood-thinner": Stage.ASSESSED,
    "34-a-beach-for-ten-minutes": Stage.ASSESSED,
    "35-potassium-you-can-believe": Stage.ASSESSED,
    "36-nothing-missed": Stage.SPREAD,
    "37-and-how-are-you-dad": Stage.SPREAD,
    "38-the-report-nobody-read": Stage.SPREAD,
    "39-a-list-in-every-wallet": Stage.NOT_TAKEN_FORWARD,
    "40-the-sole-that-tells": Stage.WITHDRAWN,
    "41-told-before-the-taxi": Stage.DRAFT,
    "42-lithium-goes-home": Stage.MERGED,
    "43-feel-before-you-look": Stage.SUBMITTED,
    "44-nine-questions-before-surgery": Stage.SUBMITTED,
}
TITLES = {
    path.stem: tomllib.loads(path.read_text())["answers"]["title"]
    for path in (FOLDER / "proposals").glob("*.toml")
}


# In one process, as loading takes long, and on SQLite whatever the run is on: the journeys load it into both.
pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.only_on("sqlite")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An exchange of its own, without the region of tests, into which the demo was loaded once for all."""
    folder = tmp_path_factory.mktemp("demo")
    app = make_app(
        f"sqlite:///{folder / 'demo.sqlite'}",
        ENVIRONMENT="development",
        STORAGE_URL=f"file:{folder / 'files'}",
    )
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
    code, said = run(app)
    assert code == 0, said
    assert "The demo is loaded." in said
    return app


@pytest.fixture
def loaded(demo: Flask) -> Iterator[Flask]:
    """The demo, to be read."""
    with demo.app_context():
        yield demo


def run(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    return result.exit_code, result.output


def all_of(model: type[Any]) -> list[Any]:
    return list(db.session.scalars(select(model)))


def moves(proposal: Proposal) -> list[Event]:
    return [entry for entry in chain(proposal.event_subject) if "to_stage" in entry.facts]


def person(name: str) -> Person:
    found = accounts.by_email(f"{name}@example.org")
    assert found is not None
    return found


def chain(subject: str) -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.subject == subject).order_by(Event.position)))


def dump(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table."""
    with app.app_context():
        return {
            table.name: sorted(map(repr, db.session.execute(select(table))))
            for table in db.metadata.sorted_tables
        }


@pytest.mark.parametrize("environment", ["test", "production"])
def test_demo_is_refused_outside_development(app: Flask, environment: str) -> None:
    app.config["ENVIRONMENT"] = environment
    code, said = run(app)
    assert code == 1
    assert "The demo is for development only" in said
    assert demo_load.PASSWORD not in said
    with app.app_context():
        assert db.session.scalar(select(func.count(Person.id))) == 0


def test_loading_again_changes_nothing(demo: Flask) -> None:
    before = dump(demo)
    code, said = run(demo)
    assert code == 0, said
    assert "loaded already; its data is kept" in said
    assert dump(demo) == before


def test_every_proposal_reaches_the_stage_that_its_file_means(loaded: Flask) -> None:
    assert TITLES.keys() == STAGES.keys()
    assert {each.title: each.stage for each in all_of(Proposal)} == {
        TITLES[stem]: stage for stem, stage in STAGES.items()
    }


def test_every_stage_and_theme_and_priority_is_there(loaded: Flask) -> None:
    every = all_of(Proposal)
    assert {each.stage for each in every} == set(Stage)
    assert {each.lead_theme_id for each in every} == {each.id for each in region.themes()}
    assert {one.id for each in every for one in each.priorities} == {each.id for each in region.priorities()}


def test_every_action_of_the_table_has_been_done(loaded: Flask) -> None:
    assert {entry.kind for proposal in all_of(Proposal) for entry in moves(proposal)} == set(ACTIONS)


def test_champion_meets_every_stage(loaded: Flask) -> None:
    champion = person("champion")
    assert {each.stage for each in all_of(Proposal) if each.champion is champion} == set(Stage)


def test_manager_has_something_to_do_in_every_column_of_triage(loaded: Flask) -> None:
    columns = assessment.triage(person("manager"))
    assert [column.question.id for column in columns if column.rows] == [
        "new",
        "waiting",
        "ready",
        "overdue",
        "late-changes",
    ]


def test_director_has_decisions_to_take_and_to_release(loaded: Flask) -> None:
    lists = worklist.worklist(person("director"))
    assert (lists.ready.count, lists.prepared.count) == (2, 2)
    assert [prepared.lacking for prepared in lists.prepared.rows] == [[], []]
    assert lists.released


def test_reviewer_meets_every_state_of_a_review(loaded: Flask) -> None:
    reviewer = person("reviewer1")
    waiting = assessment.waiting_reviews(reviewer)
    assert {each.is_declared for each in waiting} == {True, False}
    assert any(each.is_started and 0 < each.scored < each.criteria for each in waiting)
    assert any(each.is_overdue for each in waiting)
    assert assessment.done_reviews(reviewer)
    again = [each for each in waiting if each.is_to_confirm]
    assert again == [
        each for each in waiting if assessment.assigned(reviewer, each.reference).assignment.is_to_confirm
    ]
    assert [each.scored for each in again] == [each.criteria for each in again] != []


def test_timeline_of_every_proposal_ends_in_its_stage(loaded: Flask) -> None:
    for proposal in all_of(Proposal):
        stage, since = Stage.DRAFT.value, None
        for entry in moves(proposal):
            assert entry.facts["from_stage"] == stage, proposal.reference
            stage, since = entry.facts["to_stage"], entry.at
        assert stage == proposal.stage, proposal.reference
        assert since is None or proposal.stage_since == since, proposal.reference


def test_every_chain_is_whole_and_in_order(loaded: Flask) -> None:
    heads = all_of(EventHead)
    assert heads
    for head in heads:
        entries = chain(head.subject)
        digests = [entry.digest for entry in entries]
        assert [entry.position for entry in entries] == list(range(1, head.position + 1))
        assert [entry.previous for entry in entries] == [NO_EVENT_BEFORE, *digests[:-1]]
        assert digests == [chain_digest(entry, loaded.config["AUDIT_KEY"]) for entry in entries]
        moments = [entry.at for entry in entries]
        assert moments == sorted(moments), head.subject
        assert moments[-1] <= clock.now()
    assert len(all_of(Event)) == sum(head.position for head in heads)


def test_every_released_decision_has_a_letter_and_its_effect(loaded: Flask) -> None:
    decisions = [each for each in all_of(Decision) if each.released_at is not None]
    letters = {each.decision_id: each for each in all_of(Letter)}
    assert {each.id for each in decisions} == letters.keys()
    ends = {
        DecisionKind.APPROVE_SPREAD: Stage.SPREAD,
        DecisionKind.DEVELOP: Stage.CHANGES_REQUESTED,
        DecisionKind.DECLINE: Stage.NOT_TAKEN_FORWARD,
    }
    for decision in decisions:
        letter, proposal = letters[decision.id], decision.proposal
        [move] = [entry for entry in moves(proposal) if entry.kind == decision.kind.value]
        assert move.facts["to_stage"] == ends[decision.kind]
        assert (move.actor_id, move.at) == (decision.released_by_id, decision.released_at)
        assert letter.dated == decision.released_at.astimezone(clock.LONDON).date()
        assert proposal.title in letter.text
        assert decision.released_by.name in letter.text
    assert Counter(each.kind for each in decisions) == {
        DecisionKind.APPROVE_SPREAD: 5,
        DecisionKind.DEVELOP: 1,
        DecisionKind.DECLINE: 3,
    }


def test_every_approval_has_a_programme_and_no_other_has(loaded: Flask) -> None:
    programmes = {each.proposal_id: each for each in all_of(Programme)}
    assert programmes.keys() == {each.id for each in all_of(Proposal) if each.stage is Stage.SPREAD}
    for decision in all_of(Decision):
        if decision.kind is DecisionKind.APPROVE_SPREAD and decision.released_at is not None:
            programme = programmes[decision.proposal_id]
            assert programme.statement == decision.statement
            assert programme.planned or programme.adoption_target == decision.adoption_target


def test_every_counted_review_is_of_someone_without_a_conflict(loaded: Flask) -> None:
    interests = {(each.proposal_id, each.person_id) for each in all_of(DeclaredInterest)}
    counted = [(round_, review) for round_ in all_of(Round) for review in assessment.counted_reviews(round_)]
    for round_, review in counted:
        person, proposal = review.assignment.person, round_.proposal
        assert proposals.found_conflict(person, proposal) == "", (proposal.reference, person.name)
        assert (proposal.id, person.id) not in interests
        assert person not in proposal.team
        assert review.assignment.interest is Interest.NONE
        assert review.assignment.removed_at is None
        declared = review.assignment.declared_at
        assert declared is not None
        assert review.submitted_at is not None
        assert round_.started_at <= review.assignment.assigned_at < review.submitted_at
        # Where the panel was asked again its declarations are those of the round before.
        assert (round_.started_at if round_.number == 1 else proposal.submitted_at) < declared
        assert declared < review.submitted_at
    assert counted
    assert len(all_of(Review)) >= len(counted)
    for round_ in all_of(Round):
        if round_.closed_at is not None:
            assert len(assessment.counted_reviews(round_)) >= round_.minimum_at_due_date


def test_no_assessor_or_decider_is_conflicted(loaded: Flask) -> None:
    for proposal in all_of(Proposal):
        for entry in moves(proposal):
            by = {part for parts in ACTIONS[entry.kind].by.values() for part in parts}
            if by == {Part.CHAMPION}:
                assert entry.actor_id == proposal.champion_id, proposal.reference
            elif Part.CHAMPION not in by:
                assert proposals.found_conflict(entry.actor, proposal) == "", (proposal.reference, entry.kind)


def test_nothing_is_left_to_tell_or_to_send(loaded: Flask) -> None:
    assert all_of(NewEvent) == []
    assert all_of(Message)
    assert [each.subject for each in all_of(Message) if each.sent_at is None] == []


def test_region_is_the_real_one(loaded: Flask) -> None:
    assert region.current().name != "Three Valleys"
    assert {each.reference.partition("-")[0] for each in all_of(Proposal)} == {
        region.current().reference_prefix
    }


def test_every_file_is_stored(loaded: Flask) -> None:
    files = all_of(Attachment)
    assert files
    for file in files:
        assert storage.path_of(file.stored_as).stat().st_size == file.size


def test_pages_of_every_proposal_open_for_its_champion(demo: Flask) -> None:
    with demo.app_context():
        rows = [(each.reference, each.title, each.champion, each.stage) for each in all_of(Proposal)]
        slugs = [each.slug for each in all_of(Programme)]
        told = {each.proposal.reference for each in all_of(Decision) if each.released_at is not None}
    client = Client(demo)
    for reference, title, champion, stage in rows:
        browser = client.as_(champion)
        page = browser.get("proposals.show", ref=reference)
        assert page.h1 == title
        assert stage.label in page.texts(".nhsuk-tag")
        browser.get("proposals.history", ref=reference)
        browser.get("decisions.letter", ref=reference, status=200 if reference in told else 404)
    for slug in slugs:
        client.visitor().get("spread.programme", slug=slug)


def addresses() -> list[str]:
    """The addresses that the command says, "reviewer1@ … reviewer5@example.org" written out."""
    found = []
    for said, _ in ACCOUNTS:
        match = re.fullmatch(r"([a-z]+)(\d)@ … \1(\d)@(.+)", said)
        if match is None:
            found.append(said)
        else:
            name, first, last, domain = match.groups()
            found += [f"{name}{number}@{domain}" for number in range(int(first), int(last) + 1)]
    return found


def test_every_account_that_is_told_can_sign_in(demo: Flask) -> None:
    for address in addresses():
        page = Client(demo).visitor().get("security.login")
        page = page.submit("Sign in", email=address, password=demo_load.PASSWORD)
        assert page.path == "/my-work", address


def test_files_of_the_demo_are_all_there() -> None:
    assert len(list(Path(FOLDER / "proposals").glob("*.toml"))) == len(STAGES) == 44
    assert len(addresses()) == 12
