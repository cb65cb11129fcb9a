"""Pages of this feature's actions: checking and submitting a proposal, and requesting changes to one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange import clock
from exchange.access import requires, someone_at_hand
from exchange.errors import UnmetNeeds, WrongStage
from exchange.proposals import answers, policy, queries, record, services
from exchange.proposals.choices import choices
from exchange.proposals.forms import DeclareForm, RequestChangesForm
from exchange.proposals.lifecycle import ACTIONS, Stage
from exchange.proposals.page import preview_of, title_of
from exchange.proposals.policy import Seen
from exchange.proposals.routes.blueprint import blueprint
from exchange.region import queries as region
from exchange.working_days import add_working_days

ONLY_TEAM = "Only its team can read this page."
ONLY_CHAMPION = "Only the champion can submit it."
ONLY_MANAGER = "Only the programme manager of its lead theme can do this."


@blueprint.get("/proposals/<ref>/check")
@requires(policy.can_edit, of=queries.seen, message=ONLY_TEAM)
def check(seen: Seen) -> ResponseReturnValue:
    return _check_page(seen, DeclareForm())


@blueprint.get("/proposals/<ref>/preview")
@requires(policy.is_on_team, of=queries.seen, message=ONLY_TEAM)
def preview(seen: Seen) -> ResponseReturnValue:
    return render_template("proposals/preview.html", seen=seen, page=preview_of(seen))


@blueprint.route("/proposals/<ref>/submit", methods=["GET", "POST"])
@requires(policy.is_champion, of=queries.seen, message=ONLY_CHAMPION)
def submit(seen: Seen) -> ResponseReturnValue:
    proposal, person = seen.proposal, someone_at_hand()
    if request.method == "GET":
        return redirect(url_for("proposals.check", ref=proposal.reference))
    form = DeclareForm()
    try:
        services.check(proposal, "submit", person)
    except UnmetNeeds as unmet:
        for need in unmet.needs:
            form.add_error("", need)
        return _check_page(seen, form), 409
    if not form.validate():
        return _check_page(seen, form), 422
    services.submit(proposal, person)
    return redirect(url_for("proposals.submitted", ref=proposal.reference))


@blueprint.get("/proposals/<ref>/submitted")
@requires(policy.is_on_team, of=queries.seen, message=ONLY_TEAM)
def submitted(seen: Seen) -> ResponseReturnValue:
    """What happens next, for as long as it is what happens next."""
    if seen.proposal.stage is not Stage.SUBMITTED:
        return redirect(url_for("proposals.show", ref=seen.proposal.reference))
    rules = region.current().rules
    return render_template(
        "proposals/submitted.html",
        seen=seen,
        title=title_of(seen),
        quorum=rules["quorum"],
        days=rules["working_days"],
        managers=[each.name for each in queries.managers_of(seen.proposal)],
    )


@blueprint.route("/proposals/<ref>/request-changes", methods=["GET", "POST"])
@requires(policy.is_manager, of=queries.seen, message=ONLY_MANAGER)
def request_changes(seen: Seen) -> ResponseReturnValue:
    proposal, person = seen.proposal, someone_at_hand()
    form = RequestChangesForm()
    back = url_for("proposals.show", ref=proposal.reference)
    try:
        services.check(proposal, "request_changes", person)
    except WrongStage as wrong:
        if not form.is_submitted():
            raise
        form.add_error("", wrong.message)  # beside what was typed
        return render_template("proposals/request_changes.html", seen=seen, form=form, back_to=back), 409
    if form.validate_on_submit():
        services.request_changes(
            proposal, person, sections=form.sections.data, message=form.message.data, due=form.due.data
        )
        flash(f"{proposal.champion.name} is asked for changes.")
        return redirect(back)
    if not form.is_submitted():
        days = region.current().rules["changes_working_days"]
        form.due.process(None, add_working_days(clock.today(), days))
    status = 422 if form.is_submitted() else 200
    return render_template("proposals/request_changes.html", seen=seen, form=form, back_to=back), status


def _check_page(seen: Seen, form: DeclareForm) -> str:
    proposal = seen.proposal
    files = queries.attachments_worked_on(proposal)
    person = someone_at_hand()
    return render_template(
        "proposals/check.html",
        seen=seen,
        form=form,
        gaps=record.gaps(proposal.answers),
        sections=answers.asked_sections(proposal.answers, choices(), files),
        unmet=queries.unmet_needs(ACTIONS["submit"].name, proposal, person),
        is_champion=seen.standing.is_champion,
    )
