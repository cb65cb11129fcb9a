"""The life of one proposal, from its draft to its stage, as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from flask import current_app

from benchmarks import words
from benchmarks.answers import UNEVEN, Lists, some_answers
from benchmarks.bulk import Bulk
from benchmarks.people import POSTERS, People
from exchange import events, search
from exchange.assessment.models import Interest, Recommendation
from exchange.audience import Audience
from exchange.decisions.rules import DecisionKind
from exchange.proposals import indexing, record
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import ReadingLevel, Visibility
from exchange.proposals.record import AnswerAudience
from exchange.similarity import Heading

ASSESSED_ONCE = frozenset({Stage.IN_ASSESSMENT, Stage.ASSESSED, Stage.SPREAD, Stage.NOT_TAKEN_FORWARD})
DECIDED = {Stage.SPREAD: DecisionKind.APPROVE_SPREAD, Stage.NOT_TAKEN_FORWARD: DecisionKind.DECLINE}
IN_HAND_UNEVEN = (60, 12, 8, 7, 5, 4, 4)
UNREAD_DAYS = 20
DONE_BEFORE = 60  # reviews that the measured reviewers have submitted


@dataclass
class Setting:
    """Where they live. `last_of` is the last number given in each year."""

    bulk: Bulk
    draw: Random
    lists: Lists
    people: People
    now: datetime
    last_of: dict[int, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notes = [words.text(self.draw, 15) for _ in range(2_000)]

    def reference(self, moment: datetime) -> str:
        self.last_of[moment.year] = self.last_of.get(moment.year, 0) + 1
        return f"{self.lists.prefix}-{moment.year}-{self.last_of[moment.year]:04d}"


class Life:
    """One proposal from its draft to its stage. `nth` counts those in hand of one stage; None is the archive."""

    def __init__(self, setting: Setting, stage: Stage, nth: int | None, *, is_rare: bool) -> None:
        self.setting, self.bulk, self.draw = setting, setting.bulk, setting.draw
        self.lists, self.people = setting.lists, setting.people
        self.stage, self.nth, self.is_rare = stage, nth, is_rare
        self.id = self.bulk.new_id("proposal")
        self.theme = self.draw.choices(self.lists.themes, UNEVEN if nth is None else IN_HAND_UNEVEN)[0]
        self.champion = self.draw.choice(self.people.members)
        if stage is Stage.DRAFT and self.id % 20 == 0:
            self.champion = self.people.measured["member"] if self.id < 10_000 else self.champion
        age = self.draw.uniform(60, 1_800) if nth is None else self.draw.uniform(5, 40)
        self.moment = self.begun = setting.now - timedelta(days=age)
        self.reference = setting.reference(self.begun)
        self.position, self.digest = 0, events.NO_EVENT_BEFORE
        self.key: str = current_app.config["AUDIT_KEY"]

    def live(self) -> None:
        self.answers = some_answers(self.draw, self.lists, self.theme)
        if self.is_rare:
            self.answers["need"] += f" {words.RARE.capitalize()}."
            self.answers["visibility"] = "members"
        self.tell(self.champion, "create", Audience.TEAM)
        for section in record.SECTIONS[:4]:
            self.tell(self.champion, "save_section", Audience.TEAM, section=section.id)
        is_draft = self.stage is Stage.DRAFT
        self._add_proposal()
        self._index(is_draft)
        if not is_draft:
            self._submit()
            if self.stage in ASSESSED_ONCE:
                self._assess()
            if self.stage is Stage.CHANGES_REQUESTED:
                due = (self.setting.now + timedelta(days=self.draw.randint(-15, 15))).date()
                message = self.draw.choice(self.setting.notes)
                self.tell(self.manager, "request_changes", Audience.MEMBERS, message, due=due.isoformat())
            if self.stage is Stage.WITHDRAWN:
                self.tell(self.champion, "withdraw", Audience.TEAM)
        self.bulk.add("event_head", subject=self.subject, position=self.position, digest=self.digest)

    @property
    def subject(self) -> str:
        return f"proposal:{self.id}"

    @property
    def manager(self) -> int:
        return self.people.managers[self.theme]

    def tell(self, actor: int, kind: str, audience: Audience, words: str = "", **facts: Any) -> None:
        """One event, a little later than the one before; `words` are a text that its team reads."""
        self.moment += (self.setting.now - self.moment) / 40
        if words:
            facts["texts"] = {"message": events.text_digest(events.Text(words, Audience.TEAM), self.key)}
        row = {
            "subject": self.subject,
            "position": self.position + 1,
            "kind": kind,
            "audience": audience,
            "actor_id": actor,
            "at": self.moment,
            "facts": facts,
            "previous": self.digest,
        }
        told: Any = SimpleNamespace(**row)
        self.position, self.digest = self.position + 1, events.chain_digest(told, self.key)
        id_ = self.bulk.new_id("event")
        self.bulk.add("event", id=id_, **row, digest=self.digest)
        if words:
            self.bulk.add(
                "event_text",
                id=self.bulk.new_id("event_text"),
                event_id=id_,
                name="message",
                audience=Audience.TEAM,
                content=words,
            )
        if audience is not Audience.TEAM:
            self._notify(self.manager if kind == "submit" else self.champion, kind, id_)

    def _notify(self, person: int, kind: str, event_id: int | None) -> None:
        is_unread = (self.setting.now - self.moment).days < UNREAD_DAYS and self.draw.random() < 0.3
        self.bulk.add(
            "notification",
            id=self.bulk.new_id("notification"),
            person_id=person,
            event_id=event_id,
            proposal_id=self.id,
            kind=kind,
            line=f"{self.reference}: {kind.replace('_', ' ')}",
            path=f"/proposals/{self.reference}",
            at=self.moment,
            read_at=None if is_unread else self.moment + timedelta(hours=5),
        )

    def _add_proposal(self) -> None:
        answers, is_draft = self.answers, self.stage is Stage.DRAFT
        self.submitted_at = None if is_draft else self.moment + timedelta(hours=1)
        late = self.setting.now + timedelta(days=self.draw.randint(-15, 15))
        self.bulk.add(
            "proposal",
            id=self.id,
            reference=self.reference,
            stage=self.stage,
            stage_since=self.moment,
            champion_id=self.champion,
            created_at=self.begun,
            edited_at=self.moment,
            answers=answers,
            schema_version=record.SCHEMA_VERSION,
            version_number=0 if is_draft else 1,
            submitted_at=self.submitted_at,
            changes_due=late.date() if self.stage is Stage.CHANGES_REQUESTED else None,
            changes_sections=["need"] if self.stage is Stage.CHANGES_REQUESTED else [],
            title=answers["title"],
            summary=answers["summary"],
            lead_theme_id=self.theme,
            stage_of_development=answers["stage_of_development"],
            investment_sought=answers["investment_sought"],
            visibility=answers["visibility"],
        )
        for author in set(self.draw.choices(self.people.members, k=self.draw.randint(0, 2))) - {
            self.champion
        }:
            self.bulk.add("co_author", proposal_id=self.id, person_id=author)
        for priority in answers["priorities"]:
            self.bulk.add("proposal_priority", proposal_id=self.id, priority_id=priority)
        for aim in answers["strategic_aims"]:
            self.bulk.add("proposal_aim", proposal_id=self.id, aim_id=aim)

    def _index(self, is_draft: bool) -> None:
        """As `indexing.index` and `index_draft` do."""
        visibility = Visibility(self.answers["visibility"])
        for audience in [AnswerAudience.ASSESSORS] if is_draft else indexing.READ_BY:
            read = indexing.answers_of(audience, visibility, self.answers)
            texts = [text for _, text in indexing.texts_below(read)]
            said = search.kept(self.reference, self.answers["title"], read.get("summary") or "", texts)
            self.bulk.add(
                "search_text",
                id=self.bulk.new_id("search_text"),
                proposal_id=self.id,
                audience=audience,
                **said,
            )
        for concept in Heading(self.answers["title"], self.answers["summary"]).concepts:
            self.bulk.add("heading_concept", concept=concept, proposal_id=self.id)

    def _submit(self) -> None:
        self.bulk.add(
            "version",
            id=self.bulk.new_id("version"),
            proposal_id=self.id,
            number=1,
            answers=self.answers,
            schema_version=record.SCHEMA_VERSION,
            submitted_at=self.submitted_at,
            submitted_by_id=self.champion,
            shared_files=[],
        )
        self.tell(self.champion, "submit", Audience.MEMBERS, version=1, declared=True)

    def _assess(self) -> None:
        is_open = self.stage is Stage.IN_ASSESSMENT
        round_id = self.bulk.new_id("round")
        due = (self.setting.now + timedelta(days=self.draw.randint(-5, 20))).date()
        self.tell(self.manager, "start_assessment", Audience.MEMBERS, round=1, due=due.isoformat())
        started = self.moment
        for letter, person in zip("ABCDE", self._panel(), strict=False):
            self._assign(round_id, letter, person, is_open)
        if not is_open:
            note = self.draw.choice(self.setting.notes)
            self.tell(self.manager, "close_assessment", Audience.MEMBERS, note, round=1, reviews=3)
        self.bulk.add(
            "round",
            id=round_id,
            proposal_id=self.id,
            number=1,
            version_number=1,
            rubric_id=self.lists.rubric_id,
            quorum=3,
            minimum_at_due_date=2,
            started_at=started,
            started_by_id=self.manager,
            due=due,
            closed_at=None if is_open else self.moment,
            closed_by_id=None if is_open else self.manager,
            ended_at=None if is_open else self.moment,
            panel_summary="" if is_open else self.draw.choice(self.setting.notes),
            feedback="" if is_open else self.draw.choice(self.setting.notes),
        )
        if self.stage in DECIDED:
            self._decide(round_id, DECIDED[self.stage])

    def _panel(self) -> list[int]:
        measured = self.people.measured
        panel = self.draw.sample(self.people.reviewers, 3)
        if self.nth is None:
            return panel
        if self.stage is Stage.IN_ASSESSMENT:
            wide, narrow = measured["reviewer-250"], measured["reviewer-50"]
            panel = [measured[f"poster-{self.nth % POSTERS}"], panel[0]]
            return [*panel, *[wide] * (self.nth < 250), *[narrow] * (self.nth < 50)]
        done = [measured["reviewer-250"], measured["reviewer-50"], panel[0]]
        return done if self.nth < DONE_BEFORE else panel

    def _assign(self, round_id: int, letter: str, person: int, is_open: bool) -> None:
        is_measured = person in self.people.measured.values()
        is_posting = is_measured and letter == "A"
        is_declared = not is_open or is_posting or self.draw.random() < 0.9
        is_done = not is_open or (not is_measured and self.draw.random() < 0.5)
        is_begun = is_done or (not is_posting and is_declared and self.draw.random() < 0.2)
        id_ = self.bulk.new_id("assignment")
        self.bulk.add(
            "assignment",
            id=id_,
            round_id=round_id,
            person_id=person,
            letter=letter,
            assigned_at=self.moment,
            assigned_by_id=self.manager,
            interest=Interest.NONE if is_declared or is_done else None,
            declared_at=self.moment,
        )
        level = ReadingLevel.ALL if is_declared or is_done else ReadingLevel.SUMMARY
        self.bulk.add("reader", proposal_id=self.id, person_id=person, level=level, reads_next_version=False)
        self._notify(person, "assign", None)
        if is_begun:
            self._review(id_, is_done)
        if is_done:
            self.tell(person, "submit_review", Audience.ASSESSORS, letter=letter, round=1)

    def _review(self, assignment_id: int, is_done: bool) -> None:
        review_id = self.bulk.new_id("review")
        self.bulk.add(
            "review",
            id=review_id,
            assignment_id=assignment_id,
            recommendation=self.draw.choice(list(Recommendation)) if is_done else None,
            comment=self.draw.choice(self.setting.notes),
            version_number=1,
            saved_at=self.moment,
            submitted_at=self.moment if is_done else None,
        )
        for criterion_id, _ in self.lists.criteria[: None if is_done else 3]:
            self.bulk.add(
                "score",
                review_id=review_id,
                criterion_id=criterion_id,
                score=self.draw.randint(1, 5),
                rationale=self.draw.choice(self.setting.notes),
            )

    def _decide(self, round_id: int, kind: DecisionKind) -> None:
        director, is_approved = self.people.directors[self.theme], kind is DecisionKind.APPROVE_SPREAD
        note = self.draw.choice(self.setting.notes)
        self.tell(director, kind.value, Audience.PUBLIC if is_approved else Audience.TEAM)
        decision_id = self.bulk.new_id("decision")
        self.bulk.add(
            "decision",
            id=decision_id,
            proposal_id=self.id,
            round_id=round_id,
            kind=kind,
            prepared_by_id=director,
            prepared_at=self.moment,
            released_by_id=director,
            released_at=self.moment,
            statement=note if is_approved else "",
            adoption_target=12 if is_approved else None,
            investment=0 if is_approved else None,
            reason_code="" if is_approved else "value",
            feedback="" if is_approved else note,
        )
        self.bulk.add(
            "letter",
            id=self.bulk.new_id("letter"),
            decision_id=decision_id,
            text=note,
            dated=self.moment.date(),
        )
        if is_approved:
            self._spread(director, note)

    def _spread(self, director: int, statement: str) -> None:
        programme_id = self.bulk.new_id("programme")
        is_active = self.draw.random() < 0.7
        self.bulk.add(
            "programme",
            id=programme_id,
            proposal_id=self.id,
            slug=f"programme-{self.id}",
            status="active" if is_active else "setting-up",
            status_since=self.moment,
            approved_at=self.moment,
            approved_by_id=director,
            active_since=self.moment if is_active else None,
            statement=statement,
            adoption_target=12,
            investment=0,
            promised={},
            changed_at=self.moment,
        )
        self.bulk.add(
            "condition",
            id=self.bulk.new_id("condition"),
            programme_id=programme_id,
            number=1,
            text=self.draw.choice(self.setting.notes),
            is_blocking=True,
            status="met" if is_active else "open",
            settled_at=self.moment if is_active else None,
            settled_by_id=director if is_active else None,
        )
