"""The board pack: the dashboard as a paper, with the same figures, and nothing in it that is markup."""

from __future__ import annotations

import json

import pytest
import time_machine
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.reports.dashboard import forms, paper
from exchange.reports.dashboard import page as page_of_dashboard
from exchange.spread.models import Programme
from exchange.spread.planning import release_funding
from tests.assessment.arrange import make_director, make_manager, make_submitted
from tests.conftest import Committed
from tests.decisions.arrange import make_conflicted_director, make_staff
from tests.decisions.test_paper import NASTY, unpacked
from tests.pages import Client
from tests.proposals.arrange import OTHER_THEME, make_theme
from tests.reports.history import NOW, make_history, on
from tests.spread.arrange import make_programme


def test_director_takes_the_pack_away(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of_dashboard, "MOST_PROGRAMMES", 1)  # the paper has all
    with time_machine.travel(NOW, tick=False):
        with committed():
            history = make_history()
            with on(2026, 11, 1):
                make_submitted(history.staff.champion, title=NASTY[:100])
                programme = db.session.scalars(
                    select(Programme).where(Programme.slug == "falls-huddles")
                ).one()
                release_funding(
                    programme, history.staff.manager, pounds=12_500, on=NOW.date(), purpose="A trainer"
                )
        page = client.as_(history.staff.director).get("/reports?from=2026-07-01&to=2026-09-30")
        response = page.click("Download the board pack (PDF)").response
        assert response.mimetype == "application/pdf"
        assert (
            response.headers["Content-Disposition"]
            == "attachment; filename=board-pack-2026-07-01-to-2026-09-30.pdf"
        )
        assert response.headers["Cache-Control"] == "no-store"
        whole = unpacked(response.get_data())
        for part in (b"/StructTreeRoot", b"/Lang", b"pdfuaid:part", b"/Table", b"/Figure", b"/Alt"):
            assert part in whole, part
        with committed(), client.app.test_request_context("/reports"):
            director = db.session.get_one(Person, history.staff.director.id)
            asked = forms.asked(director, MultiDict({"from": "2026-07-01", "to": "2026-09-30"}))
            content = paper.content_of(asked, director)
    said = json.dumps(content, ensure_ascii=False)
    for words in (
        "Three Valleys Health Network",
        "Safe care",
        "1 July 2026 to 30 September 2026",
        "Made for Paul Okafor on 27 November 2026",
        "What stands “now” is as it was on 27 November 2026.",
        "What needs attention first, and why",
        "A condition was to be met by 1 October 2026.",
        "The reviews were due on",
        "River Community Trust went from “Adopted” to “Piloting” on 10 November 2026.",
        "How each figure is calculated",
        "Paul Okafor made this pack.",
        "£12,500",  # what was released, which everyone may know
        NASTY[:100].replace("\\", "\\\\").replace('"', '\\"'),
    ):
        assert words in said, words
    for words in (
        " you ",
        "£80,000",  # what was approved
        "Yearly figures",
        "ward sister",
        "reviews are in",
        "review is in",
        "reviews is in",
    ):
        assert words not in said, words
    shown = [each["value"] for each in content["parts"][0]["figures"]]
    large = [words.split()[0] for words in page.texts(".app-numbers__value")]
    assert shown == large
    assert "See all 2" in page.text
    assert "£80,000" in page.text
    captions = {part["caption"]: part for part in content["parts"] if part["kind"] == "table"}
    assert len(captions["Current programmes, and how far they have come"]["rows"]) == 2
    pictures = [part["alt"] for part in content["parts"] if part["kind"] == "picture"]
    assert pictures[0].startswith("6 proposals are in hand today: Submitted 3, Changes requested 1,")
    assert pictures[1] == "2 of 6 (33%) have adopted: Upper Valley 1 of 4, Across systems 1 of 2"


def test_what_was_approved_is_for_the_staff_of_its_theme_alone(client: Client, committed: Committed) -> None:
    """Neither staff of another theme nor somebody bound by an interest reads it, on no page that sums money."""
    with committed():
        make_theme()
        staff = make_staff()
        make_programme(staff)
        bound = make_conflicted_director()
        elsewhere = [make_director(theme=OTHER_THEME), make_manager(theme=OTHER_THEME)]
    for place in ("/reports", "/benefits", "/programmes/falls-huddles"):
        for person in (staff.director, staff.manager):
            assert "£40,000" in client.as_(person).get(place).text, place
        for person in (bound, *elsewhere):
            assert "£40,000" not in client.as_(person).get(place).text, place
