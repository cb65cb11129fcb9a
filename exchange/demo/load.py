"""Loads the demo: its people, then what happened to its proposals, each at its own hour through the real services."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from flask_security import hash_password
from sqlalchemy import select, update

from exchange import clock, outbox
from exchange.accounts import queries as accounts
from exchange.accounts import services as people
from exchange.accounts.models import Person
from exchange.accounts.policy import keeps_register
from exchange.accounts.roles import Role
from exchange.assessment import queries as rounds
from exchange.assessment import services as assessment
from exchange.assessment.deliberation import services as deliberation
from exchange.assessment.deliberation.models import TeamQuestion
from exchange.assessment.models import Assignment, Interest, Recommendation, Round
from exchange.assessment.services import Written
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.demo import campaigns, discussion, kits, merging, networks, offers, programmes, stories
from exchange.demo.pdf import one_page
from exchange.demo.stories import FOLDER, Step, Story
from exchange.extensions import db
from exchange.interests import services as interests
from exchange.notifications import services as notifications
from exchange.notifications.models import Notification
from exchange.proposals import documents, record
from exchange.proposals import services as proposals
from exchange.proposals.campaigns import open_campaign
from exchange.proposals.models import Proposal
from exchange.region import pack
from exchange.region import queries as region
from exchange.region import services as regions
from exchange.spread import services as spread
from exchange.spread.conditions import Asked
from exchange.spread.models import Condition, ConditionStatus, Programme
from exchange.working_days import add_working_days

PACK = FOLDER.parent / "region" / "packs" / "west_midlands.toml"
PASSWORD = "exchange-demo"  # noqa: S105 - printed for all to see, and the command refuses outside development
DAYS_BEFORE_ALL = 400
DAYS_UNREAD = 14


def is_loaded() -> bool:
    return accounts.by_email("admin@example.org") is not None


def load() -> None:
    """Everything, in the transaction at hand. What it would have mailed on those days counts as sent."""
    people_told = tomllib.loads((FOLDER / "people.toml").read_text())["people"]
    with clock.pretend(clock.now() - timedelta(days=DAYS_BEFORE_ALL)):
        regions.load(pack.read(PACK.read_bytes()))
        password = hash_password(PASSWORD)  # slow by design, so once for all
        for told in people_told:
            _make_person(told, password)
    found = list(stories.told())
    lately, steps = clock.now() - timedelta(days=DAYS_UNREAD), stories.in_order(found)
    _play(each for each in steps if each[0] < lately)
    with clock.pretend(lately):
        by_story = {story.stem: story.proposal for story in found if story.reference}
        programmes.go_on(by_story, _person)
        notifications.tell_all()
    _play(each for each in steps if each[0] >= lately)
    networks.go_on(_person)
    with clock.pretend(lately):
        for told in people_told:
            _keep_register(told)
        notifications.tell_all()
    db.session.execute(update(outbox.Message).values(sent_at=outbox.Message.queued_at))
    old = Notification.at < lately
    db.session.execute(update(Notification).where(old).values(read_at=Notification.at))


def _play(steps: Iterable[tuple[datetime, Story, Step]]) -> None:
    for moment, story, step in steps:
        with clock.pretend(moment):
            DOING[step["do"]](story, _person(step["by"]), step)
            db.session.flush()
            notifications.tell_all()


def _make_person(told: Mapping[str, Any], password: str) -> None:
    lay = told.get("lay", False)
    registration = people.Registration(
        email=told["email"],
        password=password,
        name=told["name"],
        job=told.get("job", ""),
        is_lay=lay,
        accepts_terms=True,
    )
    belongs = told.get("organisation")
    person = people.create(registration, region.organisation(belongs) if belongs else None)
    for grant in told.get("grants", []):
        theme = region.theme(grant["theme"]) if "theme" in grant else None
        organisation = region.organisation(grant["organisation"]) if "organisation" in grant else None
        people.grant(person, Role(grant["role"]), theme, organisation)


def _keep_register(told: Mapping[str, Any]) -> None:
    for interest in told.get("interests", []):
        until = clock.today() + timedelta(days=interest["days"])
        organisation = region.organisation(interest["organisation"]) if "organisation" in interest else None
        interests.register(
            _person(told["email"]),
            organisation=organisation,
            email=interest.get("email"),
            reason=interest["reason"],
            until=until,
        )
    person = _person(told["email"])
    if keeps_register(person) and told.get("keeps_register", True) and not told.get("interests"):
        interests.check(person)


def _create(story: Story, champion: Person, step: Step) -> None:
    answers = story.answers
    campaign = open_campaign(answers.get("campaign"))
    proposal = proposals.create(
        champion, answers["title"], answers.get("lead_theme", "patient-safety"), campaign
    )
    story.reference = proposal.reference
    proposal.co_authors = [_person(address) for address in story.co_authors]
    _write(proposal, champion, story.answers)
    for each in story.files:
        document = documents.examine(BytesIO(one_page(each["title"], each["text"])), each["name"])
        proposals.attach_all(proposal, champion, [document])
        db.session.refresh(proposal, ["attachments"])
        proposals.share_attachment(proposal.attachments[-1], champion, shareable=each.get("shareable", False))


def _edit(story: Story, champion: Person, step: Step) -> None:
    _write(story.proposal, champion, step["answers"])


def _write(proposal: Proposal, actor: Person, answers: Mapping[str, Any]) -> None:
    for section in record.sections(proposal.answers):
        given = {
            question.id: _typed(answers[question.id])
            for question in section.questions
            if question.id in answers
        }
        if given:
            state = proposals.section_state(proposal, section)
            proposals.save_section(proposal, section, given, actor, opened_at_state=state)


def _typed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _submit(story: Story, champion: Person, step: Step) -> None:
    proposals.submit(story.proposal, champion)


def _recall(story: Story, champion: Person, step: Step) -> None:
    proposals.recall(story.proposal, champion)


def _request_changes(story: Story, manager: Person, step: Step) -> None:
    assessment.request_changes(
        story.proposal,
        manager,
        sections=step["sections"],
        message=step["message"].strip(),
        due=_changes_due(),
    )


def _changes_due() -> date:
    return add_working_days(clock.today(), region.current().rules["changes_working_days"])


def _transfer(story: Story, manager: Person, step: Step) -> None:
    theme = region.theme(step["theme"])
    proposals.transfer(story.proposal, manager, theme, reason=step["reason"].strip())


def _reopen(story: Story, manager: Person, step: Step) -> None:
    proposals.reopen(story.proposal, manager, reason=step["reason"].strip(), due=_changes_due())


def _start_assessment(story: Story, manager: Person, step: Step) -> None:
    assessment.start_assessment(story.proposal, manager, _ids(step["reviewers"]))


def _add_reviewers(story: Story, manager: Person, step: Step) -> None:
    assessment.add_reviewers(_round(story), manager, _ids(step["reviewers"]), reason=step["reason"])


def _remove_reviewer(story: Story, manager: Person, step: Step) -> None:
    assessment.remove_reviewer(_assignment(story, _person(step["reviewer"])), manager, reason=step["reason"])


def _extend(story: Story, manager: Person, step: Step) -> None:
    due = add_working_days(_round(story).due, step["working_days"])
    assessment.extend(_round(story), manager, due=due, reason=step["reason"])


def _declare(story: Story, reviewer: Person, step: Step) -> None:
    assessment.declare(
        _assignment(story, reviewer), Interest(step["interest"]), reason=step.get("reason", "")
    )


def _review(story: Story, reviewer: Person, step: Step) -> None:
    """What the step says, and for the rest what they had written before."""
    assignment = _assignment(story, reviewer)
    before = assessment.written_in(assignment.review)
    rationales = {key: text.strip() for key, text in step.get("rationales", {}).items()}
    written = Written(
        {**before.scores, **step.get("scores", {})},
        {**before.rationales, **rationales},
        Recommendation(step["recommendation"]) if "recommendation" in step else before.recommendation,
        step.get("comment", before.comment).strip(),
        step.get("note", before.note).strip(),
    )
    save = assessment.submit_review if step["submitted"] else assessment.save_review
    save(assignment, written, opened_at_state=assessment.state_of(assignment.review))


def _close_assessment(story: Story, manager: Person, step: Step) -> None:
    assessment.close_assessment(
        story.proposal,
        manager,
        panel_summary=step["panel_summary"].strip(),
        feedback=step["feedback"].strip(),
        feedback_by_criterion={key: text.strip() for key, text in step.get("by_criterion", {}).items()},
    )


def _ask_team(story: Story, reviewer: Person, step: Step) -> None:
    deliberation.ask_team(_assignment(story, reviewer), step["text"].strip())


def _put_question(story: Story, manager: Person, step: Step) -> None:
    deliberation.put_question(_newest_question(story), manager, put_as=step["text"].strip())


def _answer_question(story: Story, author: Person, step: Step) -> None:
    deliberation.answer_question(_newest_question(story), author, answer=step["text"].strip())


def _discuss(story: Story, author: Person, step: Step) -> None:
    deliberation.discuss(_round(story), author, step["text"].strip())


def _newest_question(story: Story) -> TeamQuestion:
    asked = select(TeamQuestion).where(TeamQuestion.round_id == _round(story).id)
    return db.session.scalars(asked.order_by(TeamQuestion.id.desc()).limit(1)).one()


def _prepare_decision(story: Story, director: Person, step: Step) -> None:
    kind = DecisionKind(step["decision"].replace("-", "_"))
    decisions.prepare(story.proposal, kind, director, _said(step))


def _decide(story: Story, actor: Person, step: Step) -> None:
    decisions.release(story.proposal, DecisionKind(step["do"].replace("-", "_")), actor, _said(step))


def _refer_back(story: Story, director: Person, step: Step) -> None:
    decisions.refer_back(story.proposal, director, questions=step["questions"].strip())


def _said(step: Step) -> dict[str, Any]:
    """A decision's form as the step fills it in."""
    said = {key: _typed(value) for key, value in step.items()}
    said["conditions"] = [_asked(each) for each in step.get("conditions", [])]
    if "approved_days_ago" in step:
        said["approved_on"] = clock.today() - timedelta(days=step["approved_days_ago"])
    if "due_in_days" in step:
        said["due"] = clock.today() + timedelta(days=step["due_in_days"])
    return said


