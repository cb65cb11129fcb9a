"""What people say of the demo's proposals and programmes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.discussion import moderation, places, services
from exchange.discussion.kinds import Endorsing, ReportReason
from exchange.discussion.models import Comment
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal

FOLDER = Path(__file__).parent
Step = Mapping[str, Any]


def talking() -> dict[str, list[Step]]:
    """Who says what and when, by the story that it is about."""
    told = tomllib.loads((FOLDER / "discussion.toml").read_text())["talk"]
    return {each["story"]: list(_steps(each)) for each in told}


def _steps(told: Mapping[str, Any]) -> Iterator[Step]:
    for top in told["comments"]:
        yield _step("comment", top)
        for answer in top.get("answers", []):
            yield _step("comment", answer, to=top["text"])
        if "report" in top:
            yield _step("report-comment", top["report"], about=top["text"])
    if "hide" in told:
        yield _step("hide-comment", told["hide"])
    for kind in ("adopt", "support", "follow"):
        for number, name in enumerate(told[kind]):
            hour = {"at": f"{9 + number % 9:02}:{7 * number % 60:02}", "days_ago": told["since"]}
            yield _step("follow" if kind == "follow" else "endorse", {"by": name, **hour}, kind=kind)


def _step(do: str, told: Mapping[str, Any], **more: str) -> Step:
    return {**told, **more, "do": do, "by": f"{told['by']}@example.org"}


def _write(proposal: Proposal, person: Person, step: Step) -> None:
    parent = _comment(proposal, step["to"]) if "to" in step else None
    services.add_comment(_place(proposal, person), person, step["text"], parent)


def _report(proposal: Proposal, person: Person, step: Step) -> None:
    reason = ReportReason(step["reason"])
    moderation.report_comment(_comment(proposal, step["about"]), person, reason=reason, words=step["words"])


def _hide(proposal: Proposal, manager: Person, step: Step) -> None:
    moderation.hide_comment(_comment(proposal, step["text"]), manager, reason=step["reason"])


def _endorse(proposal: Proposal, person: Person, step: Step) -> None:
    services.endorse(proposal, person, Endorsing(step["kind"]))


def _follow(proposal: Proposal, person: Person, step: Step) -> None:
    services.follow(proposal, person)


def _place(proposal: Proposal, person: Person) -> places.Place:
    return places.now_at(proposals.seen(person, proposal.reference))


def _comment(proposal: Proposal, beginning: str) -> Comment:
    """The one that begins so."""
    query = select(Comment).where(
        Comment.proposal_id == proposal.id, Comment.text.startswith(beginning, autoescape=True)
    )
    return db.session.scalars(query).one()


DOING: Mapping[str, Callable[[Proposal, Person, Step], None]] = {
    "comment": _write,
    "report-comment": _report,
    "hide-comment": _hide,
    "endorse": _endorse,
    "follow": _follow,
}
