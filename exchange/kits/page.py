"""What the page of a kit says, and what its reader can do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.accounts.models import Person
from exchange.kits import content, policy, queries
from exchange.kits.models import Barrier
from exchange.kits.queries import PublicKit, SeenPart
from exchange.proposals.lifecycle import Part
from exchange.spread.queries import SeenProgramme
from exchange.wording import money

NOT_SAID = "Not known yet"


@dataclass(frozen=True)
class Row:
    """One barrier of the log."""

    barrier: Barrier
    can_correct: bool


@dataclass(frozen=True)
class Page:
    """`older` is the cursor of the log's next page, `own_contact` the id of the contact that names this reader."""

    kit: PublicKit
    costs: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    older: int | None
    can_edit: bool
    can_hide: bool
    can_add: bool
    own_contact: int | None

    @property
    def is_written(self) -> bool:
        kit = self.kit
        return bool(kit.about or kit.steps or kit.lessons or kit.has_costs)

    @property
    def contents(self) -> list[dict[str, str]]:
        """Links to what the page holds for this reader."""
        kit, edits = self.kit, self.can_edit
        parts = [
            ("about", content.SECTIONS["about"].title, edits or kit.about),
            ("steps", content.SECTIONS["steps"].title, edits or kit.steps),
            ("costs", content.SECTIONS["costs"].title, edits or kit.has_costs),
            ("barriers", "Barriers met", True),
            ("lessons", content.SECTIONS["lessons"].title, edits or kit.lessons),
            ("documents", "Documents", edits or kit.documents),
            ("contacts", "Whom to ask", edits or kit.contacts),
        ]
        return [{"href": f"#{id_}", "text": text} for id_, text, is_there in parts if is_there]


def page_of(found: SeenProgramme, person: Person | None, before: int | None) -> Page:
    kit = queries.public_kit(found.programme, most_barriers=0)
    log = queries.barriers_read(found, person, before)
    manages = Part.MANAGER in found.standing.parts
    return Page(
        kit=kit,
        costs=costs_of(kit),
        rows=[Row(each, manages or policy.is_author(person, SeenPart(found, each))) for each in log.rows],
        older=log.older,
        can_edit=policy.edits(found.standing),
        can_hide=manages,
        can_add=bool(queries.organisations_of(found, person)),
        own_contact=next((each.id for each in kit.contacts if person and each.person_id == person.id), None),
    )


def costs_of(kit: PublicKit) -> list[tuple[str, str]]:
    """What stands in its rows, for page and paper; nothing where nobody has said anything."""
    if not kit.has_costs:
        return []
    return [
        ("To set it up", NOT_SAID if kit.setup_cost is None else money(kit.setup_cost)),
        ("Each year after that", NOT_SAID if kit.yearly_cost is None else money(kit.yearly_cost)),
        ("Time of staff", kit.staff_time or NOT_SAID),
    ]