def _asked(told: Mapping[str, Any]) -> Asked:
    due = clock.today() + timedelta(days=told["due_in_days"])
    return Asked(told["text"], not told.get("later"), told["owner"], due, told["evidence"])


def _withdraw(story: Story, champion: Person, step: Step) -> None:
    assessment.withdraw(story.proposal, champion, reason=step["reason"].strip())


def _settle_condition(outcome: ConditionStatus) -> Callable[[Story, Person, Step], None]:
    def settle(story: Story, director: Person, step: Step) -> None:
        found = (
            select(Condition)
            .join(Programme)
            .where(Programme.proposal_id == story.proposal.id, Condition.number == step["condition"])
        )
        condition = db.session.scalars(found).one()
        spread.settle_condition(condition, director, outcome=outcome, note=step["note"].strip())

    return settle


def _of_programme(do: Callable[[Programme, Person, Step], None]) -> Callable[[Proposal, Person, Step], None]:
    return lambda proposal, actor, step: do(programmes.programme_of(proposal), actor, step)


def _of_story(do: Callable[[Proposal, Person, Step], None]) -> Callable[[Story, Person, Step], None]:
    return lambda story, actor, step: do(story.proposal, actor, step)


def _of_campaign(do: Callable[[Person, Step], None]) -> Callable[[Story, Person, Step], None]:
    return lambda story, actor, step: do(actor, step)


