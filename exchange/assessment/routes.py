"""Pages of assessment: a round's start and end, its panel, and what waits for managers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, signed_in, someone_at_hand
from exchange.assessment import feedback, forms, policy, queries, services, tables
from exchange.assessment.blueprint import blueprint
from exchange.assessment.deliberation.queries import questions_read, still_open
from exchange.assessment.models import Interest
from exchange.assessment.queries import Assigned, Panel, Place, Staffed
from exchange.errors import Conflict, WrongStage
from exchange.forms import Form
from exchange.proposals import invitations, joining
from exchange.proposals import policy as proposals_policy
from exchange.proposals import queries as proposals
from exchange.proposals.joining import SeenRequest
from exchange.proposals.models import Invitation
from exchange.proposals.page import with_tabs
from exchange.proposals.policy import Seen
from exchange.proposals.services import check, decline_invitation, decline_request
from exchange.proposals.tabs import tabs_for
from exchange.region import queries as region
from exchange.wording import day, joined

ONLY_MANAGERS = "Only a programme manager of the lead theme who has no interest in the proposal can do this."
ONLY_STAFF = "Only the staff of its lead theme who have no interest in it yet can declare one here."
ONLY_CHAMPION_ANSWERS = "Only the champion answers who asks to join the team."
ONLY_CHAMPION = "Only the champion can withdraw the proposal."

PERIODS = {"90-days": "Last 90 days", "12-months": "Last 12 months", "all": "All time"}


@blueprint.route("/proposals/<ref>/start-assessment", methods=["GET", "POST"])
@requires(policy.manages, of=proposals.seen, message=ONLY_MANAGERS)
def start_assessment(seen: Seen) -> ResponseReturnValue:
    person, proposal = someone_at_hand(), seen.proposal
    check(proposal, "start_assessment", person)
    starting = queries.starting(proposal, person)
    form = forms.StartAssessmentForm(starting.candidates, starting.lacking)
    if form.validate_on_submit():
        round_ = services.start_assessment(proposal, person, form.reviewers.people)
        started = "goes on" if starting.resting else "started"
        flash(f"Assessment {started}. Reviews are due on {day(round_.due)}.")
        return redirect(url_for("assessment.reviewers", ref=proposal.reference))
    return _form("start_assessment", form, seen=seen, starting=starting)


@blueprint.route("/proposals/<ref>/request-changes", methods=["GET", "POST"])
@requires(policy.manages, of=proposals.seen, message=ONLY_MANAGERS)
def request_changes(seen: Seen) -> ResponseReturnValue:
    person, proposal, form = someone_at_hand(), seen.proposal, forms.RequestChangesForm(seen.proposal)
    form.keep_out(queries.names_of_reviewers(proposal))
    check(proposal, "request_changes", person)
    if form.validate_on_submit():
        services.request_changes(
            proposal, person, sections=form.sections.data, message=form.message.data, due=form.due.data
        )
        flash(f"{proposal.champion.name} is asked for changes.")
        return _to_proposal(seen)
    if not form.is_submitted():
        form.due.process(None, proposals.usual_changes_due())
    return _form("request_changes", form, seen=seen, round=queries.open_round(proposal))


@blueprint.get("/proposals/<ref>/reviewers")
@requires(signed_in, of=queries.staffed)
def reviewers(staffed: Staffed) -> ResponseReturnValue:
    return render_template("assessment/reviewers.html", staffed=staffed, tabs=_tabs(staffed.seen))


@blueprint.route("/proposals/<ref>/add-reviewers", methods=["GET", "POST"])
@requires(signed_in, of=queries.staffed)
def add_reviewers(staffed: Staffed) -> ResponseReturnValue:
    candidates = queries.candidates(staffed.seen.proposal, someone_at_hand())
    form = forms.AddReviewersForm(candidates)
    _refuse_ended(staffed)
    if form.is_submitted() and all(candidate.conflict for candidate in candidates):
        raise Conflict("There is nobody else to add.")
    if form.validate_on_submit():
        services.add_reviewers(
            staffed.round, someone_at_hand(), form.reviewers.people, reason=form.reason.data
        )
        flash("Added to the panel. We have asked them to declare and review.")
        return _back_to_reviewers(staffed)
    return _form("add_reviewers", form, staffed=staffed, candidates=candidates)


@blueprint.route("/proposals/<ref>/reviewers/<letter>/remove", methods=["GET", "POST"])
@requires(signed_in, of=queries.place)
def remove_reviewer(found: tuple[Staffed, Place]) -> ResponseReturnValue:
    staffed, place = found
    form = forms.RemoveReviewerForm()
    _refuse_ended(staffed)
    if form.validate_on_submit():
        services.remove_reviewer(place.assignment, someone_at_hand(), reason=form.reason.data)
        flash(f"Reviewer {place.assignment.letter} is off the panel.")
        return _back_to_reviewers(staffed)
    return _form("remove_reviewer", form, staffed=staffed, place=place)


@blueprint.route("/proposals/<ref>/extend", methods=["GET", "POST"])
@requires(signed_in, of=queries.staffed)
def extend(staffed: Staffed) -> ResponseReturnValue:
    form = forms.ExtendForm(staffed.round.due)
    _refuse_ended(staffed)
    if form.validate_on_submit():
        services.extend(staffed.round, someone_at_hand(), due=form.due.data, reason=form.reason.data)
        flash(f"Reviews are now due on {day(form.due.data)}.")
        return _back_to_reviewers(staffed)
    return _form("extend", form, staffed=staffed)


@blueprint.route("/proposals/<ref>/declare", methods=["GET", "POST"])
@requires(signed_in, of=queries.assigned)
def declare(assigned: Assigned) -> ResponseReturnValue:
    ref = assigned.seen.proposal.reference
    form = forms.DeclareForm(
        is_declared=assigned.is_declared, is_submitted=assigned.is_submitted, is_open=assigned.round.is_open
    )
    if not form.validate_on_submit():
        reading = proposals.reading(assigned.seen)
        return _form("declare", form, assigned=assigned, answers=reading.answers)
    interest = Interest(form.interest.data)
    reason = form.reason.data if interest is Interest.INTEREST else ""
    services.declare(assigned.assignment, interest, reason=reason)
    if interest is Interest.NONE:
        return redirect(url_for("assessment.review", ref=ref))
    flash(
        f"Thank you for saying so. You are no longer a reviewer of {ref}. We have told its programme manager."
    )
    return redirect(url_for("assessment.reviews"))


@blueprint.route("/proposals/<ref>/declare-interest", methods=["GET", "POST"])
@requires(policy.is_staff, of=proposals.seen, message=ONLY_STAFF)
def declare_interest(seen: Seen) -> ResponseReturnValue:
    form, ref = forms.DeclareInterestForm(), seen.proposal.reference
    if not form.validate_on_submit():
        return _form("declare_interest", form, seen=seen)
    services.declare_interest(seen.proposal, someone_at_hand(), reason=form.reason.data)
    flash(f"Thank you for saying so. You no longer act on {ref}. We tell those who do.")
    return redirect(url_for("reports.my_work"))


@blueprint.get("/proposals/<ref>/assessment")
@requires(signed_in, of=queries.panel)
def assessment(panel: Panel) -> ResponseReturnValue:
    return _assessment(panel)


@blueprint.get("/proposals/<ref>/assessment/<int:number>")
@requires(signed_in, of=queries.panel_of)
def earlier_assessment(panel: Panel) -> ResponseReturnValue:
    return _assessment(panel)


@blueprint.route("/proposals/<ref>/close-assessment", methods=["GET", "POST"])
@requires(policy.manages, of=proposals.seen, message=ONLY_MANAGERS)
def close_assessment(seen: Seen) -> ResponseReturnValue:
    person = someone_at_hand()
    check(seen.proposal, "close_assessment", person)
    panel = queries.panel(person, seen.proposal.reference)
    form = forms.close_form(panel.round.rubric, queries.names_of_reviewers(seen.proposal))
    is_sound, previews = form.validate_on_submit(), "preview" in request.form
    if is_sound and not previews:
        services.close_assessment(
            seen.proposal,
            person,
            panel_summary=form.panel_summary.data,
            feedback=form.feedback.data,
            feedback_by_criterion=form.by_criterion,
        )
        flash("Assessment closed. The theme director decides next.")
        return _to_proposal(seen)
    return render_template(
        "assessment/close_assessment.html",
        form=form,
        panel=panel,
        figures=tables.figures(panel),
        open_questions=still_open(questions_read(person, panel.seen)),
        preview=feedback.in_one(form.feedback.data, form.by_criterion, panel.criteria) if is_sound else "",
    ), 422 if form.is_submitted() and not is_sound else 200


@blueprint.route("/proposals/<ref>/withdraw", methods=["GET", "POST"])
@requires(policy.is_champion, of=proposals.seen, message=ONLY_CHAMPION)
def withdraw(seen: Seen) -> ResponseReturnValue:
    person, form = someone_at_hand(), forms.WithdrawForm()
    check(seen.proposal, "withdraw", person)
    if form.validate_on_submit():
        services.withdraw(seen.proposal, person, reason=form.reason.data)
        flash(f"{seen.proposal.reference} is withdrawn.")
        return _to_proposal(seen)
    return _form("withdraw", form, seen=seen)


@blueprint.route("/proposals/<ref>/invitation", methods=["GET", "POST"])
@requires(signed_in, of=invitations.to_person)
def invitation(found: Invitation) -> ResponseReturnValue:
    """Here and not with the proposals, as who joins a team may bind its reviewers."""
    person, form = someone_at_hand(), forms.InvitationForm()
    if reason := invitations.why_not_answered(found):
        raise WrongStage(reason)
    if form.validate_on_submit():
        if form.answer.data == "accept":
            services.accept_invitation(found, person)
            flash("You have joined the team.")
            return redirect(url_for("proposals.show", ref=found.proposal.reference))
        decline_invitation(found, person)
        flash("You have declined. The champion is told.")
        return redirect(url_for("reports.my_work"))
    return _form("invitation", form, invitation=found, loses_role=policy.assesses(person))


@blueprint.route("/proposals/<ref>/team/requests/<int:request_id>", methods=["GET", "POST"])
@requires(proposals_policy.leads_team_of, of=joining.to_team, message=ONLY_CHAMPION_ANSWERS)
def answer_request(found: SeenRequest) -> ResponseReturnValue:
    """Here and not with the proposals, as who joins a team may bind its reviewers."""
    person, form, request_ = someone_at_hand(), forms.AnswerRequestForm(), found.request
    if request_.outcome is not None:
        raise Conflict(f"{request_.person.name} waits for no answer any more.")
    if form.validate_on_submit():
        if form.answer.data == "accept":
            services.accept_request(request_, person)
            flash(f"{request_.person.name} is a co-author now.")
        else:
            decline_request(request_, person)
            flash(f"You have declined. We tell {request_.person.name}.")
        return redirect(url_for("proposals.team", ref=found.seen.proposal.reference))
    return _form("answer_request", form, found=found, seen=found.seen)


@blueprint.get("/triage")
@requires(policy.is_manager, message="This page is for programme managers.")
def triage() -> ResponseReturnValue:
    person = someone_at_hand()
    themes = [theme.name for theme in region.themes() if theme.id in policy.themes_managed(person)]
    return render_template("assessment/triage.html", sections=queries.triage(person), themes=joined(themes))


@blueprint.get("/leniency")
@requires(policy.is_manager, message="This page is for programme managers.")
def leniency() -> ResponseReturnValue:
    report = queries.leniency_report(someone_at_hand())
    return render_template(
        "assessment/leniency.html",
        report=report,
        why_untold=tables.WHY_UNTOLD[report.untold] if report.untold else "",
        reviewers=tables.leniency(report),
        proposals=tables.adjusted_scores(report),
    )


@blueprint.get("/stage-clocks")
@requires(policy.is_manager, message="This page is for programme managers.")
def stage_clocks() -> ResponseReturnValue:
    asked = request.args.get("period", "")
    period = asked if asked in queries.PERIODS else "12-months"
    since = queries.period_since(period)
    themes = queries.theme_clocks(someone_at_hand(), since)
    return render_template(
        "assessment/stage_clocks.html",
        themes=[(each, tables.usual_stays(each), tables.days_waiting(each)) for each in themes],
        since=since,
        periods=[
            {"text": text, "href": url_for("assessment.stage_clocks", period=key), "current": key == period}
            for key, text in PERIODS.items()
        ],
    )


def _form(page: str, form: Form, **more: object) -> ResponseReturnValue:
    """The page that asks; 422 when what was sent is to mend."""
    return render_template(f"assessment/{page}.html", form=form, **more), form.status_code


def _assessment(panel: Panel) -> str:
    return render_template(
        "assessment/assessment.html",
        panel=panel,
        figures=tables.figures(panel),
        reviews=tables.reviews(panel),
        scores=tables.scores(panel),
        asked_questions=questions_read(someone_at_hand(), panel.seen),
        tabs=_tabs(panel.seen),
    )


def _tabs(seen: Seen) -> list[dict[str, object]]:
    """The proposal's pages side by side, this one marked."""
    return with_tabs(seen.proposal, tabs_for(seen, someone_at_hand()), request.path)


def _refuse_ended(staffed: Staffed) -> None:
    if staffed.round.is_suspended:
        raise WrongStage(services.RESTS)
    if not staffed.round.is_open:
        raise WrongStage("This assessment has ended, so its panel can no longer be changed.")


def _back_to_reviewers(staffed: Staffed) -> ResponseReturnValue:
    return redirect(url_for("assessment.reviewers", ref=staffed.seen.proposal.reference))


def _to_proposal(seen: Seen) -> ResponseReturnValue:
    return redirect(url_for("proposals.show", ref=seen.proposal.reference))
