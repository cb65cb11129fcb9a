"""The stories of the demo's proposals: each as its file tells it, with what other files tell of it later."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from exchange import clock
from exchange.demo import campaigns, discussion, kits, offers, programmes
from exchange.extensions import db
from exchange.proposals.models import Proposal

FOLDER = Path(__file__).parent
Step = Mapping[str, Any]


@dataclass
class Story:
    """One proposal of the demo, as its file tells it, and as it stands so far."""

    stem: str
    answers: Mapping[str, Any]
    files: list[Mapping[str, Any]]
    co_authors: list[str]
    history: list[Step] = field(default_factory=list)
    reference: str = ""

    @property
    def proposal(self) -> Proposal:
        return db.session.scalars(select(Proposal).where(Proposal.reference == self.reference)).one()


def told() -> Iterator[Story]:
    later = [
        programmes.adopting(),
        kits.steps(),
        offers.offering(),
        discussion.talking(),
        campaigns.running(),
    ]
    answered = campaigns.answered()
    for path in sorted((FOLDER / "proposals").glob("*.toml")):
        story = tomllib.loads(path.read_text())
        history = story["history"] + [step for steps in later for step in steps.get(path.stem, [])]
        answers = {**story["answers"], **answered.get(path.stem, {})}
        yield Story(path.stem, answers, story.get("files", []), story.get("co_authors", []), history)


def in_order(stories: list[Story]) -> list[tuple[datetime, Story, Step]]:
    """Every step of every story by the hour at which it happened, London time; none in the future."""
    today = clock.today()
    steps = []
    for story in stories:
        for step in story.history:
            day = today - timedelta(days=step["days_ago"])
            at = datetime.combine(day, time.fromisoformat(step["at"]), clock.LONDON)
            steps.append((min(at, clock.now()), story, step))
    return sorted(steps, key=lambda each: each[0])
