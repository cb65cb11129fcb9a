"""What happened to a proposal, told as sentences to one reader.

Each kind of event has its sentence in `SENTENCES`, those that other features record too. Whoever may not
know a reviewer's name reads "Reviewer A".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from exchange.audience import Audience
from exchange.proposals.policy import Standing
from exchange.wording import counted, day, in_words, joined, money

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.events import Event

# What its team does many times while it writes: one line for the team, nothing for anyone else.
EDITING = frozenset({"save_section", "attach", "share_attachment", "remove_attachment"})
# What reviewers do: their names are for the staff alone.
OF_REVIEWERS = frozenset({"declare", "submit_review", "withdraw_review", "reopen_review", "ask_team"})


@dataclass(frozen=True)
class Entry:
    """One line of the timeline; `who` is empty for the service itself, and where it is not to be known."""

    at: datetime
    sentence: str
    who: str
    texts: list[tuple[str, str]]


def tell(
    events: Iterable[Event], standing: Standing, reader: Person | None, audiences: frozenset[Audience]
) -> list[Entry]:
    """The entries that this reader may read, newest first. `events` are in order, of these audiences
    already."""
    entries: list[Entry] = []
    edits: list[Event] = []
    for event in events:
        if event.kind in EDITING:
            edits.append(event)
            continue
        if edits and standing.is_on_team:
            entries.append(_of_edits(edits, reader))
        edits = []
        entries.append(_of(event, standing, reader, audiences))
    if edits and standing.is_on_team:
        entries.append(_of_edits(edits, reader))
    return entries[::-1]


def _of(event: Event, standing: Standing, reader: Person | None, audiences: frozenset[Audience]) -> Entry:
    who = _who(event, standing, reader)
    sentence = SENTENCES.get(event.kind, _anything_else)(event, who)
    texts = [
        (HEADINGS.get(text.name, in_words(text.name)), text.content)
        for text in event.texts
        if text.audience in audiences
    ]
    return Entry(event.at, sentence, "" if event.kind in OF_REVIEWERS else who, texts)


def _of_edits(edits: list[Event], reader: Person | None) -> Entry:
    names = dict.fromkeys(_name(edit, reader) for edit in edits)
    return Entry(
        edits[-1].at, f"The answers were edited: {counted(len(edits), 'change')}", joined(list(names)), []
    )


def _who(event: Event, standing: Standing, reader: Person | None) -> str:
    if event.kind in OF_REVIEWERS and not standing.is_staff:
        is_own = reader is not None and event.actor_id == reader.id
        return "You" if is_own else f"Reviewer {event.facts['letter']}"
    return _name(event, reader)


def _name(event: Event, reader: Person | None) -> str:
    if event.actor is None:
        return ""
    return "you" if reader is not None and event.actor_id == reader.id else str(event.actor.name)


Sentence = Callable[["Event", str], str]


def _plan_set(event: Event, who: str) -> str:
    facts = event.facts
    percent, count = facts["target_percent"], facts["adoption_target"]
    target = f"{percent}% of eligible organisations" if percent else counted(count, "organisation")
    by = f" by {day(date.fromisoformat(facts['target_on']))}" if facts["target_on"] else ""
    return f"The plan: {target}{by}"


def _funding_released(event: Event, who: str) -> str:
    pounds = event.facts["pounds"]
    what = "were released" if pounds > 0 else "came back"
    return f"{money(abs(pounds))} {what} on {day(date.fromisoformat(event.facts['on']))}"


def _always(sentence: str) -> Sentence:
    return lambda event, who: sentence


def _due(facts: Mapping[str, Any]) -> str:
    return f", by {day(date.fromisoformat(facts['due']))}" if facts.get("due") else ""


def _submitted(event: Event, who: str) -> str:
    return f"The champion submitted version {event.facts['version']}"


def _changes_requested(event: Event, who: str) -> str:
    return f"Changes were requested{_due(event.facts)}"


def _started(event: Event, who: str) -> str:
    due = event.facts.get("due")
    started = "Assessment goes on" if event.facts.get("resumed") else "Assessment started"
    return f"{started}. Reviews are due by {day(date.fromisoformat(due))}" if due else started


def _referred_back(event: Event, who: str) -> str:
    return f"The theme director asked the panel to look again{_due(event.facts)}"


def _reopened(event: Event, who: str) -> str:
    return f"Reopened, to be changed and submitted again{_due(event.facts)}"


def _extended(event: Event, who: str) -> str:
    return f"The assessment was given until {day(date.fromisoformat(event.facts['due']))}"


def _reviewers_added(event: Event, who: str) -> str:
    letters = event.facts.get("letters", [])
    if len(letters) == 1:
        return f"Reviewer {letters[0]} was chosen"
    return f"Reviewers {joined(letters)} were chosen" if letters else "Reviewers were chosen"


def _reviewer_removed(event: Event, who: str) -> str:
    return f"Reviewer {event.facts['letter']} was taken off the panel"


def _reviewer_gone(event: Event, who: str) -> str:
    review = ", and their review no longer counts" if event.facts["had_submitted"] else ""
    return f"Reviewer {event.facts['letter']} is no longer on the panel{review}"


def _declared(event: Event, who: str) -> str:
    return f"{_start(who)} {DECLARED.get(event.facts.get('interest', ''), 'declared')}"


def _review_submitted(event: Event, who: str) -> str:
    return f"{_start(who)} submitted a review"


def _review_reopened(event: Event, who: str) -> str:
    return f"{_start(who)} opened {'your' if who.lower() == 'you' else 'their'} review again"


def _team_asked(event: Event, who: str) -> str:
    return f"{_start(who)} asked a question for the team"


def _question_declined(event: Event, who: str) -> str:
    return f"A question of Reviewer {event.facts['letter']} was not passed on to the team"


def _review_withdrawn(event: Event, who: str) -> str:
    return "Your review was withdrawn" if who.lower() == "you" else f"The review of {who} was withdrawn"


def _developed(event: Event, who: str) -> str:
    return f"The theme director asked for it to be developed further{_due(event.facts)}"


def _stand_in(sentence: str) -> Sentence:
    return lambda event, who: sentence.format(part=in_words(event.facts["role"]).lower())


def _staff_declared(event: Event, who: str) -> str:
    parts = joined([in_words(role).lower() for role in event.facts["roles"]])
    return f"The {parts} declared an interest, and no longer acts on it"


def _answered_elsewhere(event: Event, who: str) -> str:
    return ANSWERED_ELSEWHERE[event.facts["answer"]]


def _anything_else(event: Event, who: str) -> str:
    return in_words(event.kind)


def _start(words: str) -> str:
    return words[:1].upper() + words[1:]


# What a reviewer declared, after their name.
DECLARED: Mapping[str, str] = {
    "none": "declared no interest",
    "interest": "declared an interest",
    "outside-my-expertise": "said that it is outside their expertise",
    "too-many": "said that they have too many reviews just now",
}

# What another network said of an offer.
ANSWERED_ELSEWHERE: Mapping[str, str] = {
    "interested": "Another network is interested in it",
    "taken-up": "Another network uses it",
    "not-now": "Another network does not take it up now",
}

SENTENCES: Mapping[str, Sentence] = {
    "create": _always("The draft was begun"),
    "invite": _always("Someone was invited to the team"),
    "take_back_invitation": _always("An invitation to the team was taken back"),
    "accept_invitation": _always("A co-author joined the team"),
    "decline_invitation": _always("An invitation to the team was declined"),
    "ask_to_join": _always("Someone asked to join the team"),
    "take_back_request": _always("A request to join the team was taken back"),
    "accept_request": _always("A co-author joined the team"),
    "decline_request": _always("A request to join the team was declined"),
    "leave_team": _always("A co-author left the team"),
    "remove_co_author": _always("A co-author was removed from the team"),
    "hand_over": _always("The champion handed it over"),
    "appoint_champion": _always("The programme manager appointed a new champion"),
    "submit": _submitted,
    "request_changes": _changes_requested,
    "recall": _always("The champion took it back"),
    "transfer": _always("Moved to another lead theme"),
    "start_assessment": _started,
    "extend": _extended,
    "add_reviewers": _reviewers_added,
    "remove_reviewer": _reviewer_removed,
    "leave_panel": _reviewer_gone,
    "declare": _declared,
    "declare_interest": _staff_declared,
    "submit_review": _review_submitted,
    "reopen_review": _review_reopened,
    "withdraw_review": _review_withdrawn,
    "ask_team": _team_asked,
    "put_question": _always("The panel asked the team a question"),
    "decline_question": _question_declined,
    "answer_question": _always("The team answered a question of the panel"),
    "close_assessment": _always("Assessment closed"),
    "prepare_decision": _always("A decision was prepared"),
    "approve_spread": _always("Approved to spread at scale"),
    "develop": _developed,
    "refer_back": _referred_back,
    "decline": _always("Not taken forward"),
    "reopen": _reopened,
    "withdraw": _always("The champion withdrew it"),
    # Which other proposal it is, the page says to those who may read that one.
    "propose_merge": _always("It was proposed to merge it into another"),
    "agree_to_merge": _always("A champion agreed to the merge"),
    "refuse_merge": _always("A champion did not agree to the merge"),
    "take_back_merge": _always("The proposal to merge it was taken back"),
    "merge": _always("Merged into another proposal"),
    "undo_merge": _always("The merge was undone"),
    "take_in": _always("Another proposal was merged into it"),
    "give_back": _always("The merge of another proposal into it was undone"),
    "start_programme": _always("The programme started"),
    "activate_programme": _always("The programme is active"),
    "pause_programme": _always("The programme was paused"),
    "prolong_programme": _always("The programme stays paused"),
    "set_plan": _plan_set,
    "release_funding": _funding_released,
    "resume_programme": _always("The programme goes on"),
    "refocus_programme": _always("The programme was refocused"),
    "complete_programme": _always("The programme was completed"),
    "end_programme": _always("The programme ended early"),
    "offer_programme": _always("It was offered to another network"),
    "send_offer_again": _always("It was offered to another network again"),
    "answer_offer": _answered_elsewhere,
    "record_answer": _answered_elsewhere,
    "unlist_use": _always("A network’s use of it is no longer listed"),
    "meet_condition": _always("A condition was met"),
    "waive_condition": _always("A condition was waived"),
    "name_stand_in": _stand_in("A stand-in was named for the {part}"),
    "end_stand_in": _stand_in("Nobody stands in for the {part} any more"),
    "redact_text": _always("A text was removed from this page"),
}

# What stands above each text of an event.
HEADINGS: Mapping[str, str] = {
    "message": "What to change",
    "questions": "What the panel is asked",
    "question": "What the panel asks",
    "must_show": "What must be shown",
    "talk_to": "Whom to talk to",
    "would_change": "What would change this decision",
    "override_reason": "Why the decision differs from the panel’s view",
    "panel_summary": "Summary of the panel",
    "champion": "New champion",
    "changed": "What changes",
    "lessons": "What was learnt",
    "goal": "Goal",
    "purpose": "What for",
    "offer": "What was written to them",
    "said": "What they said",
    "organisations": "Where it is used",
    "stand_in": "Who stands in, or did",
}
