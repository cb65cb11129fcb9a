"""The decision pack as a PDF: what stands in it, for whom, and that nothing in it is markup."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from exchange import clock
from exchange import paper as papers
from exchange.accounts.models import Person
from exchange.assessment.deliberation.models import TeamQuestion
from exchange.decisions import paper
from exchange.decisions.pack import pack_seen
from exchange.extensions import db
from tests.conftest import Committed
from tests.decisions import arrange
from tests.pages import Client

PDF = "decisions.decision_pack_pdf"
NASTY = '#panic("no") *bold* $x$ \\ [#read("/etc/passwd")] @here <b> // and "quoted"'


def unpacked(pdf: bytes) -> bytes:
    """Its streams as they were before they were packed."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:  # a font
            found.append(stream)
    return pdf + b"".join(found)


def test_director_takes_the_pack_away(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = client.as_(case.director).get("decisions.decision_pack", ref=case.ref)
    response = page.click("Download the pack as a PDF").response
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == f"attachment; filename={case.ref}-decision-pack.pdf"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    pdf = response.get_data()
    assert pdf.startswith(b"%PDF-")
    whole = unpacked(pdf)
    for part in (b"/StructTreeRoot", b"/Lang", b"pdfuaid:part", b"/Table", b"/H2"):
        assert part in whole, part


def test_everything_of_the_page_is_in_it_but_what_is_prepared(committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.prepare(case, statement="Prepared in private.")
        director = db.session.get_one(Person, case.director.id)
        said = json.dumps(paper.content_of(pack_seen(director, case.ref), director), ensure_ascii=False)
    for words in (
        f"Decision pack for {case.ref}: Falls huddles",
        "Made for Paul Okafor on",
        "Agreed but for one.",
        "Say who leads at night.",
        "Because of need, 1.",
        "Comment 2.",
        "£40,000, within £50,000",
        "Ten minutes, every morning.",
        "Score if all reviewers were alike",
        *(reviewer.name for reviewer in case.reviewers),
    ):
        assert words in said, words
    assert "Prepared in private." not in said


def test_scores_are_drawn_in_it_and_said(committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        director = db.session.get_one(Person, case.director.id)
        pack = pack_seen(director, case.ref)
        [drawn] = [part for part in paper.content_of(pack, director)["parts"] if part["kind"] == "picture"]
        whole = unpacked(paper.pdf_of(pack, director))
    assert drawn["finding"] == "Reviewers lie furthest apart on Need and Benefit: by 3 points."
    need = drawn["scales"][0]
    assert need["name"] == "Need (far apart)"
    assert need["words"] == "Need: Reviewer A gives 1, Reviewer B gives 4 and Reviewer C gives 4"
    assert re.findall("<circle", need["svg"]) == ["<circle"] * 3
    assert re.findall(r"<text[^>]*>(\w)</text>", need["svg"]) == [*"12345", *"ABC"]
    assert all(f"{letter} is {name}" in drawn["letters"] for letter, name in pack.panel.letters)
    assert whole.count(b"/Figure") >= 2


def test_questions_to_the_team_are_in_it(committed: Committed) -> None:
    with committed() as session:
        case = arrange.make_case()
        moment, panel = clock.now(), case.round.assignments
        asked = {"round_id": case.round.id, "asked_at": moment, "settled_at": moment}
        session.add_all(
            [
                TeamQuestion(
                    assignment_id=panel[0].id, text="How?", put_as="How so?", answer="By hand.", **asked
                ),
                TeamQuestion(
                    assignment_id=panel[1].id, text="Who?", declined_reason="It is written.", **asked
                ),
            ]
        )
        session.flush()
        session.scalars(select(TeamQuestion).where(TeamQuestion.answer != "")).one().answered_at = moment
        director = db.session.get_one(Person, case.director.id)
        parts = paper.content_of(pack_seen(director, case.ref), director)["parts"]
    texts = [part["paragraphs"] for part in parts if part["kind"] == "text"]
    assert ["How so?", "Answer of the team: By hand."] in texts
    assert ["Who?", "Not passed on to the team: It is written."] in texts


def test_nothing_that_people_write_is_markup(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case(
            overview=NASTY, need=f"{NASTY}\n\n= Heading\n- item 😀 中文", title=NASTY[:100]
        )
    client.as_(case.director).get(PDF, ref=case.ref)


@pytest.mark.parametrize(("limit", "value"), [("MOST_CHARACTERS", 100), ("MOST_SECONDS", 0)])
def test_pack_that_is_too_large_or_slow_says_so(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(papers, limit, value)
    with committed():
        case = arrange.make_case()
    page = client.as_(case.director).get(PDF, ref=case.ref, status=503)
    assert "The PDF could not be made just now." in page.text


def test_pack_that_cannot_be_set_says_so(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text('#panic("no")')
    monkeypatch.setattr(paper, "TEMPLATE", broken)
    with committed():
        case = arrange.make_case()
    page = client.as_(case.director).get(PDF, ref=case.ref, status=503)
    assert "The PDF could not be made just now." in page.text


def test_pack_that_nobody_waits_for_any_more_is_not_made(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = Event()
    made: list[object] = []
    before = papers._queue("paper").submit(busy.wait)
    monkeypatch.setattr(papers, "_set", lambda *given: made.append(given))
    monkeypatch.setattr(papers, "MOST_SECONDS", 0)
    with committed():
        case = arrange.make_case()
    client.as_(case.director).get(PDF, ref=case.ref, status=503)
    busy.set()
    before.result()
    papers._queue("paper").submit(bool).result()
    assert made == []
