"""Pages of this feature's actions: checking and submitting a proposal, and requesting changes to one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, someone_at_hand
from exchange.errors import UnmetNeeds
from exchange.forms import OnceForm
from exchange.proposals import answers, policy, queries, record, services
from exchange.proposals.choices import choices
from exchange.proposals.forms import DeclareForm, ReopenForm, TransferForm
from exchange.proposals.lifecycle import ACTIONS, Stage
from exchange.proposals.page import preview_of, title_of
from exchange.proposals.policy import Seen
from exchange.proposals.queries import usual_changes_due
from exchange.proposals.routes.blueprint import blueprint
from exchange.proposals.services import NobodyToManage
from exchange.proposals.similar_page import heading_of, similar_page
from exchange.proposals.unnaming import names_of_reviewers
from exchange.region import queries as region

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
        panel_waits=queries.panel_waits(seen.proposal),
    )


@blueprint.route("/proposals/<ref>/recall", methods=["GET", "POST"])
@requires(policy.is_champion, of=queries.seen, message="Only the champion can take it back.")
def recall(seen: Seen) -> ResponseReturnValue:
    proposal, person, form = seen.proposal, someone_at_hand(), OnceForm()
    services.check(proposal, "recall", person)
    if form.is_submitted():
        services.recall(proposal, person)
        flash("You have taken it back. Change what you like, then submit it again.")
        return redirect(url_for("proposals.edit", ref=proposal.reference))
    return render_template(
        "proposals/recall.html",
        seen=seen,
        form=form,
        campaign_missed=queries.campaign_missed_by_recall(proposal),
    )


@blueprint.route("/proposals/<ref>/transfer", methods=["GET", "POST"])
@requires(policy.is_manager, of=queries.seen, message=ONLY_MANAGER)
def transfer(seen: Seen) -> ResponseReturnValue:
    proposal, person, form = seen.proposal, someone_at_hand(), TransferForm()
    form.keep_out(names_of_reviewers(proposal))
    others = {theme.id: theme for theme in region.themes() if theme.id != proposal.lead_theme_id}
    form.theme.choices = [(theme.id, theme.name) for theme in others.values()]
    services.check(proposal, "transfer", person)
    if form.validate_on_submit():
        theme = others[form.theme.data]
        try:
            services.transfer(proposal, person, theme, reason=form.reason.data)
        except NobodyToManage as nobody:
            form.add_error("theme", nobody.message)
        else:
            flash(f"{proposal.reference} is moved to {theme.name}. Its programme manager goes on with it.")
            return redirect(url_for("assessment.triage"))
    return render_template("proposals/transfer.html", seen=seen, form=form), form.status_code


@blueprint.route("/proposals/<ref>/reopen", methods=["GET", "POST"])
@requires(policy.is_manager, of=queries.seen, message=ONLY_MANAGER)
def reopen(seen: Seen) -> ResponseReturnValue:
    proposal, person, form = seen.proposal, someone_at_hand(), ReopenForm()
    form.keep_out(names_of_reviewers(proposal))
    services.check(proposal, "reopen", person)
    if form.validate_on_submit():
        services.reopen(proposal, person, reason=form.reason.data, due=form.due.data)
        flash(f"Reopened. {proposal.champion.name} is asked to change it and submit it again.")
        return redirect(url_for("proposals.show", ref=proposal.reference))
    if not form.is_submitted():
        form.due.process(None, usual_changes_due())
    return render_template("proposals/reopen.html", seen=seen, form=form), form.status_code


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
        campaign_missed=queries.campaign_missed(proposal),
        is_champion=seen.standing.is_champion,
        similar=similar_page(person, heading_of(proposal), besides=proposal.id, merging=seen),
    )
