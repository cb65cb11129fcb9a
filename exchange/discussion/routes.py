"""Pages of the discussion: reading, commenting, endorsing, following, reporting, and the manager's list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import (
    person_at_hand,
    public_where_found,
    requires,
    row_number,
    signed_in,
    someone_at_hand,
)
from exchange.accounts.policy import ONLY_WHO_RUN_A_THEME, runs_a_theme
from exchange.discussion import moderation, page, places, policy, queries, services
from exchange.discussion.forms import REASONS, CommentForm, ModerateForm, ReportForm
from exchange.discussion.kinds import Endorsing, ReportReason
from exchange.discussion.limits import TooMuch
from exchange.discussion.models import Comment
from exchange.discussion.places import Place, SeenComment
from exchange.errors import Conflict, NotAllowed, WrongStage
from exchange.forms import OnceForm
from exchange.proposals.page import with_tabs
from exchange.proposals.tabs import tabs_for
from exchange.proposals.unnaming import keep_reviewers_out

blueprint = Blueprint("discussion", __name__)

KIND = f"<any({', '.join(Endorsing)}):kind>"
THANKS = {
    Endorsing.ADOPT: "You said that you would adopt it. Members read your name and your organisation’s.",
    Endorsing.SUPPORT: "You said that you support it. Members read your name.",
}


@blueprint.get("/proposals/<ref>/comments")
@requires(policy.reads, of=places.of_proposal, message=policy.PANEL)
def comments(place: Place) -> ResponseReturnValue:
    tabs = with_tabs(place.proposal, tabs_for(place.seen, someone_at_hand()), request.path)
    return _comments(place, tabs=tabs)


@blueprint.get("/programmes/<slug>/comments")
@public_where_found(places.of_programme)
def programme_comments(place: Place) -> ResponseReturnValue:
    return _comments(place, tabs=[])


def _comments(place: Place, **more: Any) -> ResponseReturnValue:
    person = person_at_hand()
    after, before, thread = (
        request.args.get(name, type=row_number) for name in ("after", "before", "thread")
    )
    if thread is not None:
        top = places.comment_seen(person, thread).comment
        shown = page.thread_page(place, person, top, after=after)
    else:
        oldest_first = request.args.get("order") == "oldest"
        shown = page.page_of(place, person, oldest_first=oldest_first, after=after, before=before)
    return render_template("discussion/comments.html", page=shown, place=place, form=CommentForm(), **more)


@blueprint.get("/comments/<int:comment_id>")
@public_where_found(places.comment_seen)
def comment(found: SeenComment) -> ResponseReturnValue:
    """The lasting address of a comment."""
    return redirect(page.where(found.place, found.comment))


@blueprint.route("/proposals/<ref>/comments/write", methods=["GET", "POST"])
@requires(policy.reads, of=places.of_proposal, message=policy.PANEL)
def comment_on_proposal(place: Place) -> ResponseReturnValue:
    return _write(place)


@blueprint.route("/programmes/<slug>/comments/write", methods=["GET", "POST"])
@requires(signed_in, of=places.of_programme)
def comment_on_programme(place: Place) -> ResponseReturnValue:
    return _write(place)


@blueprint.route("/comments/<int:comment_id>/answer", methods=["GET", "POST"])
@requires(policy.reads_comment, of=places.comment_seen, message=policy.PANEL)
def reply(found: SeenComment) -> ResponseReturnValue:
    if why := policy.why_not_reply(found.comment):
        raise WrongStage(why)
    return _write(found.place, found.comment)


def _write(place: Place, parent: Comment | None = None) -> ResponseReturnValue:
    if why := place.why_not_speak:
        raise NotAllowed(why)
    form = CommentForm()
    keep_reviewers_out(form, place.seen)
    if form.validate_on_submit():
        try:
            written = services.add_comment(place, someone_at_hand(), form.text.data, parent)
            flash("Your comment is there for others to read. You can change it for 15 minutes.")
            return redirect(page.where(place, written))
        except TooMuch as refused:
            form.add_error("text", refused.message)
    return render_template("discussion/write.html", place=place, form=form, parent=parent), form.status_code


@blueprint.route("/comments/<int:comment_id>/change", methods=["GET", "POST"])
@requires(policy.wrote, of=places.comment_seen, message="Only its writer can change a comment.")
def edit_comment(found: SeenComment) -> ResponseReturnValue:
    form = CommentForm(text=found.comment.text)
    keep_reviewers_out(form, found.place.seen)
    if form.validate_on_submit():
        services.edit_comment(found.comment, someone_at_hand(), form.text.data)
        flash("Your comment is changed.")
        return redirect(page.where(found.place, found.comment))
    if not form.is_submitted():
        services.check_editable(found.comment)
    return render_template("discussion/edit_comment.html", found=found, form=form), form.status_code


@blueprint.route("/comments/<int:comment_id>/remove", methods=["GET", "POST"])
@requires(policy.wrote, of=places.comment_seen, message="Only its writer can remove a comment.")
def remove_comment(found: SeenComment) -> ResponseReturnValue:
    form = OnceForm()
    if form.validate_on_submit():
        services.remove_comment(found.comment, someone_at_hand())
        flash("Your comment is removed.")
        return redirect(page.where(found.place, found.comment))
    if why := policy.why_not_remove(found.comment):
        raise WrongStage(why)
    return render_template("discussion/remove_comment.html", found=found, form=form), form.status_code


@blueprint.route("/comments/<int:comment_id>/report", methods=["GET", "POST"])
@requires(
    policy.can_report,
    of=places.comment_seen,
    message="You cannot report what you wrote. Change or remove it.",
)
def report_comment(found: SeenComment) -> ResponseReturnValue:
    form = ReportForm()
    if form.validate_on_submit():
        try:
            reason = ReportReason(form.reason.data)
            moderation.report_comment(
                found.comment, someone_at_hand(), reason=reason, words=form.words.data or ""
            )
            flash("Thank you. A manager of the theme looks at it.")
            return redirect(page.where(found.place, found.comment))
        except TooMuch as refused:
            form.add_error("", refused.message)
    elif not form.is_submitted() and (why := policy.why_not_report(found.comment)):
        raise WrongStage(why)
    return render_template("discussion/report_comment.html", found=found, form=form), form.status_code


@blueprint.get("/moderation")
@requires(runs_a_theme, message=ONLY_WHO_RUN_A_THEME)
def moderation_list() -> ResponseReturnValue:
    hidden = request.args.get("show") == "hidden"
    rows, after = moderation.listed(
        someone_at_hand(), hidden=hidden, after=request.args.get("after", type=row_number)
    )
    return render_template(
        "discussion/moderation_list.html", rows=rows, after=after, hidden=hidden, reasons=REASONS
    )


@blueprint.route("/comments/<int:comment_id>/moderate", methods=["GET", "POST"])
@requires(policy.can_moderate, of=places.comment_seen, message=policy.ONLY_MODERATORS)
def moderate_comment(found: SeenComment) -> ResponseReturnValue:
    comment, manager = found.comment, someone_at_hand()
    if comment.removed_at is not None:
        raise WrongStage("Its writer has removed it, so there is nothing left to do.")
    reports = queries.waiting_reports(comment)
    form = ModerateForm(is_hidden=comment.hidden_at is not None, is_reported=bool(reports))
    keep_reviewers_out(form, found.place.seen)
    if form.is_stale:
        raise Conflict("Another manager has settled it since you opened this page.")
    if form.validate_on_submit():
        if form.action.data == "hide":
            moderation.hide_comment(comment, manager, reason=form.said("why_hidden"))
            flash("The comment is hidden. We tell its writer why.")
        elif form.action.data == "dismiss":
            moderation.dismiss_reports(comment, manager, reason=form.said("note"))
            flash("The comment stays as it is.")
        else:
            moderation.restore_comment(comment, manager, reason=form.said("why_restored"))
            flash("The comment is shown again. We tell its writer.")
        return redirect(url_for("discussion.moderation_list"))
    return render_template(
        "discussion/moderate_comment.html", found=found, form=form, reports=reports, reasons=REASONS
    ), form.status_code


@blueprint.post(f"/proposals/<ref>/endorse/{KIND}")
@requires(signed_in, of=places.talked_about)
def endorse(place: Place, kind: str) -> ResponseReturnValue:
    person, endorsing = someone_at_hand(), Endorsing(kind)
    if why := policy.why_not_endorse(person, place.standing, place.proposal, endorsing):
        raise NotAllowed(why)
    services.endorse(place.proposal, person, endorsing)
    flash(THANKS[endorsing])
    return redirect(place.url)


@blueprint.post(f"/proposals/<ref>/endorse/{KIND}/take-back")
@requires(signed_in, of=places.talked_about)
def take_back_endorsement(place: Place, kind: str) -> ResponseReturnValue:
    """Also where they could not endorse it any more."""
    services.take_back_endorsement(place.proposal, someone_at_hand(), Endorsing(kind))
    flash("You have taken it back.")
    return redirect(place.url)


@blueprint.get(f"/proposals/<ref>/endorsements/{KIND}")
@requires(
    policy.reads_endorsers, of=places.talked_about, message="Members of the network read who endorses it."
)
def endorsements(place: Place, kind: str) -> ResponseReturnValue:
    endorsing = Endorsing(kind)
    rows, after = queries.endorsers(
        place.proposal, endorsing, after=request.args.get("after", type=row_number)
    )
    voices = queries.voices(place.proposal, place.forum)
    return render_template(
        "discussion/endorsements.html", place=place, kind=endorsing, rows=rows, after=after, voices=voices
    )


@blueprint.post("/proposals/<ref>/follow")
@requires(signed_in, of=places.talked_about)
def follow(place: Place) -> ResponseReturnValue:
    services.follow(place.proposal, someone_at_hand())
    flash("You follow it. We tell you what becomes of it, here and by e-mail.")
    return redirect(place.url)


@blueprint.route("/proposals/<ref>/unfollow", methods=["GET", "POST"])
@requires(signed_in, of=places.talked_about)
def unfollow(place: Place) -> ResponseReturnValue:
    """Reading it asks, as e-mails link here."""
    form = OnceForm()
    if form.validate_on_submit():
        services.unfollow(place.proposal, someone_at_hand())
        flash("You no longer follow it.")
        return redirect(place.url)
    return render_template("discussion/unfollow.html", place=place, form=form), form.status_code


@blueprint.get("/following")
@requires(signed_in)
def following() -> ResponseReturnValue:
    rows, after = queries.following(someone_at_hand(), after=request.args.get("after", type=row_number))
    return render_template("discussion/following.html", rows=rows, after=after)
