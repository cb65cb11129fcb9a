"""The page that compares two versions: which two, and each answer that changed as it stands in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from exchange.errors import NotFound
from exchange.forms import Form, PickField
from exchange.proposals import answers, queries, record
from exchange.proposals.changed_since import (
    WORKING,
    answers_changed,
    edition_of,
    working_edition,
    writes_again,
)
from exchange.proposals.choices import Choices, choices
from exchange.proposals.comparison import Change, Difference, Edition, Piece, compare, word_diff
from exchange.proposals.models import Attachment, Proposal
from exchange.proposals.policy import Seen
from exchange.proposals.record import Kind, Question, Section
from exchange.wording import day, file_size, in_words, number

HEADING = "Versions compared"


class CompareForm(Form):
    earlier = PickField("Compare", optional=False, empty="Choose a version")
    later = PickField("With", optional=False, empty="Choose a version")


@dataclass(frozen=True)
class Run:
    """Words of one line, marked where only this side has them."""

    text: str
    is_marked: bool = False


Line = list[Run]


@dataclass(frozen=True)
class Side:
    """An answer as one of the two has it: paragraphs of lines, or items of a list; neither where there is none."""

    paragraphs: Sequence[Sequence[Line]] = ()
    items: Sequence[Line] = ()


@dataclass(frozen=True)
class ShownDifference:
    question: Question
    change: str
    note: str
    before: Side
    after: Side


@dataclass(frozen=True)
class ShownSection:
    """A section with its answers that changed, and the labels of those that stayed."""

    section: Section
    changed: list[ShownDifference]
    unchanged: list[str]


@dataclass(frozen=True)
class Comparison:
    """What two of the versions, by these names, have differently."""

    earlier: str
    later: str
    summary: str
    sections: list[ShownSection]

    @property
    def changed(self) -> list[ShownSection]:
        return [each for each in self.sections if each.changed]

    @property
    def unchanged(self) -> list[ShownSection]:
        return [each for each in self.sections if each.unchanged]


@dataclass(frozen=True)
class ComparisonPage:
    """`comparison` is None where `notice` says why there is none, and `form` where there is nothing to choose."""

    proposal: Proposal
    heading: str
    notice: str = ""
    form: CompareForm | None = None
    comparison: Comparison | None = None


@dataclass(frozen=True)
class Sources:
    """What the two are drawn from: names of choices, documents by id, and themselves."""

    lists: Choices
    files: Mapping[int, Attachment]
    before: Edition
    after: Edition


def comparison_page(seen: Seen, arguments: MultiDict[str, str]) -> ComparisonPage:
    """Of the two that the address names, by default the last two. Raises NotFound for those that are not there."""
    proposal, offered = seen.proposal, _offered(seen)
    asked = {value for name in ("earlier", "later") if (value := arguments.get(name))}
    if not asked <= set(offered):
        raise NotFound
    if len(offered) < 2:
        times = "been submitted once" if offered else "not been submitted yet"
        return ComparisonPage(proposal, HEADING, f"It has {times}, so there are no two versions to compare.")
    earlier, later = _chosen(arguments, list(offered))
    form = CompareForm(data={"earlier": earlier, "later": later})
    form.earlier.choices = form.later.choices = list(offered.items())
    if earlier == later:
        notice = "You chose the same version twice. Choose two different ones."
        return ComparisonPage(proposal, HEADING, notice, form)
    heading = "What you changed so far" if later == WORKING else HEADING
    return ComparisonPage(proposal, heading, form=form, comparison=_comparison(proposal, earlier, later))


def _offered(seen: Seen) -> dict[str, str]:
    """What this person can compare, oldest first: names by how the address has them."""
    versions = {
        str(each): f"{_name(str(each))}, {day(moment)}"
        for each, moment in queries.submission_times(seen.proposal).items()
    }
    return {**versions, WORKING: _name(WORKING)} if writes_again(seen) else versions


def _chosen(arguments: Mapping[str, str], offered: list[str]) -> tuple[str, str]:
    """Two of what is offered, the earlier first whichever way round they were asked for."""
    later = arguments.get("later") or offered[-1]
    earlier = arguments.get("earlier") or offered[max(0, offered.index(later) - 1)]
    first, second = sorted((earlier, later), key=offered.index)
    return first, second


def _comparison(proposal: Proposal, earlier: str, later: str) -> Comparison:
    sources = Sources(
        choices(),
        {each.id: each for each in proposal.attachments},
        _edition(proposal, earlier),
        _edition(proposal, later),
    )
    found = compare(sources.before, sources.after)
    names = _name(earlier), _name(later)
    sections = record.sections(sources.before.answers, sources.after.answers)
    return Comparison(*names, _summary(found, *names), [_section(each, found, sources) for each in sections])


def _edition(proposal: Proposal, key: str) -> Edition:
    if key == WORKING:
        return working_edition(proposal)
    return edition_of(queries.version(proposal, int(key)))


def _name(key: str) -> str:
    return "What you have now" if key == WORKING else f"Version {key}"


def _summary(found: list[Difference], earlier: str, later: str) -> str:
    stayed = sum(each.change is Change.UNCHANGED for each in found)
    return (
        f"{answers_changed(found)} from {earlier.lower()} to {later.lower()}, "
        f"and {number(stayed) if stayed else 'none'} stayed the same."
    )


def _section(section: Section, found: list[Difference], sources: Sources) -> ShownSection:
    here = [each for each in found if each.question in record.asked_in(section)]
    return ShownSection(
        section,
        [_shown(each, sources) for each in here if each.change is not Change.UNCHANGED],
        [each.question.label for each in here if each.change is Change.UNCHANGED],
    )


def _shown(difference: Difference, sources: Sources) -> ShownDifference:
    question, before, after = difference.question, difference.before, difference.after
    note = ""
    match question.kind:
        case Kind.LINE | Kind.TEXT:
            pieces = word_diff(before or "", after or "")
            sides = _prose(pieces, "before"), _prose(pieces, "after")
            note = _only_spaces(pieces)
        case Kind.MANY:
            sides = _ticked(question, before, after, sources), _ticked(question, after, before, sources)
        case Kind.FILES:
            old, new = sources.before, sources.after
            sides = _documents(before, old, after, new, sources), _documents(after, new, before, old, sources)
        case _:
            sides = _whole(question, before, sources), _whole(question, after, sources)
    return ShownDifference(question, in_words(difference.change), note, *sides)


def text_sides(before: str, after: str) -> tuple[Side, Side]:
    """Two texts with what is different marked in both."""
    pieces = word_diff(before, after)
    return _prose(pieces, "before"), _prose(pieces, "after")


def whole_side(text: str) -> Side:
    """An answer that is another one as a whole."""
    return Side(paragraphs=[[[Run(text, is_marked=True)]]]) if text else Side()


def _prose(pieces: Sequence[Piece], side: Literal["before", "after"]) -> Side:
    """One side of a text, in its own paragraphs."""
    lines: list[Line] = [[]]
    for piece in pieces:
        first, *others = getattr(piece, side).split("\n")
        lines[-1] += _runs(first, is_marked=not piece.is_same)
        lines += [_runs(other, is_marked=not piece.is_same) for other in others]
    parts = groupby(lines, key=lambda line: any(run.text.strip() for run in line))
    return Side(paragraphs=[list(part) for has_words, part in parts if has_words])


def _runs(text: str, *, is_marked: bool) -> Line:
    """Part of a line. White space around what is marked is not."""
    if not is_marked:
        return [Run(text)]
    words = text.strip()
    start = text.index(words)
    return [Run(text[:start]), Run(words, is_marked=bool(words)), Run(text[start + len(words) :])]


def _only_spaces(pieces: Sequence[Piece]) -> str:
    """Why nothing is marked, where it is so."""
    words = any(piece.before.strip() or piece.after.strip() for piece in pieces if not piece.is_same)
    return "" if words else "Only spaces or new lines are different."


def _ticked(question: Question, mine: Any, theirs: Any, sources: Sources) -> Side:
    items = []
    for value in mine or []:
        name = ", ".join(sources.lists.names_of(question, {question.id: [value]}))
        items.append([Run(name, is_marked=value not in (theirs or []))])
    return Side(items=items)


def _documents(mine: Any, edition: Edition, theirs: Any, other: Edition, sources: Sources) -> Side:
    """By name, with who may read them: marked whole where the other has them not, else where that is different."""
    items = []
    for file in [sources.files[id_] for id_ in mine or [] if id_ in sources.files]:
        is_shared, is_new = file.id in edition.shared_files, file.id not in (theirs or [])
        name = f"{file.name} ({file.kind}, {file_size(file.size)})"
        readers = "for everyone who reads it" if is_shared else "for the people who assess it"
        is_otherwise_shared = is_shared != (file.id in other.shared_files)
        items.append([Run(name, is_new), Run(", "), Run(readers, is_new or is_otherwise_shared)])
    return Side(items=items)


def _whole(question: Question, value: Any, sources: Sources) -> Side:
    return whole_side(answers.shown(question, {question.id: value}, sources.lists).text)