def _round(story: Story) -> Round:
    round_ = rounds.current_round(story.proposal)
    assert round_ is not None
    return round_


def _assignment(story: Story, reviewer: Person) -> Assignment:
    assignment = rounds.assignment_of(reviewer, _round(story))
    assert assignment is not None
    return assignment


def _ids(addresses: list[str]) -> list[int]:
    return [_person(address).id for address in addresses]


def _person(address: str) -> Person:
    person = accounts.by_email(address)
    if person is None:
        raise LookupError(f"people.toml has no {address}")
    return person


LATER = {name: _of_programme(do) for of in (programmes, kits, offers) for name, do in of.DOING.items()}
DOING: Mapping[str, Callable[[Story, Any, Step], None]] = {
    "create": _create,
    "edit": _edit,
    "submit": _submit,
    "recall": _recall,
    "transfer": _transfer,
    "request-changes": _request_changes,
    "start-assessment": _start_assessment,
    "add-reviewer": _add_reviewers,
    "remove-reviewer": _remove_reviewer,
    "extend": _extend,
    "declare": _declare,
    "review": _review,
    "ask-team": _ask_team,
    "put-question": _put_question,
    "answer-question": _answer_question,
    "discuss": _discuss,
    "close-assessment": _close_assessment,
    "prepare-decision": _prepare_decision,
    "approve-spread": _decide,
    "develop": _decide,
    "refer-back": _refer_back,
    "decline": _decide,
    "withdraw": _withdraw,
    "reopen": _reopen,
    "meet-condition": _settle_condition(ConditionStatus.MET),
    **{name: _of_campaign(do) for name, do in campaigns.DOING.items()},
    **{name: _of_story(do) for name, do in {**LATER, **discussion.DOING, **merging.DOING}.items()},
    "waive-condition": _settle_condition(ConditionStatus.WAIVED),
}
