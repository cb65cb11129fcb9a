"""What the page of a programme says of the innovation: the answers of its record that this reader reads.

Answers that only assessors read are left out whoever reads: they stand in the proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.proposals import policy, record
from exchange.proposals import queries as proposals
from exchange.proposals.answers import ShownSection, answered_sections
from exchange.proposals.choices import choices
from exchange.proposals.models import Attachment
from exchange.spread.beyond import page as beyond
from exchange.spread.beyond import queries as offers
from exchange.spread.beyond.models import Offer
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme
from exchange.wording import number

# Said elsewhere on the page, or about the proposal and not the innovation.
ELSEWHERE = frozenset(
    {"title", "summary", "lead_theme", "priorities", "visibility", "population", "sites_now"}
)


@dataclass(frozen=True)
class Figure:
    """One number that stands large, and what it counts."""

    value: str
    label: str


@dataclass(frozen=True)
class Page:
    """`organisation` is who proposed it, empty where that is not published."""

    organisation: str
    figures: Sequence[Figure]
    sections: Sequence[ShownSection]
    documents: Sequence[Attachment]
    elsewhere: Sequence[Offer]

    @property
    def used_in(self) -> list[tuple[str, str]]:
        """Each other network that uses it, and where."""
        return [(each.network, beyond.where(each)) for each in self.elsewhere]

    @property
    def contents(self) -> list[dict[str, str]]:
        """Links to what the page holds."""
        parts = [
            ("plan", "The plan"),
            ("why", "Why we spread it"),
            *((each.section.id, each.section.title) for each in self.sections),
        ]
        if self.documents:
            parts.append(("documents", "Documents"))
        if self.elsewhere:
            parts.append(("elsewhere", "Also used in"))
        parts.append(("ask", "Ask about it"))
        return [{"href": f"#{id_}", "text": text} for id_, text in parts]


def page_of(found: SeenProgramme) -> Page:
    """As this person may read it. A proposal kept to assessors shows no more than its programme does."""
    read = proposals.reading(found.seen)
    answers = record.readable(read.answers, policy.MEMBERS_ANSWERS)
    champion = found.programme.proposal.champion
    return Page(
        "" if read.is_narrowed or champion.organisation is None else champion.organisation.name,
        _figures(found.programme, answers),
        answered_sections(answers, choices(), without=ELSEWHERE),
        proposals.attachments_read(found.seen),
        offers.used_elsewhere(found.programme),
    )


def _figures(programme: Programme, answers: record.Answers) -> list[Figure]:
    target = programme.adoption_target
    figures = [Figure(number(target), f"{_organisations(target)} should adopt it")]
    if (population := answers.get("population")) is not None:
        people = "person" if population == 1 else "people"
        figures.append(Figure(number(population), f"{people} could benefit each year"))
    if (sites := answers.get("sites_now")) is not None:
        figures.append(Figure(number(sites), f"{_organisations(sites)} used it when we approved it"))
    return figures


def _organisations(count: int) -> str:
    return "organisation" if count == 1 else "organisations"
