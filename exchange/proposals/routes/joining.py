"""Pages of those who find that somebody proposed it before them: what is similar, and asking to join its team."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, someone_at_hand
from exchange.forms import OnceForm
from exchange.plain_text import show_unsavable
from exchange.proposals import joining, policy, queries, record, services
from exchange.proposals.forms import AskToJoinForm
from exchange.proposals.joining import SeenRequest
from exchange.proposals.page import title_of
from exchange.proposals.policy import Seen
from exchange.proposals.routes.blueprint import blueprint
from exchange.proposals.services import CannotAsk
from exchange.proposals.similar_page import heading_of, similar_page
from exchange.similarity import Heading

NOT_NOW = "Its team can change the answers while it is a draft, and while changes are requested."
ONLY_MEMBERS = "Members of the network propose."
ONLY_WHO_ASKED = "Only who asked can take it back."
LONGEST_TYPED = 5_000


@blueprint.post("/proposals/find-similar")
@requires(policy.can_propose, message=ONLY_MEMBERS)
def find_similar() -> ResponseReturnValue:
    """What the script asks while a name and a summary are typed: the list, and what is said of it."""
    typed = [show_unsavable(request.form.get(name, "")[:LONGEST_TYPED]) for name in ("title", "summary")]
    person = someone_at_hand()
    page = similar_page(
        person, Heading(*typed), besides=queries.own_id(person, request.form.get("besides", ""))
    )
    html = render_template("proposals/_similar_list.html", page=page, in_form=True)
    return jsonify(told=page.told, html=html)


@blueprint.get("/proposals/<ref>/similar")
@requires(policy.can_edit, of=queries.seen, message=NOT_NOW)
def similar(seen: Seen) -> ResponseReturnValue:
    """What comes between saving and going on, for those whom no script has shown it."""
    then = request.args.get("then", "")
    ref = seen.proposal.reference
    onward = (
        url_for("proposals.edit_section", ref=ref, section=then)
        if then in record.SECTION_BY_ID
        else url_for("proposals.edit", ref=ref)
    )
    page = similar_page(someone_at_hand(), heading_of(seen.proposal), besides=seen.proposal.id, merging=seen)
    return render_template("proposals/similar.html", seen=seen, page=page, onward=onward)


@blueprint.route("/proposals/<ref>/team/ask", methods=["GET", "POST"])
@requires(policy.can_ask_to_join, of=queries.seen, message=policy.ONLY_READERS_ASK)
def ask_to_join(seen: Seen) -> ResponseReturnValue:
    form, person = AskToJoinForm(), someone_at_hand()
    before = joining.standing_request(person, seen.proposal)
    if form.validate_on_submit():
        try:
            services.ask_to_join(seen.proposal, person, form.note.data)
        except CannotAsk as refused:
            if before is not None:
                raise
            form.add_error("note", refused.message)
        else:
            flash(f"{seen.proposal.champion.name} is asked. We tell you what they answer.")
            return redirect(url_for("proposals.show", ref=seen.proposal.reference))
    return render_template(
        "proposals/ask_to_join.html",
        seen=seen,
        form=form,
        title=title_of(seen),
        before=before,
    ), form.status_code


@blueprint.route("/proposals/<ref>/team/ask/take-back", methods=["GET", "POST"])
@requires(policy.asked_it, of=joining.own, message=ONLY_WHO_ASKED)
def take_back_request(found: SeenRequest) -> ResponseReturnValue:
    form = OnceForm()
    if form.is_submitted():
        services.take_back_request(found.request, someone_at_hand())
        flash("You have taken your request back.")
        return redirect(url_for("proposals.show", ref=found.seen.proposal.reference))
    return render_template("proposals/take_back_request.html", found=found, seen=found.seen, form=form)
