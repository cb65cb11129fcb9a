"""Answering a campaign: its questions in the record, its closing, and who sees which answers."""

from __future__ import annotations

from datetime import timedelta

from exchange.assessment import services as assessment
from exchange.campaigns import queries, services
from exchange.campaigns.services import Asked
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.extensions import db
from exchange.proposals import record
from exchange.proposals import services as proposals
from exchange.proposals.campaigns import Campaign
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.proposals.queries import usual_changes_due
from exchange.proposals.record import AnswerAudience, Kind
from tests.assessment.arrange import declare, make_champion, make_manager, make_reviewer, start
from tests.campaigns.arrange import ASKED, DAY, later, make_answer, make_campaign
from tests.community.test_home import make_programme
from tests.conftest import Committed
from tests.pages import Client
from tests.proposals.arrange import make_member

SECRET = Asked("What it would cost you", Kind.MONEY, "", AnswerAudience.ASSESSORS, False, [])


def test_campaign_is_answered_with_a_proposal(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        choosing = Asked("Who leads it", Kind.MANY, "", AnswerAudience.MEMBERS, True, ["Nurses", "Doctors"])
        ticked = Asked("We could begin in May", Kind.TICK, "", AnswerAudience.PUBLIC, False, [])
        campaign = make_campaign(make_manager(), questions=[ASKED, choosing, ticked, SECRET])
        night, leads, may, cost = (kept["id"] for kept in campaign.questions)
    page = client.as_(champion).get("campaigns.show", campaign_id=campaign.id).click("Answer with a proposal")
    assert "You answer the campaign “Falls at night”" in page.text
    page = page.submit("Save and continue", title="Night huddles")
    assert "What the campaign asks" in page.text
    page = page.click("Fit with the region")
    assert page.value("campaign") == "falls-at-night"
    assert page.value("priorities") == ["falls"]
    page = page.submit("Save and continue")
    assert page.h1 == "What the campaign asks"
    assert "Members of the network" not in page.text
    page = page.submit("Save and continue", {night: "word " * 201, cost: "lots"}, status=422)
    assert page.errors == ["Enter “What it would cost you” in whole pounds, like 45,000"]
    page = page.submit("Save and continue", {night: "word " * 201, cost: "1,000"})
    assert "must be 200 words or fewer. It has 201, so shorten it before you submit." in page.text
    page = page.click("What the campaign asks")
    page = page.submit(
        "Save and come back later", {night: "A light on the floor.", leads: ["Nurses"], may: True}
    )
    page = page.browser.get("proposals.check", ref=page.path.split("/")[2])
    assert "A light on the floor." in page.text
    assert "£1,000" in page.text
    assert "Yes" in page.text
    preview = page.click("Preview the public page")
    assert "A light on the floor." in preview.text
    assert "Nurses" not in preview.text
    assert "£1,000" not in preview.text


def test_answers_to_a_campaign_are_read_frozen_compared_and_found_as_others_are(
    client: Client, committed: Committed
) -> None:
    with committed():
        manager, champion, member, reviewer = make_manager(), make_champion(), make_member(), make_reviewer()
        campaign = make_campaign(manager, questions=[ASKED, SECRET])
        night, cost = (kept["id"] for kept in campaign.questions)
        answer = make_answer(champion, campaign, own={night: "Lamps at the floor.", cost: 1234})
        round_ = start(answer, manager, [make_reviewer("Second"), make_reviewer("Third"), reviewer])
        declare(next(each for each in round_.assignments if each.person_id == reviewer.id))
    ref = answer.reference
    page = client.as_(member).get("proposals.show", ref=ref)
    assert "What changes at night" in page.text
    assert "Lamps at the floor." in page.text
    assert "1,234" not in page.text
    assert "£1,234" in client.as_(reviewer).get("assessment.review", ref=ref).text
    assert "£1,234" in client.as_(manager).get("proposals.show", ref=ref).text
    assert ref in client.as_(member).get("proposals.proposals", q="lamps").text
    with committed():
        answer = db.session.get_one(Proposal, answer.id)
        assessment.request_changes(
            answer, db.session.merge(manager), sections=["campaign"], message="More.", due=usual_changes_due()
        )
        section = record.section_of("campaign", answer.answers)
        assert section is not None
        state = proposals.section_state(answer, section)
        person = db.session.merge(champion)
        proposals.save_section(answer, section, {night: "Lamps at the door."}, person, opened_at_state=state)
        proposals.submit(answer, person)
    page = client.as_(champion).get("proposals.compare", ref=ref)
    assert "1 answer changed from version 1 to version 2" in page.text
    assert "What changes at night" in page.text
    assert "Lamps at the floor." in client.as_(manager).get("proposals.version", ref=ref, number=1).text


def test_one_second_after_closing_a_submission_is_refused_and_the_draft_kept(
    client: Client, committed: Committed
) -> None:
    with committed():
        manager, champion = make_manager(), make_champion()
        campaign = make_campaign(manager, closes_in=timedelta(hours=1), questions=[ASKED])
        draft = make_answer(champion, campaign, is_submitted=False)
        night = campaign.questions[0]["id"]
        answer = make_answer(champion, campaign)
    ref = draft.reference
    page = client.as_(champion).get("proposals.check", ref=ref)
    with later(timedelta(hours=1)):
        page = page.submit("Submit", declaration=True, status=409)
        assert "The campaign “Falls at night” closed on" in page.errors[0]
        assert "Your answers are kept" in page.errors[0]
        assert "“Falls at night”" in page.browser.get("proposals.recall", ref=answer.reference).text
        page = page.browser.get("campaigns.show", campaign_id=campaign.id)
        assert "Your draft is kept" in page.text
        page = page.click("Go on with “Falls huddles”").click("Submit it outside the campaign")
        page = page.submit("Take it out of the campaign")
        assert "What the campaign asks" not in page.text
        page = page.submit("Submit", declaration=True)
        assert page.path.endswith("/submitted")
        # What was submitted in time stays in the campaign, also when it is changed and submitted again.
        with committed():
            answer = db.session.get_one(Proposal, answer.id)
            assessment.request_changes(
                answer, db.session.merge(manager), sections=["idea"], message="More.", due=usual_changes_due()
            )
            proposals.submit(answer, db.session.merge(champion))
            assert answer.campaign_id == campaign.id
            left = db.session.get_one(Proposal, draft.id)
            assert (left.campaign_id, left.stage) == (None, Stage.SUBMITTED)
            assert left.answers[night] == "Words"  # for whoever goes back
            services.notice_all()
        page = client.as_(champion).get("/proposals/new?campaign=falls-at-night")
        assert "The campaign is not open, so your proposal stands on its own." in page.text
        page = page.submit("Save and continue", title="Too late", lead_theme="safe-care").click(
            "Fit with the region"
        )
        assert not page.select("[name=campaign]")


def test_campaign_is_chosen_and_left_in_the_record(client: Client, committed: Committed) -> None:
    with committed():
        manager, champion = make_manager(), make_champion()
        one, other = make_campaign(manager, questions=[ASKED]), make_campaign(manager, "Falls by day")
        make_campaign(manager, "Coming", opens_in=DAY)
        make_campaign(manager, "Past", closes_in=timedelta(seconds=-1), opens_in=-9 * DAY)
        draft = make_answer(champion, one, is_submitted=False)
    fit = f"/proposals/{draft.reference}/edit/fit"
    page = client.as_(champion).get(fit)
    offered = [each.attributes["value"] for each in page.select("[name=campaign]")]
    assert offered == ["none", "falls-at-night", "falls-by-day"] or offered[1:] == [
        "falls-at-night",
        "falls-by-day",
    ]
    page = page.submit("Save and continue", campaign=other.id)
    assert page.h1 == "Need and benefit"
    page.browser.get("proposals.edit_section", ref=draft.reference, section="campaign", status=404)
    page = page.browser.get(fit).submit("Save and continue", campaign=one.id)
    assert page.h1 == "What the campaign asks"
    assert "Words" in page.value(one.questions[0]["id"])  # nothing typed is lost
    page = page.browser.get(fit).submit("Save and continue", campaign="none")
    assert page.h1 == "Need and benefit"
    with committed():
        assert db.session.get_one(Proposal, draft.id).campaign_id is None


def test_answers_are_counted_and_listed_for_those_who_may_see_them(
    client: Client, committed: Committed
) -> None:
    with committed():
        manager, champion, member = make_manager(), make_champion(), make_member()
        campaign = make_campaign(manager)
        make_answer(champion, campaign, title="Shared with members")
        make_answer(champion, campaign, title="Kept to assessors", visibility="assessors")
        make_answer(champion, campaign, title="Still a draft", is_submitted=False)
        withdrawn = make_answer(champion, campaign, title="Withdrawn")
        assessment.withdraw(withdrawn, champion, reason="Done elsewhere.")
        declined = make_answer(champion, campaign, title="Declined")
        said = {"reason_code": "other", "feedback": "Not now.", "would_change": "Figures."}
        decisions.release(declined, DecisionKind.DECLINE, manager, said)
        public = make_programme(champion, "Spreading", campaign=campaign.id)
        kept = make_programme(champion, "Spreading, kept", campaign=campaign.id, visibility="assessors")
        assert {public.campaign_id, kept.campaign_id} == {campaign.id}
    expected = {
        None: ["Spreading"],
        member: ["Spreading", "Shared with members"],
        champion: [
            *(
                "Spreading, kept",
                "Spreading",
                "Declined",
                "Withdrawn",
                "Kept to assessors",
                "Shared with members",
            ),
        ],
    }
    for person, titles in expected.items():
        browser = client.visitor() if person is None else client.as_(person)
        page = browser.get("campaigns.show", campaign_id=campaign.id)
        assert f"Read {len(titles)} answer" in page.text
        page = browser.get("campaigns.answers", campaign_id=campaign.id)
        assert sorted(page.texts(".app-result__title")) == sorted(titles)
        page = browser.get("proposals.proposals", campaign=campaign.id, stage=[s.value for s in Stage][1:])
        assert sorted(page.texts(".app-result__title")) == sorted(titles)
    with committed():
        held = db.session.get_one(Campaign, campaign.id)
        assert [each.slug for each in queries.programmes_of(None, held)] == ["spreading"]


def test_draft_campaign_is_told_to_nobody_by_the_list(client: Client, committed: Committed) -> None:
    with committed():
        make_campaign(make_manager(), "Secret plan", is_announced=False)
    assert "Secret plan" not in client.visitor().get("proposals.proposals", campaign="secret-plan").text


def test_sections_are_those_of_all_answers_given() -> None:
    answers = {record.CAMPAIGN_QUESTIONS: [record.asked_by_campaign("one.1", "Why", Kind.TEXT)]}
    assert [section.id for section in record.sections(answers)][:4] == ["idea", "fit", "campaign", "need"]
    assert record.sections({}, answers, answers) == record.sections(answers)
    assert record.sections({}) == record.SECTIONS
