"""Two proposals become one, through the pages that people use, and two again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from exchange import clock
from exchange.assessment import services as assessment
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.discussion import queries as discussion
from exchange.discussion import services as talking
from exchange.discussion.kinds import Endorsing, Forum
from exchange.extensions import db
from exchange.merging import services
from exchange.merging.models import Merge, MergeOutcome
from exchange.merging.services import CannotMerge
from exchange.proposals import policy, queries
from exchange.proposals import services as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, Visibility
from exchange.working_days import add_working_days
from tests.assessment.arrange import declare, make_cast
from tests.conftest import Committed, Statements
from tests.discussion.arrange import endorse, make_member, say
from tests.factories import make_person
from tests.merging.arrange import REASON, fresh, make_twins, merge
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client
from tests.proposals.arrange import (
    declare_interest,
    make_champion,
    make_manager,
    make_reviewer,
    make_submitted,
    put_at,
)


def test_two_become_one_and_two_again(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        twins = make_twins()
        source, target, bob, amina = twins.source, twins.target, twins.bob, twins.amina
        both, one = make_member("Follows Both"), make_member("Endorses One")
        for proposal in (source, target):
            talking.follow(proposal, both)
        endorse(source, one, Endorsing.ADOPT)
        asked = say(source, one, "Which ward began?")
        say(source, bob, "Ward 4.", asked)
        tell_in_here()
    forget(committed)

    page = client.as_(bob).get("proposals.show", ref=source.reference).click("Merge into another")
    page = page.submit("Propose the merge", into="WM", status=422)
    assert page.errors == ["Enter a reference like TV-2026-0042", "Enter why the two belong together"]
    page = page.submit("Propose the merge", into=target.reference.lower(), reason=REASON)
    assert "Bob Marsh proposed on" in page.text
    assert "Now Amina Begum has to answer." in page.text
    tell(app)
    assert told(committed) == {"Amina Begum": [f"merge it with {target.reference}?"]}

    tasks = client.as_(amina).get("reports.my_work")
    assert "Bob Marsh proposes that it continues in “Falls huddles”. Say yes or no." in tasks.text
    page = tasks.click("Huddles for falls")
    assert REASON in page.text
    assert page.submit("Send your answer", status=422).errors == ["Select whether you agree"]
    page = page.submit("Send your answer", answer="agree")
    assert page.path == f"/proposals/{target.reference}"
    assert f"{source.reference} was merged into this proposal" in page.text
    assert "1 would adopt it" in page.text
    forget(committed)
    tell(app)
    assert told(committed) == {
        "Bob Marsh": ["it continues in another proposal"],
        "Rachel Tolley": ["it continues in another proposal"],
        "Follows Both": [f"{source.reference} continues in {target.reference}"],
        "Endorses One": [f"{source.reference} continues in {target.reference}"],
    }
    assert f"/proposals/{target.reference}" in texts_to(committed, one)[-1]

    # Its address leads on, and says so; its team still reads it.
    page = client.as_(one).get("proposals.show", ref=source.reference)
    assert page.path == f"/proposals/{target.reference}"
    assert f"{source.reference} was merged into this proposal, so you were led here." in page.text
    page = client.as_(one).get("discussion.comments", ref=target.reference)
    assert f"about {source.reference}" in page.text
    own = client.as_(bob).get("proposals.show", ref=source.reference)
    assert own.path == f"/proposals/{source.reference}"
    assert f"it continues in Falls huddles, {target.reference}" in own.text
    assert "2 people who followed or endorsed it and 2 comments went along." in own.text
    assert "Ask to join its team" in own.links()

    # What is done at the old page, still open, is refused in words.
    refused = client.as_(one).post("discussion.follow", ref=source.reference, status=409)
    assert f"{source.reference} was merged into {target.reference}." in refused.text

    with committed():
        say(fresh(target), both, "It works at night too.", db.session.get_one(type(asked), asked.id))
        say(fresh(target), both, "What of Sundays?")
        tell_in_here()
    page = client.as_(amina).get("proposals.show", ref=target.reference)
    page = page.click(f"Undo the merge of {source.reference}")
    assert page.submit("Undo the merge", status=422).errors == ["Enter why you undo it"]
    page = page.submit("Undo the merge", reason="Theirs is about theatres.")
    assert page.path == f"/proposals/{source.reference}"
    with committed():
        here, there = fresh(source), fresh(target)
        assert here.stage is Stage.SUBMITTED
        assert (here.merged_into_id, here.merged_from) == (None, None)
        assert discussion.voices(here, Forum.MEMBERS) == discussion.Voices(3, 1, 1, 0)
        assert discussion.voices(there, Forum.MEMBERS) == discussion.Voices(1, 0, 0, 0)
        assert [discussion.is_following(both, each) for each in (here, there)] == [True, True]
    forget(committed)
    tell(app)
    assert told(committed) == {
        "Bob Marsh": ["the merge is undone"],
        "Rachel Tolley": ["the merge is undone"],
        "Follows Both": [f"{source.reference} stands by itself again"],
        "Endorses One": [f"{source.reference} stands by itself again"],
    }
    page = client.as_(bob).get("merging.undo_merge", ref=source.reference, status=409)
    assert "Amina Begum has undone the merge on" in page.text


def test_a_manager_proposes_and_both_champions_answer(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        twins = make_twins()
        source, target = twins.source, twins.target
        tell_in_here()
    forget(committed)
    page = client.as_(twins.manager).get("merging.merge", ref=source.reference)
    page = page.submit("Propose the merge", into=target.reference, reason=REASON)
    assert "Now Bob Marsh and Amina Begum have to answer." in page.text
    tell(app)
    assert set(told(committed)) == {"Bob Marsh", "Amina Begum"}
    # Once it is proposed, the action leads to what is proposed.
    assert client.as_(twins.manager).get("merging.merge", ref=source.reference).path.endswith("/merge/answer")
    page = client.as_(twins.bob).get("merging.answer_merge", ref=source.reference)
    page = page.submit("Send your answer", answer="agree")
    assert "Now Amina Begum has to answer." in page.text
    page = client.as_(twins.amina).get("merging.answer_merge", ref=source.reference)
    assert page.submit("Send your answer", answer="refuse", status=422).errors == [
        "Enter why you do not agree"
    ]
    forget(committed)
    page = page.submit("Send your answer", answer="refuse", reason="Ours is for children.")
    assert "proposed on" not in page.text
    tell(app)
    line = [f"not merged with {target.reference}"]
    assert told(committed) == {"Bob Marsh": line, "Rachel Tolley": line}
    assert "Ours is for children." in texts_to(committed, twins.bob)[-1]
    late = page.browser.post("merging.answer_merge", {"answer": "agree"}, ref=source.reference, status=409)
    assert "Amina Begum has said no, on" in late.text
    with committed():
        assert fresh(source).stage is Stage.SUBMITTED
        # An answer of one who is no longer the champion does not count.
        other = make_person(name="New Champion", organisation="river-trust")
        proposed = services.propose_merge(fresh(source), fresh(target), fresh(source).champion, reason=REASON)
        fresh(source).co_authors = [other]
        proposals.hand_over(fresh(source), other, fresh(source).champion)
        assert not services.agree_to_merge(proposed, fresh(target).champion)
        assert services.agree_to_merge(proposed, other)


def test_who_proposed_takes_it_back(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        twins = make_twins()
        source = twins.source
        services.propose_merge(source, twins.target, twins.bob, reason=REASON)
        tell_in_here()
    forget(committed)
    client.as_(twins.amina).get("merging.take_back_merge", ref=source.reference, status=403)
    page = client.as_(twins.bob).get("merging.answer_merge", ref=source.reference).click("Take it back")
    page = page.submit("Take it back")
    assert "Merge into another" in page.links()
    tell(app)
    assert told(committed) == {"Amina Begum": [f"no longer to be merged with {twins.target.reference}"]}


def test_one_champion_of_both_merges_at_once(client: Client, committed: Committed) -> None:
    with committed():
        amina = make_champion()
        target, source = make_submitted(amina), make_submitted(amina, title="The same again")
    page = client.as_(amina).get("merging.merge", ref=source.reference)
    page = page.submit("Propose the merge", into=target.reference, reason=REASON)
    assert "Since" in page.text
    assert "it continues in Falls huddles" in page.text


NOT_THERE = "There is no proposal with this reference that you can read"
NOT_INTO = "A proposal can continue in one that is at “Submitted” or at “Changes requested”"


def test_into_what_it_cannot_be_merged(client: Client, committed: Committed) -> None:
    """What the champion may not see is not there, whatever it is."""
    with committed():
        twins = make_twins()
    ref = twins.target.reference
    page = client.as_(twins.bob).get("merging.merge", ref=twins.source.reference)
    for stage, visibility, message in (
        (Stage.IN_ASSESSMENT, Visibility.MEMBERS, f"{ref} is at “In assessment”. {NOT_INTO}"),
        (Stage.SPREAD, Visibility.MEMBERS, f"{ref} is at “Spread at scale”. {NOT_INTO}"),
        (Stage.WITHDRAWN, Visibility.MEMBERS, NOT_THERE),
        (Stage.NOT_TAKEN_FORWARD, Visibility.MEMBERS, NOT_THERE),
        (Stage.DRAFT, Visibility.MEMBERS, NOT_THERE),
        (Stage.SUBMITTED, Visibility.ASSESSORS, NOT_THERE),
    ):
        with committed():
            put_at(fresh(twins.target), stage).visibility = visibility
        page = page.submit("Propose the merge", into=ref, reason=REASON, status=422)
        assert page.errors == [message]
        assert page.value("into") == ref


def test_why_a_merge_is_refused(client: Client, committed: Committed) -> None:
    with committed():
        twins = make_twins()
        source, target, manager = twins.source, twins.target, twins.manager
        # The manager sees both: the words say what stands against it.
        assert services.why_not_proposed(source, source, manager).startswith("That is this proposal.")
        target.visibility = Visibility.ASSESSORS
        assert "is kept to assessors" in services.why_not_proposed(source, target, manager)
        target.visibility = Visibility.MEMBERS
        twins.amina.active = False
        assert "has left" in services.why_not_proposed(source, target, manager)
        twins.amina.active = True
        declare_interest(manager, target)
        assert services.why_not_proposed(source, target, manager) == (
            f"You have an interest in {target.reference}, so another programme manager or a champion has to propose it"
        )
        assert services.why_not_proposed(source, target, twins.bob) == ""
        reviewer = make_reviewer(target, name="Reviews The Other")
        own = make_submitted(reviewer, title="Huddles again")
        assert "assesses or acts on" in services.why_not_proposed(own, target, reviewer)
        services.propose_merge(source, target, twins.bob, reason=REASON)
        third = make_submitted(make_member("Third Champion"), title="Third")
        with pytest.raises(CannotMerge, match=f"continues in {target.reference}"):
            services.propose_merge(source, third, twins.bob, reason=REASON)
        kept = make_submitted(twins.bob, visibility="assessors", title="Kept")
    # A kept one offers no way, and says why.
    page = client.as_(twins.bob).get("proposals.show", ref=kept.reference)
    assert "Only proposals that members read can be merged." in page.text
    client.as_(twins.bob).get("merging.merge", ref=kept.reference, status=409)
    client.as_(twins.amina).get("merging.merge", ref=source.reference, status=403)


def test_a_day_and_a_deleted_draft_have_their_limits(committed: Committed) -> None:
    with committed():
        twins = make_twins()
        for _ in range(services.MOST_A_DAY):
            waits = services.propose_merge(twins.source, twins.target, twins.bob, reason=REASON)
            services.take_back_merge(waits, twins.bob)
        with pytest.raises(CannotMerge, match="You have proposed 10 merges within a day"):
            services.propose_merge(twins.source, twins.target, twins.bob, reason=REASON)
        # What was proposed goes with a draft that was submitted and taken back.
        proposals.recall(twins.target, twins.amina)
        proposals.delete_draft(twins.target, twins.amina)
        assert db.session.scalars(select(Merge)).all() == []


def test_what_waits_lapses_in_words(client: Client, committed: Committed) -> None:
    with committed():
        twins = make_twins()
        source, target = twins.source, twins.target
        services.propose_merge(source, target, twins.bob, reason=REASON)
    opened = client.as_(twins.amina).get("merging.answer_merge", ref=source.reference)
    with committed():
        put_at(fresh(target), Stage.IN_ASSESSMENT)
    refused = opened.submit("Send your answer", answer="agree", status=409)
    assert f"{target.reference} is now at “In assessment”, so the two cannot be merged." in refused.text
    assert "proposed on" not in client.as_(twins.bob).get("proposals.show", ref=source.reference).text
    client.as_(twins.amina).get("merging.answer_merge", ref=source.reference, status=409)
    assert client.as_(twins.bob).get("merging.merge", ref=source.reference).path.endswith("/merge")
    assert "Say yes or no." not in client.as_(twins.amina).get("reports.my_work").text
    with committed():
        # Another can be proposed instead.
        third = make_submitted(make_member("Third Champion"), title="Third")
        again = services.propose_merge(fresh(source), third, fresh(source).champion, reason=REASON)
        first = db.session.scalars(select(Merge).order_by(Merge.id)).first()
        assert first is not None
        assert (first.outcome, again.outcome) == (MergeOutcome.LAPSED, None)


def test_merges_that_are_about_the_source_lapse_with_it(committed: Committed) -> None:
    with committed():
        twins = make_twins()
        back = services.propose_merge(twins.target, twins.source, twins.amina, reason=REASON)
        third = make_submitted(make_member("Third Champion"), title="Third")
        onto = services.propose_merge(third, twins.target, third.champion, reason=REASON)
        merge(twins.source, twins.target)
        assert (back.outcome, onto.outcome) == (MergeOutcome.LAPSED, None)
        # Taken in, it cannot be taken back by its champion any more.
        assert queries.unmet_needs("recall", twins.target, twins.amina) == [
            f"{twins.source.reference} continues in it. You can still withdraw it."
        ]


@pytest.mark.parametrize("before", [Stage.SUBMITTED, Stage.CHANGES_REQUESTED])
def test_undoing_brings_back_what_was(committed: Committed, before: Stage) -> None:
    with committed():
        twins = make_twins()
        source = twins.source
        due = add_working_days(clock.today(), 10)
        if before is Stage.CHANGES_REQUESTED:
            assessment.request_changes(source, twins.manager, sections=["need"], message="More.", due=due)
        merge(source, twins.target)
    with time_machine.travel(clock.now() + timedelta(days=21)), committed():
        source = fresh(twins.source)
        services.undo_merge(source, source.champion, reason="Too far apart.")
        assert source.stage is before
        if before is Stage.CHANGES_REQUESTED:
            # The days that its team had left.
            assert (source.changes_due, source.changes_sections) == (
                add_working_days(clock.today(), 10),
                ["need"],
            )
        else:
            # Nobody has acted on it since, so that it can still be taken back.
            assert queries.unmet_needs("recall", source, source.champion) == []
        again = merge(source, fresh(twins.target))
        assert again.outcome is MergeOutcome.DONE


def test_who_reviews_it_is_refused_to_managers_alone(client: Client, committed: Committed) -> None:
    """A refusal to anybody else would tell who does."""
    with committed():
        cast = make_cast()
        assessment.request_changes(
            cast.proposal, cast.manager, sections=["need"], message="More.", due=cast.round.due
        )
        source = make_submitted(make_member("Other Champion"), title="The other")
        ref, name = cast.proposal.reference, cast.reviewers[0].name
    for person, status in ((cast.manager, 422), (source.champion, 200)):
        page = client.as_(person).get("merging.merge", ref=source.reference)
        page = page.submit("Propose the merge", into=ref, reason=f"Ask {name}.", status=status)
        assert (status == 422) == any("must not learn who assesses it" in error for error in page.errors)


def test_a_round_that_rests_is_there_again(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        for index in range(3):
            declare(cast.assignment(index))
        assessment.request_changes(
            cast.proposal, cast.manager, sections=["need"], message="More.", due=cast.round.due
        )
        target = make_submitted(make_member("Other Champion"), title="The other")
        tell_in_here()
    forget(committed)
    with committed():
        merge(fresh(cast.proposal), fresh(target))
    tell(app)
    news = told(committed)
    assert [news[person.name] for person in cast.reviewers] == [
        ["merged into another, no review needed now"]
    ] * 3
    with committed():
        proposal = fresh(cast.proposal)
        reviewer = queries.standing_in(
            db.session.get_one(type(cast.champion), cast.reviewers[0].id), proposal
        )
        assert not policy.can_see(reviewer, proposal)
        services.undo_merge(proposal, proposal.champion, reason="No.")
        proposals.submit(proposal, proposal.champion)
        assert queries.panel_waits(proposal)


def test_who_undoes_it_when(client: Client, committed: Committed) -> None:
    with committed():
        twins = make_twins()
        merge(twins.source, twins.target)
        member = make_member("Any Member")
        onto = make_submitted(make_member("Third Champion"), title="Third")
    ref, moment = twins.source.reference, clock.now()
    page = client.as_(twins.manager).get("proposals.show", ref=ref)
    assert "its champions can undo it. From the day after, you can." in page.text
    for champion in (twins.bob, twins.amina):
        client.as_(champion).get("merging.undo_merge", ref=ref)
    page = client.as_(member).get("merging.undo_merge", ref=ref)
    assert page.path == f"/proposals/{twins.target.reference}"
    with time_machine.travel(moment + timedelta(days=31)):
        for champion in (twins.bob, twins.amina):
            page = client.as_(champion).get("merging.undo_merge", ref=ref, status=409)
            assert "Ask the programme manager, who still can." in page.text
        with committed():
            manager = queries.managers_of(fresh(twins.source))[0]
            assert queries.unmet_needs("undo_merge", fresh(twins.source), manager) == []
            declare_interest(manager, fresh(twins.target))
            [why] = queries.unmet_needs("undo_merge", fresh(twins.source), manager)
            assert why.startswith("You have an interest in the other proposal")
            second = merge(fresh(twins.target), fresh(onto))
            assert second.outcome is MergeOutcome.DONE
    # Merged again, it leads to the end of it all.
    with time_machine.travel(moment + timedelta(hours=1)):
        with committed():
            [why] = queries.unmet_needs("undo_merge", fresh(twins.source), fresh(twins.source).champion)
            assert why == "The other proposal was merged into a third one since. Undo that merge first."
        page = client.as_(member).get("proposals.show", ref=ref)
        assert page.path == f"/proposals/{onto.reference}"
        assert f"{ref} was merged into this proposal" in page.text


def test_who_may_not_see_the_other_learns_nothing(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        twins = make_twins()
        source, target = twins.source, twins.target
        member, lay = make_member("Any Member"), make_person(name="Lay Follower", is_lay=True)
        author = make_person(name="Lay Author", is_lay=True)
        source.co_authors, target.co_authors = [author], [lay]
        talking.follow(source, member)
        bound = make_manager(name="Bound Manager", organisation="river-trust")
        merge(source, target)
        tell_in_here()
    # Lay people on the teams read no other proposal than theirs, so nothing names it to them.
    for person, own, other in ((author, source, target), (lay, target, source)):
        texts = texts_to(committed, person)
        assert texts
        pages = [
            client.as_(person).get(f"proposals.{name}", ref=own.reference) for name in ("show", "history")
        ]
        for text in (*texts, *(page.text for page in pages)):
            assert other.reference not in text
            assert other.title not in text
    # As the target is, so is the way to it: withdrawn or kept to assessors, there is nothing.
    for stage, visibility in ((Stage.WITHDRAWN, Visibility.MEMBERS), (Stage.SUBMITTED, Visibility.ASSESSORS)):
        with committed():
            put_at(fresh(target), stage)
            fresh(target).visibility = visibility
        client.as_(member).get("proposals.show", ref=source.reference, status=404)
        assert client.visitor().get("proposals.show", ref=source.reference).path == "/login"
        page = client.as_(twins.bob).get("proposals.show", ref=source.reference)
        assert "another proposal, which you may no longer read" in page.text
    with committed():
        put_at(fresh(target), Stage.SPREAD)
        fresh(target).visibility = Visibility.MEMBERS
    # Approved, it is public, and so is the way to it.
    assert (
        client.visitor().get("proposals.show", ref=source.reference).path == f"/proposals/{target.reference}"
    )
    with committed():
        for reader in (member, lay, bound, None):
            there = queries.visible_to(reader)
            found = db.session.scalars(select(Proposal.id).where(there)).all()
            assert source.id not in found


def test_when_the_other_ends_the_champion_hears_of_it(app: Flask, committed: Committed) -> None:
    with committed():
        twins = make_twins()
        merge(twins.source, twins.target)
        tell_in_here()
    forget(committed)
    with committed():
        target = fresh(twins.target)
        said = {
            "reason_code": "other",
            "feedback": "Not now.",
            "would_change": "Figures.",
            "override_reason": "",
        }
        decisions.release(target, DecisionKind.DECLINE, queries.managers_of(target)[0], said)
    tell(app)
    assert told(committed)["Bob Marsh"] == [
        f"{twins.target.reference}, in which your proposal continues, has ended"
    ]


def test_similar_ones_lead_to_a_merge(client: Client, committed: Committed) -> None:
    with committed():
        twins = make_twins(title="Falls huddles again")
        kept = make_submitted(make_member("Keeps It"), title="Falls huddles kept", visibility="assessors")
        merged = make_submitted(make_member("Merged It"), title="Falls huddles merged")
        merge(merged, twins.target)
    page = client.as_(twins.manager).get("proposals.show", ref=twins.source.reference)
    shown = page.texts(".app-result")
    assert any(kept.reference in text for text in shown)
    assert not any(merged.reference in text for text in shown)
    page = page.click("Propose that this one continues in it: Falls huddles")
    assert page.value("into") == twins.target.reference


def test_the_page_asks_as_much_for_many_merges(
    client: Client, committed: Committed, statements: Statements
) -> None:
    counts = []
    with committed():
        twins = make_twins()
        champion = twins.bob
    for _ in range(2):
        with committed():
            for number in range(2):
                bob = db.session.get_one(type(champion), champion.id)
                for proposal in (make_submitted(bob, title=f"Again {number}") for _ in range(2)):
                    merge(proposal, fresh(twins.target))
        browser = client.as_(twins.amina)
        browser.get("proposals.show", ref=twins.target.reference)
        with statements() as asked:
            browser.get("proposals.show", ref=twins.target.reference)
        counts.append(len(asked))
    assert counts[0] == counts[1]
