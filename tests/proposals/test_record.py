from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.plain_text import count_words
from exchange.proposals import record
from exchange.proposals.policy import ALL_ANSWERS, MEMBERS_ANSWERS, PUBLIC_ANSWERS
from exchange.proposals.record import AnswerAudience, Kind, Needed, Progress
from tests.proposals.arrange import ANSWERS

SECTION_OF = {question.id: section for section in record.SECTIONS for question in section.questions}


def messages(answers: dict[str, Any], **more: Any) -> list[str]:
    return [gap.message for gap in record.gaps(answers, **more)]


def test_complete_answers_have_no_gap() -> None:
    assert messages(ANSWERS) == []


@pytest.mark.parametrize("question", [q for q in record.questions() if q.needed is not Needed.NEVER])
def test_each_needed_answer_is_missed(question: record.Question) -> None:
    answers = {**ANSWERS, question.id: None}
    assert question.missing
    assert messages(answers) == [question.missing]


@pytest.mark.parametrize("question", [q for q in record.questions() if q.needed is Needed.NEVER])
def test_what_is_optional_is_not_missed(question: record.Question) -> None:
    assert messages({**ANSWERS, question.id: None}) == []


@pytest.mark.parametrize("stage", ["idea", "prototype"])
@pytest.mark.parametrize("question", [q for q in record.questions() if q.needed is Needed.WHEN_TESTED])
def test_an_early_stage_needs_less_until_approval(question: record.Question, stage: str) -> None:
    answers = {**ANSWERS, "stage_of_development": stage, question.id: None}
    assert messages(answers) == []
    assert messages(answers, before_approval=True) == [question.missing]


@pytest.mark.parametrize("nothing", [0, 45_000])
def test_nought_pounds_is_an_answer(nothing: int) -> None:
    answers = {**ANSWERS, "investment_sought": nothing, "investment_use": None}
    assert messages(answers) == (["Enter what the investment pays for"] if nothing else [])
    assert record.answered(0)
    nothings: list[Any] = [None, "", [], False]
    assert not any(record.answered(empty) for empty in nothings)


@pytest.mark.parametrize("supplier", ["none", "river-trust", "other"])
def test_only_another_company_is_asked_for_its_name(supplier: str) -> None:
    expected = ["Enter the name of the company"] if supplier == "other" else []
    assert messages({**ANSWERS, "supplier": supplier, "supplier_name": ""}) == expected


def test_an_answer_that_is_no_longer_asked_cannot_be_too_long() -> None:
    hidden = {**ANSWERS, "supplier": "none", "supplier_name": "x" * 200}
    assert messages(hidden) == []
    assert messages({**hidden, "supplier": "other"}) == [
        "Name of the company must be 120 characters or fewer. It has 200"
    ]


TEXTS = st.text(alphabet=st.sampled_from("ab \n\t"), max_size=200)


@given(TEXTS, st.sampled_from([q for q in record.questions() if q.kind is Kind.TEXT]))
def test_a_text_is_too_long_exactly_past_its_words(text: str, question: record.Question) -> None:
    assert question.limit is not None
    filler = " word" * max(0, question.limit - 20)
    typed = text + filler
    too_long = count_words(typed) > question.limit
    assert bool(record.mistake(question, {**ANSWERS, question.id: typed})) is (too_long and bool(typed))


@pytest.mark.parametrize("question", [q for q in record.questions() if q.kind in {Kind.LINE, Kind.URL}])
def test_a_line_is_too_long_exactly_past_its_characters(question: record.Question) -> None:
    assert question.limit is not None
    assert record.mistake(question, {**ANSWERS, question.id: "é" * question.limit}) == ""
    message = record.mistake(question, {**ANSWERS, question.id: "é" * (question.limit + 1)})
    assert (
        message
        == f"{question.label} must be {question.limit} characters or fewer. It has {question.limit + 1}"
    )


def test_none_needed_stands_alone() -> None:
    answers = {**ANSWERS, "regulation": ["dtac", "none-needed"]}
    assert messages(answers) == ["Select “None needed” on its own, or the ones that apply"]


def test_progress_of_a_section() -> None:
    section = record.SECTION_BY_ID["involvement"]
    late = {"stage_of_development": "evaluated"}
    early = {"stage_of_development": "idea"}
    assert record.progress(section, late) is Progress.NOT_STARTED
    assert record.progress(section, early) is Progress.OPTIONAL
    assert record.progress(section, {**late, "involvement_level": "informed"}) is Progress.IN_PROGRESS
    done = {"involvement_level": "informed", "involvement_summary": "The time."}
    assert record.progress(section, {**late, **done}) is Progress.COMPLETED
    assert record.progress(section, {**early, "involvement_level": "informed"}) is Progress.COMPLETED
    too_long = {**late, "involvement_summary": "word " * 201}
    assert record.progress(section, too_long) is Progress.TO_MEND


def test_readable_keeps_to_the_audiences() -> None:
    expected = {
        "overview": PUBLIC_ANSWERS,
        "barriers": MEMBERS_ANSWERS,
        "investment_sought": ALL_ANSWERS,
        "visibility": ALL_ANSWERS,
    }
    for audiences in (PUBLIC_ANSWERS, MEMBERS_ANSWERS, ALL_ANSWERS):
        read = record.readable(ANSWERS, audiences)
        assert {id_ for id_ in expected if id_ in read} == {
            id_ for id_, needs in expected.items() if needs <= audiences
        }
        assert all(record.QUESTION_BY_ID[id_].audience in audiences for id_ in read)


def test_the_audiences_are_those_of_the_record() -> None:
    members = {q.id for q in record.questions() if q.audience is AnswerAudience.MEMBERS}
    assessors = {q.id for q in record.questions() if q.audience is AnswerAudience.ASSESSORS}
    assert members == {"barriers", "saving_yearly", "payback", "regulation", "safety_risks"}
    assert assessors == {
        "evidence_files",
        "investment_sought",
        "investment_use",
        "ip_status",
        "ip_summary",
        "visibility",
    }


def test_a_name_of_no_company_is_not_read() -> None:
    assert "supplier_name" not in record.readable({**ANSWERS, "supplier": "none"}, ALL_ANSWERS)


def test_changed_takes_every_nothing_for_the_same() -> None:
    before: dict[str, Any] = {"title": "A", "settings": [], "population": None, "overview": ""}
    after: dict[str, Any] = {"title": "B", "settings": None, "population": 0}
    assert [question.id for question in record.changed(before, after)] == ["title", "population"]


def test_typed_texts_are_what_people_wrote() -> None:
    texts = {question.id: text for question, text in record.typed_texts(ANSWERS)}
    assert texts.items() >= {id_: ANSWERS[id_] for id_ in ("title", "supplier_name", "safety_risks")}.items()
    assert record.typed_texts({"priorities": ["falls"], "summary": ""}) == []


def test_every_question_has_an_id_and_a_section_of_its_own() -> None:
    ids = [question.id for section in record.SECTIONS for question in section.questions]
    assert len(ids) == len(set(ids)) == len(SECTION_OF)
    assert [section.id for section in record.SECTIONS] == [
        "idea",
        "fit",
        "need",
        "evidence",
        "involvement",
        "spread",
        "value",
        "safety",
        "sharing",
    ]
    assert record.DECLARATION.id not in [question.id for question in record.questions()]
