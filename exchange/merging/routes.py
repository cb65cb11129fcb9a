"""Pages of merging: proposing it, answering, taking it back, and undoing it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, signed_in, someone_at_hand
from exchange.errors import NotAllowed, NotFound
from exchange.forms import OnceForm
from exchange.merging import page, policy, queries, services
from exchange.merging.forms import AGREE, AnswerMergeForm, MergeForm, UndoMergeForm
from exchange.merging.models import Merge, MergeOutcome
from exchange.merging.queries import SeenMerge
from exchange.merging.services import CannotMerge
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.proposals.page import title_of
from exchange.proposals.policy import Seen
from exchange.proposals.services import check
from exchange.proposals.similar_page import similar_page
from exchange.proposals.unnaming import names_of_reviewers
from exchange.similarity import Heading
from exchange.wording import joined

blueprint = Blueprint("merging", __name__)

UNKNOWN = "There is no proposal with this reference that you can read"


@blueprint.route("/proposals/<ref>/merge", methods=["GET", "POST"])
@requires(policy.can_propose, of=proposals.seen, message=policy.ONLY_PROPOSERS)
def merge(seen: Seen) -> ResponseReturnValue:
    source, person = seen.proposal, someone_at_hand()
    check(source, "merge", person)
    form, waiting = MergeForm(data={"into": request.args.get("into", "")}), queries.waiting_of(source)
    if not form.is_submitted() and waiting is not None and not services.why_lapsed(waiting):
        return redirect(url_for("merging.answer_merge", ref=source.reference))
    target = _other(form.into.data or "") if form.is_submitted() else None
    form.keep_out(_names_known(source, target))
    if form.validate_on_submit():
        if target is None:
            form.add_error("into", UNKNOWN)
        else:
            try:
                proposed = services.propose_merge(source, target, person, reason=form.reason.data)
            except CannotMerge as refused:
                form.add_error("into", refused.message)
            else:
                flash(_what_now(proposed))
                return redirect(url_for("proposals.show", ref=source.reference))
    similar = similar_page(person, Heading(source.title, source.summary), besides=source.id, merging=seen)
    return render_template(
        "merging/merge.html",
        seen=seen,
        form=form,
        title=title_of(seen),
        similar=[item for item in similar.items if item.merge],
    ), form.status_code


@blueprint.route("/proposals/<ref>/merge/answer", methods=["GET", "POST"])
@requires(policy.reads_waiting, of=queries.proposed, message=policy.ONLY_CHAMPIONS)
def answer_merge(found: SeenMerge) -> ResponseReturnValue:
    """Whoever else takes part reads what is proposed, and who has yet to answer."""
    person, form = someone_at_hand(), AnswerMergeForm()
    services.check_answerable(found.merge)
    if form.is_submitted() and not policy.can_answer(person, found):
        raise NotAllowed(policy.ONLY_CHAMPIONS)
    if form.validate_on_submit():
        if form.answer.data == AGREE:
            services.agree_to_merge(found.merge, person)
            flash(_what_now(found.merge))
        else:
            services.refuse_merge(found.merge, person, reason=form.reason.data or "")
            flash("The two stay as they are. We tell who proposed it.")
        own = found.source if found.source.standing.is_on_team else found.target
        return redirect(url_for("proposals.show", ref=own.proposal.reference))
    return render_template(
        "merging/answer_merge.html", found=found, waiting=page.waiting_box(found.merge, person), form=form
    ), form.status_code


@blueprint.route("/proposals/<ref>/merge/take-back", methods=["GET", "POST"])
@requires(policy.proposed_it, of=queries.proposed, message=policy.ONLY_WHO_PROPOSED)
def take_back_merge(found: SeenMerge) -> ResponseReturnValue:
    form = OnceForm()
    services.refuse_unless_waiting(found.merge)
    if form.is_submitted():
        services.take_back_merge(found.merge, someone_at_hand())
        flash("You have taken it back. The two stay as they are.")
        return redirect(url_for("proposals.show", ref=found.source.proposal.reference))
    return render_template("merging/take_back_merge.html", found=found, form=form)


@blueprint.route("/proposals/<ref>/undo-merge", methods=["GET", "POST"])
@requires(signed_in, of=queries.undoable)
def undo_merge(seen: Seen) -> ResponseReturnValue:
    source, person, form = seen.proposal, someone_at_hand(), UndoMergeForm()
    target = source.merged_into
    form.keep_out(_names_known(source, target))
    services.check_undoing(source, person)
    if form.validate_on_submit():
        services.undo_merge(source, person, reason=form.reason.data)
        flash(f"{source.reference} stands by itself again, at “{source.stage.label}”.")
        return redirect(url_for("proposals.show", ref=source.reference))
    merge = queries.standing_of(source)
    people, comments = queries.counts_of(merge) if merge else (0, 0)
    return render_template(
        "merging/undo_merge.html", seen=seen, form=form, people=people, comments=comments
    ), form.status_code


def _other(ref: str) -> Proposal | None:
    """The proposal with this reference, if the person at hand sees it; of a merged one, nothing."""
    try:
        return proposals.seen(someone_at_hand(), ref.strip()).proposal
    except NotFound:
        return None


def _names_known(*both: Proposal | None) -> list[str]:
    """Of the reviewers of those that the person at hand acts on: to anybody else a refusal would tell who they are."""
    person = someone_at_hand()
    return [
        name
        for each in both
        if each is not None and proposals.standing_in(person, each).is_staff
        for name in names_of_reviewers(each)
    ]


def _what_now(merge: Merge) -> str:
    if merge.outcome is MergeOutcome.DONE:
        return (
            f"{merge.source.reference} continues in {merge.target.reference} now. We tell everyone concerned."
        )
    names = joined([each.name for each in merge.awaited])
    return f"We ask {names}. It is merged as soon as both champions have agreed."
