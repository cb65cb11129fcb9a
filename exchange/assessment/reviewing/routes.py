"""A reviewer's own pages: what waits for them, and their review from its draft to opening it again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange import clock
from exchange.access import requires, signed_in, someone_at_hand
from exchange.assessment import policy, queries, services
from exchange.assessment.blueprint import blueprint
from exchange.assessment.deliberation.queries import questions_read
from exchange.assessment.models import Assignment
from exchange.assessment.queries import Assigned
from exchange.assessment.reviewing.review_form import ReviewForm, held_in, review_form
from exchange.assessment.services import ReviewLocked, StaleReview
from exchange.errors import Conflict, NotFound
from exchange.forms import OnceForm, typed_in
from exchange.proposals import queries as proposals
from exchange.proposals.answers import answered_sections
from exchange.proposals.changed_since import since_reviewed
from exchange.proposals.choices import choices
from exchange.wording import time_of_day


@blueprint.get("/reviews")
@requires(policy.is_reviewer, message="This page is for reviewers.")
def reviews() -> ResponseReturnValue:
    person = someone_at_hand()
    waiting, done = queries.waiting_reviews(person), queries.done_reviews(person)
    return render_template("assessment/reviews.html", waiting=waiting, done=done)


@blueprint.get("/proposals/<ref>/review")
@requires(signed_in, of=queries.assigned)
def review(assigned: Assigned) -> ResponseReturnValue:
    if not assigned.is_declared:
        return redirect(url_for("assessment.declare", ref=assigned.seen.proposal.reference))
    kept = assigned.assignment.review
    made = review_form(assigned.round.rubric, to_submit=False)
    form = made(data={**held_in(services.written_in(kept)), "state": services.state_of(kept)})
    if not assigned.is_writable:
        return render_template("assessment/locked_review.html", assigned=assigned, typed=typed_in(form))
    return _review(assigned, form)


@blueprint.post("/proposals/<ref>/review")
@requires(signed_in, of=queries.ever_assigned)
def save_review(assignment: Assignment) -> ResponseReturnValue:
    """Saves or submits, by the button; whoever was taken off the panel meanwhile is shown what they typed."""
    to_submit = "submit_review" in request.form or "submit_and_next" in request.form
    form = review_form(assignment.round.rubric, to_submit=to_submit)()
    is_sound = form.validate()
    assigned = _still(assignment)
    if not is_sound:
        if not assigned.is_writable:
            raise ReviewLocked("It can no longer be changed.")
        return _review(assigned, form), 422
    keep = services.submit_review if to_submit else services.save_review
    following = queries.next_review(assignment.person, assigned.seen.proposal.reference)
    try:
        keep(assignment, form.written, opened_at_state=form.opened_at_state, page=form.page_mark)
    except StaleReview as stale:
        form["state"].data = services.state_of(assignment.review)
        return _review(assigned, form, stale=stale), stale.code
    return _kept(assigned, following, submitted=to_submit)


@blueprint.post("/proposals/<ref>/review/keep")
@requires(signed_in, of=queries.ever_assigned)
def keep_review(assignment: Assignment) -> ResponseReturnValue:
    """What the page saves by itself while its author writes: see js/autosave.js. Whatever is refused here the page's own
    button tells."""
    form = review_form(assignment.round.rubric, to_submit=False)()
    if not form.validate():
        return {"errors": form.errors}, 422
    _still(assignment)
    services.save_review(
        assignment,
        form.written,
        opened_at_state=form.opened_at_state,
        page=form.page_mark,
        in_background=True,
    )
    return {"saved": f"Saved at {time_of_day(clock.now())}."}


@blueprint.route("/proposals/<ref>/review/reopen", methods=["GET", "POST"])
@requires(signed_in, of=queries.assigned)
def reopen_review(assigned: Assigned) -> ResponseReturnValue:
    form, ref = OnceForm(), assigned.seen.proposal.reference
    if form.validate_on_submit():
        services.reopen_review(assigned.assignment)
        flash("You can change your review. It counts again once you submit it.")
        return redirect(url_for("assessment.review", ref=ref))
    if not assigned.is_reopenable:
        return redirect(url_for("assessment.review", ref=ref))
    return render_template("assessment/reopen_review.html", assigned=assigned, form=form)


def _review(assigned: Assigned, form: ReviewForm, stale: StaleReview | None = None) -> str:
    seen = assigned.seen
    sections = answered_sections(
        proposals.reading(seen).answers,
        choices(),
        proposals.attachments_read(seen),
        without=frozenset({"title"}),
    )
    before = queries.version_reviewed_before(assigned)
    since = since_reviewed(seen.proposal, before, assigned.round.version_number) if before else None
    return render_template(
        "assessment/review.html",
        assigned=assigned,
        form=form,
        stale=stale,
        sections=sections,
        since=since,
        asked_questions=questions_read(assigned.assignment.person, seen),
        following=queries.next_review(assigned.assignment.person, seen.proposal.reference),
    )


def _kept(
    assigned: Assigned, following: queries.WaitingReview | None, *, submitted: bool
) -> ResponseReturnValue:
    """Where a saved or submitted review leads: on to the next, when that was asked for and there is one."""
    ref = assigned.seen.proposal.reference
    goes_on = following is not None and ("submit_and_next" in request.form or "save_and_next" in request.form)
    if submitted:
        flash(f"Your review{f' of {ref}' if goes_on else ''} is in. You can now read what the others wrote.")
    else:
        flash(f"Saved{f': {ref}' if goes_on else ''}. Nobody else sees it before you submit.")
    if following is not None and goes_on:
        return redirect(url_for("assessment.review", ref=following.reference))
    return redirect(url_for(f"assessment.{'assessment' if submitted else 'review'}", ref=ref))


def _still(assignment: Assignment) -> Assigned:
    """Their place on the panel now. Raises Conflict when there is none any more."""
    try:
        return queries.assigned(assignment.person, assignment.round.proposal.reference)
    except NotFound:
        raise Conflict(
            "You are not a reviewer of this proposal any more, so this could not be saved.",
            heading="You cannot review this now",
        ) from None
