"""What is asked of who looks after a kit, and of who adds to its log of barriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import wtforms

from exchange import clock, forms
from exchange.accounts.models import Person
from exchange.kits import content
from exchange.kits.content import Section
from exchange.kits.models import Barrier
from exchange.proposals.documents import ACCEPT, KINDS, LARGEST
from exchange.proposals.unnaming import UnnamingForm
from exchange.region.models import Organisation

LARGEST_COST = 10_000_000
SOMEBODY_ELSE = "somebody-else"


def _oldest() -> date:
    return clock.today() - clock.TEN_YEARS


class SectionForm(UnnamingForm):
    """One section of the kit. `state` marks what it said when the page was opened."""

    whom = ("about", "steps", "staff_time", "costs_note", "lessons")

    state = wtforms.HiddenField()

    @property
    def said(self) -> dict[str, Any]:
        """By field; an empty text is a text, an empty number is None."""
        fields = {name: field for name, field in self._fields.items() if name in content.FIELDS}
        return {
            name: field.data if isinstance(field, forms.MoneyField) else field.data or ""
            for name, field in fields.items()
        }


class AboutForm(SectionForm):
    about = forms.TextField(
        "What it is, in a few plain words",
        words=120,
        rows=6,
        hint="For somebody who has never heard of it: what happens, for whom, and what changes.",
    )


class StepsForm(SectionForm):
    steps = forms.TextField(
        "Steps to take, in order",
        words=900,
        rows=18,
        hint="Leave an empty line between two steps. The first line of each says what to do, the lines below it say how. "
        "We number them.",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        if problem := content.why_not_steps(self.steps.data or ""):
            self.add_error("steps", problem)
            return False
        return sound


class CostsForm(SectionForm):
    setup_cost = forms.MoneyField(
        "Cost to set it up (£)",
        largest=LARGEST_COST,
        message="Enter the cost to set it up in whole pounds, like 4,500",
        hint="For one organisation of a usual size. Enter 0 when it costs nothing, and nothing when you do not know.",
    )
    yearly_cost = forms.MoneyField(
        "Cost each year after that (£)",
        largest=LARGEST_COST,
        message="Enter the cost each year in whole pounds, like 1,200",
    )
    staff_time = forms.LineField(
        "Time of staff",
        limit=200,
        hint="For example, ten minutes a day of the nurse in charge, and a day of training",
    )
    costs_note = forms.TextField(
        "What makes it more or less", words=150, rows=5, hint="What the figures hold, and what they do not."
    )


class LessonsForm(SectionForm):
    lessons = forms.TextField(
        "What others learnt",
        words=400,
        rows=12,
        hint="What worked, what did not, and what you would do first.",
    )


SECTION_FORMS: Mapping[str, type[SectionForm]] = {
    "about": AboutForm,
    "steps": StepsForm,
    "costs": CostsForm,
    "lessons": LessonsForm,
}


class DocumentsForm(forms.Form):
    """Not done once: a file that is sent twice is taken once."""

    documents = forms.FilesField(
        "Add documents",
        [forms.Required("Choose at least one document")],
        accept=ACCEPT,
        multiple=True,
        hint=f"{KINDS}, up to {LARGEST} each. Everyone can open them, so they must name no patient.",
    )


class ContactForm(UnnamingForm):
    whom = ("role", "organisation", "topic")

    who = forms.OneField("Who it is", [forms.Required("Select who it is")])
    role = forms.LineField(
        "Their role", [forms.Required("Enter their role")], limit=100, hint="For example, falls lead nurse"
    )
    organisation = forms.LineField(
        "Their organisation", [forms.Required("Enter their organisation")], limit=200
    )
    topic = forms.LineField(
        "What to ask them about",
        [forms.Required("Enter what to ask them about")],
        limit=120,
        hint="For example, training, or the electronic record",
    )

    def __init__(self, people: Sequence[Person]) -> None:
        super().__init__()
        named = [
            forms.Choice(str(each.id), each.name, hint=", ".join(filter(None, (each.job, _of(each)))))
            for each in people
        ]
        other = forms.Choice(
            SOMEBODY_ELSE,
            "Somebody without an account, by their role",
            reveals=("role", "organisation"),
            divider="or" if named else "",
        )
        self.who.choices = [*named, other]

    @property
    def person_id(self) -> int | None:
        return None if self.who.data == SOMEBODY_ELSE else int(self.who.data)


class BarrierForm(UnnamingForm):
    """`organisations` are those for which this person may write; with one there is nothing to choose."""

    whom = ("met", "passed", "reason")

    organisation = forms.PickField("Organisation", [forms.Required("Select the organisation")])
    met_on = forms.DayField(
        "When you met it",
        [forms.Required("Enter the day on which you met it")],
        earliest=_oldest,
        latest=clock.today,
        hint="About when will do. For example, 27 3 2026",
    )
    met = forms.TextField(
        "What stood in the way",
        [forms.Required("Enter what stood in the way")],
        words=120,
        rows=4,
        hint="Everyone can read this. Name no patient and no colleague.",
    )
    passed = forms.TextField(
        "How you got past it", words=150, rows=5, hint="Leave it empty while it still stands in the way."
    )

    def __init__(self, organisations: Sequence[Organisation], **more: Any) -> None:
        super().__init__(**more)
        self.organisation.choices = [(each.id, each.name) for each in organisations]
        if len(organisations) == 1:
            del self.organisation
            self.only = organisations[0].id

    @property
    def organisation_id(self) -> str:
        return self.organisation.data if "organisation" in self._fields else self.only


class CorrectForm(BarrierForm):
    """Who did not write it says why it changes."""

    reason = forms.TextField(
        "Why it changes",
        [forms.Required("Enter why it changes")],
        words=100,
        rows=3,
        hint="Who wrote it, the team and the staff of the lead theme read this.",
    )
    state = wtforms.HiddenField()

    def __init__(self, barrier: Barrier, state: str, *, is_author: bool) -> None:
        said = {"met_on": barrier.met_on, "met": barrier.met, "passed": barrier.passed, "state": state}
        super().__init__([barrier.organisation], data=said)
        if is_author:
            del self.reason

    @property
    def why(self) -> str:
        return (self.reason.data or "") if "reason" in self._fields else ""


class HideForm(UnnamingForm):
    told = ("reason",)

    reason = forms.TextField(
        "Why you hide it",
        [forms.Required("Enter why you hide it")],
        words=100,
        rows=3,
        hint="Who wrote it reads this.",
    )


def section_form(section: Section, values: Mapping[str, Any]) -> SectionForm:
    """Filled in with what the kit says."""
    return SECTION_FORMS[section.id](data={**values, "state": content.state_of(values, section)})


def _of(person: Person) -> str:
    return person.organisation.name if person.organisation else ""
