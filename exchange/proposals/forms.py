"""Forms of proposals. Those of the record's sections are drawn from its one declaration."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import HiddenField

from exchange import clock
from exchange.forms import (
    Choice,
    CountField,
    DayField,
    EmailField,
    FilesField,
    Form,
    LineField,
    ManyField,
    MoneyField,
    OnceForm,
    OneField,
    PickField,
    Required,
    TextField,
    TickField,
    UrlField,
)
from exchange.proposals import documents, record
from exchange.proposals.choices import Choices
from exchange.proposals.models import Attachment
from exchange.proposals.record import AnswerAudience, Answers, Kind, Needed, Question, Section, Source
from exchange.proposals.unnaming import UnnamingForm

LATEST_CHANGES = timedelta(days=366)
MOST_REASON_WORDS = 150
MOST_NOTE_WORDS = 100
MOST_SEARCHED = 200
ID = re.compile(r"\d{1,9}", re.ASCII)
READERS: Mapping[AnswerAudience, str] = {
    AnswerAudience.MEMBERS: "The public does not read this.",
    AnswerAudience.ASSESSORS: "Only the people who assess it read this.",
}
LISTED = "listed"  # a company that is an organisation of the exchange


class NewForm(OnceForm):
    """The first two answers."""

    title = LineField(
        record.QUESTION_BY_ID["title"].label,
        [Required(record.QUESTION_BY_ID["title"].missing)],
        limit=120,
        enforced=False,
        hint=record.QUESTION_BY_ID["title"].hint,
    )
    lead_theme = OneField(
        record.QUESTION_BY_ID["lead_theme"].label,
        [Required(record.QUESTION_BY_ID["lead_theme"].missing)],
        hint=record.QUESTION_BY_ID["lead_theme"].hint,
    )


class SectionForm(Form):
    """The base of every section's form. `state` marks the answers that it was opened with."""

    state = HiddenField()

    asked: tuple[Question, ...] = ()

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered here, by question."""
        found = {
            question.id: self[question.id].data for question in self.asked if question.id in self._fields
        }
        if found.get("campaign") == record.NO_CAMPAIGN:
            found["campaign"] = None
        if "supporting_themes" in found:  # the lead theme is none of the others
            found["supporting_themes"] = [
                one for one in found["supporting_themes"] if one != found.get("lead_theme")
            ]
        return found


class CompanyForm(SectionForm):
    """Asks for a company in two steps: whether it is none, one of the exchange or another, then which one."""

    def settle(self) -> None:
        """An organisation that was chosen, or sent by its id, is the answer to the second step."""
        asked: Any = self["supplier"]
        listed: Any = self["supplier_listed"]
        if asked.data in {choice.value for choice in listed.choices}:
            listed.data, asked.data = asked.data, LISTED

    @property
    def answers(self) -> dict[str, Any]:
        found = super().answers
        if found["supplier"] == LISTED:
            found["supplier"] = self["supplier_listed"].data
        return found


class EvidenceForm(SectionForm):
    """`listed` names the documents that the page showed, so that a tick taken away is told from one that was
    never there."""

    listed = HiddenField()
    shareable = ManyField(
        "Documents that everyone who reads the proposal may read",
        optional=False,
        hint="The others are for the people who assess it.",
    )

    @property
    def sent(self) -> list[FileStorage]:
        files: list[FileStorage] = self["evidence_files"].data
        return files

    @property
    def listed_ids(self) -> frozenset[int]:
        return frozenset(int(id_) for id_ in (self.listed.data or "").split() if ID.fullmatch(id_))

    def show(self, attachments: Sequence[Attachment]) -> None:
        """Draws these documents; a tick for one that was removed meanwhile is dropped."""
        ids = [str(each.id) for each in attachments]
        self.shareable.choices = [(str(each.id), each.name) for each in attachments]
        if self.is_submitted():
            self.shareable.data = [id_ for id_ in self.shareable.data if id_ in ids]
        else:
            self.shareable.data = [str(each.id) for each in attachments if each.shareable]
            self.listed.data = " ".join(ids)


def changes_due_field() -> DayField:
    """By when a proposal is to be changed: a day to come."""
    return DayField(
        "Send it back by",
        [Required("Enter the day by which to send it back")],
        earliest=lambda: clock.today() + timedelta(days=1),
        latest=lambda: clock.today() + LATEST_CHANGES,
    )


class DeclareForm(OnceForm):
    """The declaration made at each submission."""

    declaration = TickField(record.DECLARATION.label, [Required(record.DECLARATION.missing)])


class TransferForm(UnnamingForm):
    told = ("reason",)

    theme = OneField("The theme that it belongs to", [Required("Select the theme")])
    reason = TextField(
        "Why you move it",
        [Required("Enter why you move it")],
        words=MOST_REASON_WORDS,
        rows=4,
        hint="The team and the staff of both themes can read this.",
    )


class ReopenForm(UnnamingForm):
    told = ("reason",)

    reason = TextField(
        "Why you reopen it",
        [Required("Enter why you reopen it")],
        words=MOST_REASON_WORDS,
        rows=4,
        hint="The team and the theme’s staff can read this. Say what would make it worth another look.",
    )
    due = changes_due_field()


class InviteForm(OnceForm):
    email = EmailField(
        "E-mail address",
        [Required("Enter the e-mail address of the person to invite")],
        hint="They join with the account that has this address. If there is none, we ask them to register.",
    )


class AskToJoinForm(OnceForm):
    note = TextField(
        "What you would bring",
        [Required("Enter what you would bring")],
        words=MOST_NOTE_WORDS,
        rows=5,
        hint="What you know of it, or have done already. The team reads this.",
    )


class ChampionForm(OnceForm):
    champion = OneField("Who is the champion from now on?", [Required("Select the new champion")])


class ListForm(Form):
    """What the list is narrowed by; drawn, never validated: an unknown value finds nothing."""

    q = LineField("Search", optional=False, limit=MOST_SEARCHED)
    theme = ManyField("Theme", optional=False)
    priority = ManyField("Priority", optional=False)
    stage = ManyField("Stage", optional=False)
    campaign = ManyField("Campaign", optional=False)
    aim = ManyField("Patient safety aim", optional=False)
    organisation = PickField("Organisation", optional=False, empty="Any organisation")
    sort = PickField("Sort by", optional=False)


def section_form(section: Section, answers: Answers, choices: Choices, **more: Any) -> SectionForm:
    """The form of a section, as someone who answered so sees it. Drafts keep the unfinished and the
    over-long, so it refuses only what a kind cannot hold."""
    asked = record.asked_in(section)
    asks_for_files = any(question.kind is Kind.FILES for question in asked)
    asks_for_company = any(question.source is Source.ORGANISATIONS for question in asked)
    base = EvidenceForm if asks_for_files else CompanyForm if asks_for_company else SectionForm
    fields: dict[str, Any] = {"asked": record.typed_in(section)}
    data = dict(answers)
    for question in asked:
        if not choices.can_answer(question, answers):
            continue
        if question.source is Source.CAMPAIGNS:
            data[question.id] = answers.get(question.id) or record.NO_CAMPAIGN
        fields[question.id] = _field(question, answers, choices)
        if question.source is Source.ORGANISATIONS:
            fields[f"{question.id}_listed"] = _listed(question, answers, choices)
    made: SectionForm = type(f"{section.id.capitalize()}Form", (base,), fields)(data=data, **more)
    if isinstance(made, CompanyForm):
        made.settle()
    return made


Maker = Callable[..., Any]

MAKERS: Mapping[Kind, Maker] = {
    Kind.LINE: LineField,
    Kind.TEXT: TextField,
    Kind.ONE: OneField,
    Kind.MANY: ManyField,
    Kind.MONEY: MoneyField,
    Kind.COUNT: CountField,
    Kind.URL: UrlField,
    Kind.TICK: TickField,
    Kind.FILES: FilesField,
}


def _field(question: Question, answers: Answers, choices: Choices) -> Any:
    optional = _is_optional(question, answers)
    details = _details(question, answers, choices)
    hint = f"{question.hint} {_readers(question)}".strip()
    return MAKERS[question.kind](question.label, hint=hint, optional=optional, **details)


def _readers(question: Question) -> str:
    """Who reads the answer, where it is not everyone. The page says it of documents, and of sharing itself."""
    if question.kind is Kind.FILES or question.id == "visibility":
        return ""
    return READERS.get(question.audience, "")


def _listed(question: Question, answers: Answers, choices: Choices) -> Any:
    """The list of organisations, which is too long for radios."""
    value = answers.get(question.id)
    offered = choices.offered(Source.ORGANISATIONS, [value] if value else [])
    return PickField("Which one", optional=False, choices=list(offered.items()))


def _details(question: Question, answers: Answers, choices: Choices) -> dict[str, Any]:
    match question.kind:
        case Kind.LINE:
            return {"limit": question.limit, "enforced": False}
        case Kind.TEXT:
            return {"words": question.limit, "enforced": False}
        case Kind.MONEY | Kind.COUNT:
            return {"largest": question.limit}
        case Kind.FILES:
            return {"multiple": True, "accept": documents.ACCEPT}
        case Kind.ONE if question.source is Source.ORGANISATIONS:
            own = {one.value: _choice(question, one) for one in question.choices}
            listed = Choice(LISTED, "An organisation of this exchange", reveals=(f"{question.id}_listed",))
            return {"choices": [own.pop(record.SUPPLIER_NONE), listed, *own.values()]}
        case Kind.ONE | Kind.MANY:
            return {"choices": [_choice(question, one) for one in choices.of_question(question, answers)]}
    return {}


def _choice(question: Question, choice: record.Choice) -> Choice:
    revealed = question.reveals.get(choice.value)
    is_alone = choice.value == question.excludes_others
    return Choice(
        choice.value,
        choice.label,
        reveals=(revealed,) if revealed else (),
        alone=is_alone,
        divider="or" if is_alone else "",
    )


def _is_optional(question: Question, answers: Answers) -> bool:
    """Whether the label says so. A question that another answer brings up is not optional once it is
    asked."""
    if question.needed is Needed.WHEN_TESTED:
        return record.is_early(answers)
    return question.needed is Needed.NEVER
