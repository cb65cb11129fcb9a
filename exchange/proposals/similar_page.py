"""How similar proposals are shown to somebody: what is already spreading, then the other proposals, each with the words that both
hold and what this person can do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from exchange import concepts, marking
from exchange.accounts.models import Person
from exchange.proposals import joining, lifecycle, listing_page, policy
from exchange.proposals.choices import choices
from exchange.proposals.lifecycle import MERGEABLE, Stage
from exchange.proposals.models import Proposal
from exchange.proposals.page import Way, action_url
from exchange.proposals.policy import Seen
from exchange.proposals.similar import Similar, Spreading, shared_with_members, similar_to
from exchange.similarity import Heading
from exchange.wording import counted, cut, day, joined

LONGEST_SUMMARY = 180
MOST_WORDS = 6
YOURS = "of your own team"


@dataclass(frozen=True)
class Item:
    title: Markup
    summary: Markup
    url: str
    reference: str
    facts: list[str]
    stage: Stage
    spreading: Spreading | None
    words: str
    way: Way | None
    merge: Way | None


@dataclass(frozen=True)
class SimilarPage:
    """What was found, in the order of its worth to the reader."""

    items: list[Item]

    @property
    def programmes(self) -> list[Item]:
        return [item for item in self.items if item.spreading]

    @property
    def proposals(self) -> list[Item]:
        return [item for item in self.items if not item.spreading]

    @property
    def references(self) -> str:
        """What the form remembers to have shown."""
        return " ".join(item.reference for item in self.items)

    @property
    def found(self) -> str:
        """How many, in words; empty when there are none."""
        parts = [
            counted(len(some), word)
            for some, word in ((self.programmes, "programme"), (self.proposals, "proposal"))
            if some
        ]
        return joined(parts)

    @property
    def told(self) -> str:
        """What somebody hears who does not look at the list."""
        return f"Similar to yours, and listed below it: {self.found}." if self.items else ""

    def is_news(self, shown: str) -> bool:
        """Whether there is one among them that was not shown before."""
        return not {item.reference for item in self.items} <= set(shown.split())


def heading_of(proposal: Proposal) -> Heading:
    """Of what its team is writing."""
    return Heading(proposal.answers.get("title") or "", proposal.answers.get("summary") or "")


def similar_page(
    person: Person, heading: Heading, *, besides: int | None = None, merging: Seen | None = None
) -> SimilarPage:
    """`merging` is the proposal that the heading is of, where this person may want it to continue in one of those found."""
    found = similar_to(person, heading, besides=besides)
    merges = _merges(merging, found)
    waiting = joining.asked_by(person, [each.row.id for each in found]) if found else {}
    lists = choices()
    items = []
    for each in found:
        row = each.row
        ref = row.reference
        items.append(
            Item(
                title=_marked(row.title, each.concepts),
                summary=_marked(cut(row.summary, LONGEST_SUMMARY), each.concepts),
                url=each.spreading.url if each.spreading else url_for("proposals.show", ref=ref),
                reference=ref,
                facts=[*([YOURS] if row.is_own else []), *listing_page.facts_of(row, lists)],
                stage=row.stage,
                spreading=each.spreading,
                words=_in_both(each),
                way=_way(person, each, waiting.get(row.id)),
                merge=merges.get(ref),
            )
        )
    return SimilarPage(items)


def similar_for_triage(person: Person | None, seen: Seen) -> SimilarPage | None:
    """What the manager who triages it may know already; None for anyone else, and later."""
    proposal = seen.proposal
    if person is None or not policy.is_manager(person, seen) or proposal.stage is not Stage.SUBMITTED:
        return None
    return similar_page(person, Heading(proposal.title, proposal.summary), besides=proposal.id, merging=seen)


def _merges(merging: Seen | None, found: Iterable[Similar]) -> Mapping[str, Way]:
    """In which of those found it could continue, by reference: all members read both."""
    if merging is None or merging.proposal.visibility != "members":
        return {}
    actions = lifecycle.open_to(merging.proposal.stage, merging.standing.parts)
    if "merge" not in {action.name for action in actions}:
        return {}
    label = (
        "Propose to merge yours into it"
        if merging.standing.is_champion
        else "Propose that this one continues in it"
    )
    page = f"{action_url(merging.proposal, 'merge')}?into="
    ids = [each.row.id for each in found if each.row.stage in MERGEABLE]
    return {ref: Way(label, page + ref) for ref in shared_with_members(ids)}


def _way(person: Person, found: Similar, request: joining.Asked | None) -> Way | None:
    """What this person can do instead of proposing it again."""
    row = found.row
    if found.spreading:
        return Way("See how to adopt it", found.spreading.url)
    if request is not None:
        return Way(
            f"You asked to join its team on {day(request.asked_at)}",
            url_for("proposals.ask_to_join", ref=row.reference),
        )
    if policy.could_join(person, row.stage, reads_as_member=row.audience == "members", is_on_team=row.is_own):
        return Way("Ask to join its team", url_for("proposals.ask_to_join", ref=row.reference))
    return None


def _in_both(found: Similar) -> str:
    """The words of the other one that stand for what both speak of; without a capital where it has them so."""
    words: dict[str, str] = {}
    for text in (found.row.title, found.row.summary):
        for each in concepts.spoken(text):
            word = text[each.start : each.end]
            if each.concept in found.concepts and not words.get(each.concept, "A")[0].islower():
                words[each.concept] = word if word[0].islower() else words.get(each.concept, word)
    return joined(list(dict.fromkeys(words.values()))[:MOST_WORDS])


def _marked(text: str, shared: Iterable[str]) -> Markup:
    return marking.marked_at(
        text, [(each.start, each.end) for each in concepts.spoken(text) if each.concept in shared]
    )
