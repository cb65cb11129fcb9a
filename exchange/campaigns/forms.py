"""What is asked of who runs a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from exchange import clock, forms
from exchange.campaigns.services import Asked, Said
from exchange.forms import Required
from exchange.plain_text import tidy_line
from exchange.proposals.campaigns import Campaign
from exchange.proposals.record import CAMPAIGN_KINDS, CHOOSING, AnswerAudience, Kind, Question
from exchange.region.models import Priority, Theme
from exchange.wording import moment

NEED_WORDS = 300
WHO_FOR_WORDS = 100
REASON_WORDS = 100
RESULTS_WORDS = 500
THANKS_WORDS = 150
FURTHEST = timedelta(days=2 * 366)
MOST_CHOICES = 10
LONGEST_CHOICE = 80
KINDS = {
    Kind.LINE: "One line",
    Kind.TEXT: "Paragraphs, up to 200 words",
    Kind.ONE: "One of several choices",
    Kind.MANY: "Any of several choices",
    Kind.COUNT: "A number",
    Kind.MONEY: "Money, in whole pounds",
    Kind.URL: "A web address",
    Kind.TICK: "A box to tick",
}
READERS = {
    AnswerAudience.PUBLIC: "Everyone, once the proposal is approved; members before, where it is shared with them",
    AnswerAudience.MEMBERS: "Members of the network, where the proposal is shared with them",
    AnswerAudience.ASSESSORS: "Only the people who assess it",
}


def _latest() -> date:
    return clock.today() + FURTHEST


def _day(label: str, missing: str) -> forms.DayField:
    return forms.DayField(label, [Required(missing)], earliest=clock.today, latest=_latest)


def _time(label: str, missing: str) -> forms.TimeField:
    return forms.TimeField(label, [Required(missing)], hint="London time, like 9am or 5.30pm.")


def moment_of(day: date | None, at: time | None) -> datetime | None:
    """That time of that day in London. None where the clocks go over it."""
    if day is None or at is None:
        return None
    found = datetime.combine(day, at, clock.LONDON).astimezone(UTC)
    return found if found.astimezone(clock.LONDON).time() == at else None


def _refuse_skipped(day: Field, at: Field) -> None:
    if day.data is not None and at.data is not None and moment_of(day.data, at.data) is None:
        raise ValidationError("The clocks go forward over this time. Enter another, like 3am")


class CampaignForm(forms.OnceForm):
    title = forms.LineField(
        "Name of the campaign",
        [Required("Enter the name of the campaign")],
        limit=120,
        hint="A short name that says what is needed, like “Fewer falls at home”.",
    )
    need = forms.TextField(
        "What is needed, and why",
        [Required("Enter what is needed, and why")],
        words=NEED_WORDS,
        rows=8,
        hint="What happens today, whom it harms, and what would be different.",
    )
    who_for = forms.TextField(
        "Who it is for",
        [Required("Enter who it is for")],
        words=WHO_FOR_WORDS,
        rows=3,
        hint="Who should answer, and whose care should get better.",
    )
    theme = forms.OneField("Theme that runs it", [Required("Select the theme that runs it")])
    themes = forms.ManyField("Other themes", hint="It is shown on their pages too.")
    priorities = forms.ManyField(
        "Regional priorities",
        [Required("Select at least one regional priority")],
        hint="Select all that apply.",
    )
    opens_on = _day("Day it opens", "Enter the day it opens")
    opens_time = _time("Time it opens", "Enter the time it opens")
    closes_on = _day("Day it closes", "Enter the day it closes")
    closes_time = _time("Time it closes", "Enter the time it closes")

    def __init__(
        self,
        themes: Sequence[Theme],
        run: frozenset[str],
        priorities: Sequence[Priority],
        campaign: Campaign | None,
    ) -> None:
        super().__init__(data={} if campaign is None else _said_by(campaign))
        self._themes = {theme.id: theme for theme in themes}
        self._priorities = {priority.id: priority for priority in priorities}
        names = [(theme.id, theme.name) for theme in themes]
        self.theme.choices = [(id_, name) for id_, name in names if id_ in run]
        self.themes.choices = names
        self.priorities.choices = [(each.id, each.name) for each in priorities]
        if campaign is None and not self.is_submitted():
            self.opens_time.data, self.closes_time.data = time(9), time(17)
            if len(self.theme.choices) == 1:
                self.theme.data = self.theme.choices[0].value

    @property
    def said(self) -> Said:
        opens_at = moment_of(self.opens_on.data, self.opens_time.data)
        closes_at = moment_of(self.closes_on.data, self.closes_time.data)
        assert opens_at is not None
        assert closes_at is not None
        return Said(
            title=self.title.data,
            need=self.need.data,
            who_for=self.who_for.data,
            theme=self._themes[self.theme.data],
            themes=[self._themes[id_] for id_ in self.themes.data],
            priorities=[self._priorities[id_] for id_ in self.priorities.data],
            opens_at=opens_at,
            closes_at=closes_at,
        )

    def validate_opens_time(self, field: Field) -> None:
        _refuse_skipped(self.opens_on, field)

    def validate_closes_time(self, field: Field) -> None:
        _refuse_skipped(self.closes_on, field)
        opens_at = moment_of(self.opens_on.data, self.opens_time.data)
        closes_at = moment_of(self.closes_on.data, field.data)
        if opens_at and closes_at and closes_at <= opens_at:
            raise ValidationError("Enter a closing time after it opens")
        if closes_at and closes_at <= clock.now():
            raise ValidationError("Enter a closing time that is still to come")


def _said_by(campaign: Campaign) -> dict[str, Any]:
    opens, closes = (each.astimezone(clock.LONDON) for each in (campaign.opens_at, campaign.closes_at))
    return {
        "title": campaign.title,
        "need": campaign.need,
        "who_for": campaign.who_for,
        "theme": campaign.theme_id,
        "themes": [theme.id for theme in campaign.themes],
        "priorities": [priority.id for priority in campaign.priorities],
        "opens_on": opens.date(),
        "opens_time": opens.time(),
        "closes_on": closes.date(),
        "closes_time": closes.time(),
    }


class QuestionForm(forms.OnceForm):
    label = forms.LineField("Question", [Required("Enter the question")], limit=120)
    hint = forms.LineField("Hint", limit=300, hint="An example, or what a good answer holds.")
    kind = forms.OneField(
        "What the answer is",
        [Required("Select what the answer is")],
        choices=[(kind, KINDS[kind]) for kind in KINDS if kind in CAMPAIGN_KINDS],
    )
    choices = forms.TextField(
        "Choices", rows=5, longest=2_000, hint="One on each line, for questions with several choices."
    )
    is_needed = forms.TickField("It must be answered to submit")
    audience = forms.OneField(
        "Who reads the answer",
        [Required("Select who reads the answer")],
        choices=[(audience, label) for audience, label in READERS.items()],
    )

    def __init__(self, question: Question | None = None, *, is_needed: bool = False) -> None:
        held: dict[str, Any] = {"audience": AnswerAudience.PUBLIC, "is_needed": is_needed}
        if question is not None:
            held |= {
                "label": question.label,
                "hint": question.hint,
                "kind": question.kind,
                "choices": "\n".join(choice.label for choice in question.choices),
                "audience": question.audience,
            }
        super().__init__(data=held)

    @property
    def listed(self) -> list[str]:
        lines = map(tidy_line, (self.choices.data or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    @property
    def asked(self) -> Asked:
        kind = Kind(self.kind.data)
        return Asked(
            self.label.data,
            kind,
            self.hint.data or "",
            AnswerAudience(self.audience.data),
            self.is_needed.data,
            self.listed if kind in CHOOSING else [],
        )

    def validate_choices(self, field: Field) -> None:
        if self.kind.data not in CHOOSING:
            return
        if not 2 <= len(self.listed) <= MOST_CHOICES:
            raise ValidationError(f"Enter 2 to {MOST_CHOICES} different choices, one on each line")
        if any(len(line) > LONGEST_CHOICE for line in self.listed):
            raise ValidationError(f"A choice must be {LONGEST_CHOICE} characters or fewer")


class ExtendForm(forms.OnceForm):
    closes_on = _day("New closing day", "Enter the new closing day")
    closes_time = _time("New closing time", "Enter the new closing time")
    reason = forms.TextField(
        "Why it stays open for longer",
        [Required("Enter why it stays open for longer")],
        words=REASON_WORDS,
        rows=4,
        hint="Everyone can read this.",
    )

    def __init__(self, campaign: Campaign) -> None:
        self.before = campaign.closes_at
        closes = campaign.closes_at.astimezone(clock.LONDON)
        super().__init__(data={"closes_on": closes.date(), "closes_time": closes.time()})

    @property
    def closes_at(self) -> datetime:
        found = moment_of(self.closes_on.data, self.closes_time.data)
        assert found is not None
        return found

    def validate_closes_time(self, field: Field) -> None:
        _refuse_skipped(self.closes_on, field)
        found = moment_of(self.closes_on.data, field.data)
        if found and found <= self.before:
            raise ValidationError(f"Enter a time after {moment(self.before)}, when it closes now")


class EndForm(forms.OnceForm):
    reason = forms.TextField(
        "Why it ends now",
        [Required("Enter why it ends now")],
        words=REASON_WORDS,
        rows=4,
        hint="Everyone can read this.",
    )


class ResultsForm(forms.OnceForm):
    """Saved unfinished; to publish, both are needed."""

    results = forms.TextField(
        "What came of it",
        words=RESULTS_WORDS,
        rows=10,
        optional=False,
        hint="What was learnt and what happens next. Name no proposal that is not public. Programmes that came of answers are "
        "listed by themselves.",
    )
    thanks = forms.TextField(
        "Thanks",
        words=THANKS_WORDS,
        rows=4,
        optional=False,
        hint="To those who answered, whatever became of their answer.",
    )

    def is_ready(self) -> bool:
        """Whether both are there; else says what is missing."""
        for name, missing in (("results", "Enter what came of it"), ("thanks", "Enter your thanks")):
            if not self[name].data:
                self.add_error(name, missing)
        return not self.errors
