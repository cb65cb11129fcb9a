"""Pages of what a panel asks the team, and of what it discusses."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, row_number, signed_in, someone_at_hand
from exchange.assessment.blueprint import blueprint
from exchange.assessment.deliberation import forms, queries, services
from exchange.assessment.deliberation.queries import Discussion, Questions, SeenQuestion
from exchange.assessment.queries import Assigned, assigned, names_of_reviewers
from exchange.errors import NotAllowed, WrongStage
from exchange.proposals.page import with_tabs
from exchange.proposals.policy import Seen
from exchange.proposals.tabs import tabs_for


@blueprint.get("/proposals/<ref>/questions")
@requires(signed_in, of=queries.questions)
def questions(found: Questions) -> ResponseReturnValue:
    return render_template(
        "assessment/questions.html", found=found, asked_most=queries.ASKED_MOST, tabs=_tabs(found.seen)
    )


@blueprint.route("/proposals/<ref>/questions/ask", methods=["GET", "POST"])
@requires(signed_in, of=assigned)
def ask_team(place: Assigned) -> ResponseReturnValue:
    form = forms.AskForm()
    if not place.is_declared:
        raise NotAllowed("Declare first whether you have an interest.")
    if not place.round.is_open:
        raise WrongStage(services.NOT_OPEN)
    if form.validate_on_submit():
        services.ask_team(place.assignment, form.question.data)
        flash("Your question is with the programme manager, who passes it on or tells you why not.")
        return _to_questions(place.seen)
    return render_template("assessment/ask_team.html", form=form, place=place), form.status_code


@blueprint.route("/proposals/<ref>/questions/<int:question_id>/settle", methods=["GET", "POST"])
@requires(signed_in, of=queries.question_to_settle)
def settle_question(found: SeenQuestion) -> ResponseReturnValue:
    question, manager = found.question, someone_at_hand()
    form = forms.SettleForm(question.text, names_of_reviewers(found.seen.proposal))
    if not form.is_submitted() and not question.waits_for_manager:
        return _to_questions(found.seen)
    if form.validate_on_submit():
        if form.is_passed_on:
            services.put_question(question, manager, put_as=form.put_as.data)
            flash("The team is asked. We have written to them.")
        else:
            services.decline_question(question, manager, reason=form.reason.data)
            flash("The question is not passed on. We have told its author.")
        return _to_questions(found.seen)
    return render_template("assessment/settle_question.html", form=form, found=found), form.status_code


@blueprint.route("/proposals/<ref>/questions/<int:question_id>/answer", methods=["GET", "POST"])
@requires(signed_in, of=queries.question_to_answer)
def answer_question(found: SeenQuestion) -> ResponseReturnValue:
    form = forms.AnswerForm()
    if not form.is_submitted() and not found.question.waits_for_team:
        return _to_questions(found.seen)
    if form.validate_on_submit():
        services.answer_question(found.question, someone_at_hand(), answer=form.answer.data)
        flash("Your answer is with the panel.")
        return _to_questions(found.seen)
    return render_template("assessment/answer_question.html", form=form, found=found), form.status_code


@blueprint.route("/proposals/<ref>/discussion", methods=["GET", "POST"])
@requires(signed_in, of=queries.discussion)
def discussion(found: Discussion) -> ResponseReturnValue:
    form = forms.MessageForm()
    if form.validate_on_submit():
        services.discuss(found.round, someone_at_hand(), form.text.data)
        flash("Your message is with the panel.")
        return redirect(url_for("assessment.discussion", ref=found.seen.proposal.reference))
    before = request.args.get("before", type=row_number)
    messages = queries.messages(someone_at_hand(), found, before=before)
    return render_template(
        "assessment/discussion.html", form=form, found=found, messages=messages, tabs=_tabs(found.seen)
    ), form.status_code


def _tabs(seen: Seen) -> list[dict[str, object]]:
    return with_tabs(seen.proposal, tabs_for(seen, someone_at_hand()), request.path)


def _to_questions(seen: Seen) -> ResponseReturnValue:
    return redirect(url_for("assessment.questions", ref=seen.proposal.reference))
