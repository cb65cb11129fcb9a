"""The champion's letter: written once, when the decision is released.

It is plain text, so that it reads the same on a page and in an e-mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exchange.decisions.rules import DecisionKind
from exchange.spread.conditions import Asked, starts_when
from exchange.wording import counted, day, money

FIRST_LINES = {
    DecisionKind.APPROVE_SPREAD: "We will spread your innovation at scale across the region.",
    DecisionKind.DEVELOP: "We ask you to develop your innovation further before we decide on spreading it.",
    DecisionKind.DECLINE: "We will not take your innovation forward.",
}

WHY = "Why we approved it"
DECIDED = "What we agreed"
CONDITIONS = "Conditions"
MUST_SHOW = "What you need to show"
TALK_TO = "Whom to talk to"
REASON = "Why"
WOULD_CHANGE = "What would change this decision"
PANEL = "What the panel says to you"
NEXT = "What happens next"
ASK = "Who to ask"
HEADINGS = frozenset({WHY, DECIDED, CONDITIONS, MUST_SHOW, TALK_TO, REASON, WOULD_CHANGE, PANEL, NEXT, ASK})


@dataclass(frozen=True)
class Contact:
    """Someone the champion can write to, or who signs."""

    name: str
    role: str
    email: str


@dataclass(frozen=True)
class Told:
    """Everything a letter tells. Of the texts only those of its kind are filled; `panel_feedback` is what
    the manager wrote for release."""

    kind: DecisionKind
    champion: str
    reference: str
    title: str
    host: str
    signed_by: Contact
    ask: Sequence[Contact]
    panel_feedback: str = ""
    statement: str = ""
    adoption_target: int = 0
    investment: int = 0
    approving_body: str = ""
    approved_on: date | None = None
    minute_reference: str = ""
    conditions: Sequence[Asked] = ()
    is_kept_to_assessors: bool = False
    must_show: str = ""
    talk_to: str = ""
    due: date | None = None
    reason: str = ""
    feedback: str = ""
    would_change: str = ""


@dataclass(frozen=True)
class Block:
    """A heading of a letter, or a text beneath one."""

    text: str
    is_heading: bool


def compose(told: Told, text: str = "") -> str:
    """The whole letter but for its date, which is kept beside it. `text` is what somebody wrote in place of `text_of`."""
    return "\n\n".join([*opening(told), text or text_of(told), *closing(told)])


def opening(told: Told) -> list[str]:
    return [f"Dear {told.champion}", f"{told.reference}: {told.title}"]


def text_of(told: Told) -> str:
    """The part that a director can change."""
    parts = [FIRST_LINES[told.kind]]
    for heading, text in _sections(told):
        if text:
            parts += [heading, text]
    return "\n\n".join(parts)


def closing(told: Told) -> list[str]:
    """Whom to ask, and who signs."""
    ask = "\n".join(f"{each.name}, {each.role}: {each.email}" for each in told.ask)
    signature = "\n".join([told.signed_by.name, told.signed_by.role, told.host])
    return [*([ASK, ask] if ask else []), "Yours sincerely", signature]


def blocks(text: str) -> list[Block]:
    """The letter as a page draws it."""
    return [Block(part.strip("\n"), part in HEADINGS) for part in text.split("\n\n") if part.strip()]


def _sections(told: Told) -> list[tuple[str, str]]:
    own = {
        DecisionKind.APPROVE_SPREAD: _approved,
        DecisionKind.DEVELOP: _developed,
        DecisionKind.DECLINE: _declined,
    }[told.kind](told)
    return [*own[:-1], (PANEL, told.panel_feedback), own[-1]]


def _approved(told: Told) -> list[tuple[str, str]]:
    blocking = [f"{each.text}\n{each.details}" for each in told.conditions if each.is_blocking]
    later = [f"{each.text}\n{each.details}" for each in told.conditions if not each.is_blocking]
    lists = [_list("Before the programme starts:", blocking), _list("While it runs:", later)]
    started = "The programme starts today."
    if blocking:
        waits = starts_when(len(blocking))
        started = f"The programme is now being set up. {waits}. Tell us as soon as you can show that."
    shown = (
        "your title, summary, priorities and lead theme"
        if told.is_kept_to_assessors
        else "your public answers"
    )
    return [
        (WHY, told.statement),
        (DECIDED, _agreed(told)),
        (CONDITIONS, "\n\n".join(each for each in lists if each)),
        (NEXT, f"{started}\n\nIt has a page in the exchange that everyone can read, with {shown}."),
    ]


def _agreed(told: Told) -> str:
    lines = [f"{counted(told.adoption_target, 'organisation')} of the region should adopt it."]
    if told.investment:
        lines.append(f"The network invests {money(told.investment)}.")
    else:
        lines.append("The network invests no money in it.")
    if told.approving_body and told.approved_on:
        minute = f" (minute {told.minute_reference})" if told.minute_reference else ""
        lines.append(f"{told.approving_body} approved this on {day(told.approved_on)}{minute}.")
    return " ".join(lines)


def _developed(told: Told) -> list[tuple[str, str]]:
    by = day(told.due) if told.due else ""
    return [
        (MUST_SHOW, told.must_show),
        (TALK_TO, told.talk_to),
        (
            NEXT,
            f"Change your proposal and submit it again by {by}. You can change every section. "
            f"It then goes to the programme manager, who arranges its next assessment.\n\n"
            f"After {by} the programme manager may close it. If you need longer, tell them before then.",
        ),
    ]


def _declined(told: Told) -> list[tuple[str, str]]:
    return [
        (REASON, "\n\n".join(part for part in (f"{told.reason}.", told.feedback) if part.strip("."))),
        (WOULD_CHANGE, told.would_change),
        (
            NEXT,
            "We have closed the proposal. You and your team can still read it, but other members cannot. "
            "You can propose something new at any time, and build on what you learnt from this.",
        ),
    ]


def _list(heading: str, items: Sequence[str]) -> str:
    return (
        "\n".join([heading, *(f"{number}. {text}".strip() for number, text in enumerate(items, 1))])
        if items
        else ""
    )
