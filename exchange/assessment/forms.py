"""The forms of assessment, but for the review's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

import wtforms
from wtforms.fields.core import Field
from wtforms.validators import StopValidation

from exchange import clock, forms
from exchange.assessment import matching
from exchange.assessment.models import Interest, Rubric
from exchange.assessment.queries import Candidate
from exchange.forms import Choice, Required
from exchange.proposals import record
from exchange.proposals.forms import changes_due_field
from exchange.proposals.models import Proposal
from exchange.proposals.unnaming import UnnamingForm

REASON_WORDS = 150
SUMMARY_WORDS = 300
FEEDBACK_WORDS = 500
CRITERION_FEEDBACK_WORDS = 150
LONGEST_EXTENSION = timedelta(days=366)


class ReviewersField(forms.ManyField):
    """Checkboxes of the people who can be chosen. Posting one who cannot answers with why."""

    refused: Mapping[str, str] = {}  # set when the form is made

    def offer(self, candidates: Sequence[Candidate], about: Callable[[Candidate], str] | None = None) -> None:
        free = [candidate for candidate in candidates if not candidate.conflict]
        about = about or _about
        self.choices = [Choice(str(each.person.id), each.person.name, about(each)) for each in free]
        self.refused = {
            str(each.person.id): f"{each.person.name} cannot be chosen. {each.conflict}"
            for each in candidates
            if each.conflict
        }

    @property
    def people(self) -> list[int]:
        return [int(value) for value in self.data]

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        for value in self.data:
            if value in self.refused:
                raise StopValidation(self.refused[value])
        super().pre_validate(form)


class StartAssessmentForm(forms.OnceForm):
    reviewers = ReviewersField("Reviewers")

    def __init__(self, candidates: Sequence[Candidate], at_least: int) -> None:
        super().__init__()
        self.at_least = at_least
        self.reviewers.offer(candidates)
        self.reviewers.optional = at_least == 0
        self.reviewers.description = f"Select {at_least} or more." if at_least else ""

    def validate_reviewers(self, field: ReviewersField) -> None:
        if self.at_least and not field.data:
            raise wtforms.ValidationError("Select the reviewers")
        if len(field.data) < self.at_least:
            raise wtforms.ValidationError(
                f"Select {self.at_least} reviewers or more. You selected {len(field.data)}"
            )


class RequestChangesForm(UnnamingForm):
    told = ("message",)

    sections = forms.ManyField(
        "Sections to change",
        [Required("Select the sections to change")],
        hint="The champion can edit every section; these are marked.",
    )
    message = forms.TextField(
        "What to change",
        [Required("Enter what to change")],
        words=FEEDBACK_WORDS,
        rows=8,
        hint="The team reads this. Say what is missing or unclear, and what would make it ready.",
    )
    due = changes_due_field()

    def __init__(self, proposal: Proposal) -> None:
        super().__init__()
        self.sections.choices = [
            Choice(section.id, section.title) for section in record.sections(proposal.answers)
        ]


def _reason(label: str, missing: str, hint: str) -> forms.TextField:
    return forms.TextField(label, [Required(missing)], words=REASON_WORDS, rows=4, hint=hint)


class AddReviewersForm(forms.OnceForm):
    reviewers = ReviewersField("Reviewers to add", [Required("Select who joins the panel")])
    reason = _reason("Why you add them", "Enter why you add them", "The theme’s director can read this.")

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        super().__init__()
        self.reviewers.offer(candidates)


class RemoveReviewerForm(forms.OnceForm):
    reason = _reason(
        "Why you remove them",
        "Enter why you remove them",
        "The theme’s manager and director can read this. They cannot.",
    )


def _latest_due() -> date:
    return clock.today() + LONGEST_EXTENSION


class ExtendForm(forms.OnceForm):
    due = forms.DayField(
        "New due date",
        [Required("Enter the new due date")],
        latest=_latest_due,
        hint="For example, 27 3 2027.",
    )
    reason = _reason(
        "Why you give more time",
        "Enter why you give more time",
        "The reviewers and the theme’s director can read this.",
    )

    def __init__(self, due: date) -> None:
        super().__init__()
        self.due.earliest = max(due, clock.today()) + timedelta(days=1)


class DeclareForm(forms.OnceForm):
    interest = forms.OneField("Your declaration", [Required("Select what you declare")])
    reason = forms.TextField(
        "What the programme manager should know",
        [Required("Enter what your interest is")],
        words=REASON_WORDS,
        rows=4,
        hint="The theme’s manager and director can read this. The team and the other reviewers cannot.",
    )

    choices = (
        Choice(
            Interest.NONE,
            "I have no interest in it",
            "You read all of it, and review it.",
        ),
        Choice(
            Interest.INTEREST,
            "I have an interest in it",
            "You work with the team, or could gain or lose by it. Someone else reviews it.",
            reveals=("reason",),
        ),
        Choice(
            Interest.OUTSIDE_MY_EXPERTISE,
            "It is outside my expertise",
            "Someone else reviews it.",
        ),
        Choice(
            Interest.TOO_MANY,
            "I have too many reviews just now",
            "Someone else reviews it. You can be asked again another time.",
        ),
    )

    def __init__(self, *, is_declared: bool, is_submitted: bool, is_open: bool) -> None:
        super().__init__()
        none, interest, outside, too_many = self.choices
        before, after = [] if is_declared else [none], [] if is_submitted else [too_many]
        self.interest.choices = [*before, interest, outside, *after] if is_open else [interest]


class DeclareInterestForm(forms.OnceForm):
    reason = _reason(
        "What your interest is",
        "Enter what your interest is",
        "The theme’s director can read this. The team and the reviewers cannot.",
    )


class CloseAssessmentForm(UnnamingForm):
    """Made for one rubric and its panel by `close_form`."""

    rubric: Rubric
    panel_summary = forms.TextField(
        "Summary of the panel’s view",
        [Required("Enter a summary of the panel’s view")],
        words=SUMMARY_WORDS,
        rows=8,
        hint="For the director and the reviewers: what the panel agrees on, where it differs, and why.",
    )
    feedback = forms.TextField(
        "Feedback for the team",
        [Required("Enter the feedback for the team")],
        words=FEEDBACK_WORDS,
        rows=10,
        hint="What was strong and what would make it stronger, without names or scores. "
        "The team reads this with the decision, not before.",
    )

    @property
    def by_criterion(self) -> dict[str, str]:
        """What is said of single criteria, by their keys."""
        said = {each.key: self._fields[f"feedback-{each.key}"].data for each in self.rubric.criteria}
        return {key: text for key, text in said.items() if text}

    @property
    def of_criteria(self) -> list[Field]:
        return [self._fields[f"feedback-{each.key}"] for each in self.rubric.criteria]


def close_form(rubric: Rubric, reviewers: Iterable[str]) -> CloseAssessmentForm:
    """The form for this rubric, in whose feedback these reviewers must not be named."""

    class FormOfRubric(CloseAssessmentForm):
        told = ("feedback", *(f"feedback-{criterion.key}" for criterion in rubric.criteria))

    FormOfRubric.rubric = rubric
    for criterion in rubric.criteria:
        asked = forms.TextField(f"Feedback on “{criterion.name}”", words=CRITERION_FEEDBACK_WORDS, rows=3)
        setattr(FormOfRubric, f"feedback-{criterion.key}", asked)
    form = FormOfRubric()
    form.keep_out(reviewers)
    return form


class WithdrawForm(forms.OnceForm):
    reason = _reason(
        "Why you withdraw it",
        "Enter why you withdraw it",
        "The team and the staff of the lead theme can read this.",
    )


def _about(candidate: Candidate) -> str:
    """The line under a candidate's name."""
    organisation = candidate.person.organisation
    load = matching.load(candidate)
    facts = [organisation.name if organisation else "", ", ".join(candidate.themes), load]
    about = " · ".join(fact for fact in facts if fact) + "."
    return f"{about} {candidate.note}".strip()


class AnswerRequestForm(forms.OnceForm):
    answer = forms.OneField(
        "Do you want them on the team?",
        [Required("Select whether you want them on the team")],
        choices=(Choice("accept", "Yes, as a co-author"), Choice("decline", "No")),
    )


class InvitationForm(forms.OnceForm):
    answer = forms.OneField(
        "Do you want to join the team?",
        [Required("Select whether you want to join the team")],
        choices=(Choice("accept", "Yes, as a co-author"), Choice("decline", "No")),
    )
