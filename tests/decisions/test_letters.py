from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from exchange.decisions import letters
from exchange.decisions.letters import Contact, Told
from exchange.decisions.rules import DecisionKind
from exchange.spread.conditions import Asked

DIRECTOR = Contact("Dr Ada Stone", "Theme director, Safe care", "ada@example.org")
MANAGER = Contact("Bo Lind", "programme manager", "bo@example.org")

APPROVED = Told(
    kind=DecisionKind.APPROVE_SPREAD,
    champion="Cy Moss",
    reference="TV-2026-0007",
    title="Quiet nights",
    host="Three Valleys Health Network",
    signed_by=DIRECTOR,
    ask=[MANAGER],
    panel_feedback="Clear need.\n\nGood audit.",
    statement="People sleep better.",
    adoption_target=12,
    investment=45_000,
    conditions=[
        Asked("A data agreement", True, "The ward sister", date(2027, 3, 31), "The signed agreement"),
        Asked("Yearly figures", False, due=date(2027, 12, 1), evidence="What changed?"),
        Asked("A named nurse", True),
    ],
)
DEVELOPED = Told(
    kind=DecisionKind.DEVELOP,
    champion="Cy Moss",
    reference="TV-2026-0007",
    title="Quiet nights",
    host="Three Valleys Health Network",
    signed_by=DIRECTOR,
    ask=[MANAGER],
    must_show="A second ward.",
    talk_to="River Community Trust.",
    due=date(2026, 12, 18),
)
DECLINED = replace(
    DEVELOPED,
    kind=DecisionKind.DECLINE,
    reason="Does not serve a priority",
    feedback="A good idea elsewhere.",
    would_change="Figures from a second ward.",
)


def test_letter_of_approval_in_full() -> None:
    assert (
        letters.compose(APPROVED)
        == """\
Dear Cy Moss

TV-2026-0007: Quiet nights

We will spread your innovation at scale across the region.

Why we approved it

People sleep better.

What we agreed

12 organisations of the region should adopt it. The network invests £45,000.

Conditions

Before the programme starts:
1. A data agreement
The ward sister sees to it by 31 March 2027. We need to see: The signed agreement.
2. A named nurse

While it runs:
1. Yearly figures
Due by 1 December 2027. We need to see: What changed?

What the panel says to you

Clear need.

Good audit.

What happens next

The programme is now being set up. It starts when 2 conditions are met. Tell us as soon as you can show that.

It has a page in the exchange that everyone can read, with your public answers.

Who to ask

Bo Lind, programme manager: bo@example.org

Yours sincerely

Dr Ada Stone
Theme director, Safe care
Three Valleys Health Network"""
    )


def test_what_a_director_wrote_stands_between_opening_and_closing() -> None:
    text = letters.compose(APPROVED, "We are glad.\n\nWhy\n\nIt works.")
    assert text.startswith(
        "Dear Cy Moss\n\nTV-2026-0007: Quiet nights\n\nWe are glad.\n\nWhy\n\nIt works.\n\nWho to ask"
    )
    assert text.endswith("Three Valleys Health Network")
    assert "12 organisations" not in text


def test_letter_of_approval_without_conditions_or_money_starts_at_once() -> None:
    text = letters.compose(replace(APPROVED, conditions=[], investment=0, adoption_target=1))
    assert "The programme starts today." in text
    assert "1 organisation of the region should adopt it. The network invests no money in it." in text
    assert letters.CONDITIONS not in text


def test_letter_names_who_else_approved_the_investment() -> None:
    approved = replace(
        APPROVED, approving_body="The Board", approved_on=date(2026, 11, 2), minute_reference="26/114"
    )
    assert "The Board approved this on 2 November 2026 (minute 26/114)." in letters.compose(approved)


def test_letter_of_a_proposal_kept_to_assessors_says_what_is_published() -> None:
    text = letters.compose(replace(APPROVED, is_kept_to_assessors=True))
    assert "with your title, summary, priorities and lead theme." in text
    assert "your public answers" not in text


def test_letter_of_development_says_what_whom_and_by_when() -> None:
    parts = letters.compose(DEVELOPED).split("\n\n")
    assert parts[2] == letters.FIRST_LINES[DecisionKind.DEVELOP]
    assert parts[3:7] == [letters.MUST_SHOW, "A second ward.", letters.TALK_TO, "River Community Trust."]
    assert parts[8].startswith("Change your proposal and submit it again by 18 December 2026.")
    assert letters.PANEL not in parts


def test_letter_of_decline_says_why() -> None:
    parts = letters.compose(DECLINED).split("\n\n")
    assert parts[2] == "We will not take your innovation forward."
    assert parts[3:6] == [letters.REASON, "Does not serve a priority.", "A good idea elsewhere."]
    assert parts[6:8] == [letters.WOULD_CHANGE, "Figures from a second ward."]


def test_letter_never_tells_the_reason_against_the_panel() -> None:
    assert "override_reason" not in Told.__dataclass_fields__


def test_blocks_know_headings_from_text() -> None:
    blocks = letters.blocks(letters.compose(APPROVED))
    assert [block.text for block in blocks if block.is_heading] == [
        letters.WHY, letters.DECIDED, letters.CONDITIONS, letters.PANEL, letters.NEXT, letters.ASK,
    ]  # fmt: skip
    assert blocks[-1].text == "Dr Ada Stone\nTheme director, Safe care\nThree Valleys Health Network"


@given(statement=st.text(), feedback=st.text())
def test_blocks_keep_every_word(statement: str, feedback: str) -> None:
    text = letters.compose(replace(APPROVED, statement=statement, panel_feedback=feedback))
    assert " ".join(block.text for block in letters.blocks(text)).split() == text.split()
