"""Pages of campaigns: reading them and their answers, and running one from draft to results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange import clock
from exchange.access import person_at_hand, public, public_where_found, requires, someone_at_hand
from exchange.accounts.policy import themes_run
from exchange.campaigns import life, page, policy, queries, services
from exchange.campaigns.forms import CampaignForm, EndForm, ExtendForm, QuestionForm, ResultsForm
from exchange.campaigns.life import State
from exchange.campaigns.queries import SeenCampaign, SeenQuestion
from exchange.errors import WrongStage
from exchange.forms import OnceForm
from exchange.proposals.campaigns import Campaign
from exchange.proposals.listing_page import long_list
from exchange.proposals.record import MOST_CAMPAIGN_QUESTIONS, Needed
from exchange.proposals.similar_page import similar_page
from exchange.region import queries as region
from exchange.similarity import Heading
from exchange.wording import moment

blueprint = Blueprint("campaigns", __name__)


@blueprint.get("/campaigns")
@public
def campaigns() -> ResponseReturnValue:
    person = person_at_hand()
    return render_template(
        "campaigns/campaigns.html",
        page=page.list_page(person, request.args.get("after")),
        can_start=person is not None and policy.can_start(person),
    )


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
@requires(policy.can_start, message=policy.ONLY_STAFF)
def new() -> ResponseReturnValue:
    form = _form(None)
    if form.validate_on_submit():
        return _to(services.draft_campaign(someone_at_hand(), form.said), "check")
    return render_template("campaigns/edit.html", form=form, seen=None), form.status_code


@blueprint.get("/campaigns/<campaign_id>")
@public_where_found(queries.seen)
def show(seen: SeenCampaign) -> ResponseReturnValue:
    return render_template("campaigns/show.html", page=page.page_of(seen, person_at_hand()))


@blueprint.get("/campaigns/<campaign_id>/answers")
@public_where_found(queries.seen)
def answers(seen: SeenCampaign) -> ResponseReturnValue:
    person, cursor = person_at_hand(), request.args.get("cursor", "")
    return render_template(
        "campaigns/answers.html",
        seen=seen,
        count=queries.answer_count(person, seen.campaign),
        answers=long_list(person, queries.answers_to(seen.campaign, cursor=cursor)),
        is_first=not cursor,
    )


@blueprint.route("/campaigns/<campaign_id>/edit", methods=["GET", "POST"])
@requires(policy.runs_it, of=queries.seen, message=policy.ONLY_ITS_STAFF)
def edit(seen: SeenCampaign) -> ResponseReturnValue:
    form = _form(seen.campaign)
    _refuse_before_writing(form, life.why_not_change(seen.state))
    if form.validate_on_submit():
        services.edit_campaign(seen.campaign, someone_at_hand(), form.said)
        return _to(seen.campaign, "check")
    return render_template("campaigns/edit.html", form=form, seen=seen), form.status_code


@blueprint.route("/campaigns/<campaign_id>/check", methods=["GET", "POST"])
@requires(policy.runs_it, of=queries.seen, message=policy.ONLY_ITS_STAFF)
def check(seen: SeenCampaign) -> ResponseReturnValue:
    """What it says and asks until it opens, what is known already, and announcing it."""
    form, campaign, person = OnceForm(), seen.campaign, someone_at_hand()
    if form.is_submitted():
        services.announce_campaign(campaign, person)
        opens = life.state_of(campaign, clock.now()) is State.OPEN
        flash("It is open." if opens else f"It is announced, and opens on {moment(campaign.opens_at)}.")
        return _to(campaign)
    if life.why_not_change(seen.state):
        return _to(campaign)
    return render_template(
        "campaigns/check.html",
        form=form,
        page=page.page_of(seen, person),
        about=page.about_question,
        can_ask_more=len(seen.questions) < MOST_CAMPAIGN_QUESTIONS,
        why_not=""
        if seen.state is State.COMING
        else life.why_not_announce(campaign, seen.state, clock.now()),
        similar=similar_page(person, Heading(campaign.title, campaign.need)),
    )


@blueprint.route("/campaigns/<campaign_id>/questions/add", methods=["GET", "POST"])
@requires(policy.runs_it, of=queries.seen, message=policy.ONLY_ITS_STAFF)
def add_question(seen: SeenCampaign) -> ResponseReturnValue:
    form = QuestionForm()
    _refuse_before_writing(form, life.why_not_change(seen.state))
    if form.validate_on_submit():
        services.add_question(seen.campaign, someone_at_hand(), form.asked)
        return _to(seen.campaign, "check", _anchor="questions")
    return _question(form, seen, "Add a question")


@blueprint.route("/campaigns/<campaign_id>/questions/<asked>", methods=["GET", "POST"])
@requires(policy.runs_its, of=queries.question_seen, message=policy.ONLY_ITS_STAFF)
def change_question(found: SeenQuestion) -> ResponseReturnValue:
    question, seen = found.question, found.seen
    form = QuestionForm(question, is_needed=question.needed is Needed.TO_SUBMIT)
    _refuse_before_writing(form, life.why_not_change(seen.state))
    if form.validate_on_submit():
        services.change_question(seen.campaign, someone_at_hand(), question.id, form.asked)
        return _to(seen.campaign, "check", _anchor="questions")
    return _question(form, seen, "Change a question")


@blueprint.route("/campaigns/<campaign_id>/questions/<asked>/remove", methods=["GET", "POST"])
@requires(policy.runs_its, of=queries.question_seen, message=policy.ONLY_ITS_STAFF)
def remove_question(found: SeenQuestion) -> ResponseReturnValue:
    form, seen = OnceForm(), found.seen
    _refuse_before_writing(form, life.why_not_change(seen.state))
    if form.is_submitted():
        services.remove_question(seen.campaign, someone_at_hand(), found.question.id)
        return _to(seen.campaign, "check", _anchor="questions")
    return render_template("campaigns/remove_question.html", form=form, found=found)


@blueprint.route("/campaigns/<campaign_id>/delete", methods=["GET", "POST"])
@requires(policy.runs_it, of=queries.seen, message=policy.ONLY_ITS_STAFF)
def delete(seen: SeenCampaign) -> ResponseReturnValue:
    form = OnceForm()
    _refuse_before_writing(form, life.why_not_delete(seen.state))
    if form.is_submitted():
        title = seen.campaign.title
        services.delete_campaign(seen.campaign, someone_at_hand())
        flash(f"The draft “{title}” is deleted.")
        return redirect(url_for("campaigns.campaigns"))
    return render_template("campaigns/delete.html", form=form, seen=seen)


@blueprint.route("/campaigns/<campaign_id>/extend", methods=["GET", "POST"])
@requires(policy.runs_it, of=queries.seen, message=policy.ONLY_ITS_STAFF)
def extend(seen: SeenCampaign) -> ResponseReturnValue:
    form = ExtendForm(seen.campaign)
    _refuse_before_writing(form, life.why_not_go_on(seen.state))
    if form.validate_on_submit():
        closes_at: datetime = form.closes_at
        services.extend_campaign(
            seen.campaign, someone_at_hand(), closes_at=closes_at, reason=form.reason.data
        )
        flash(f"It stays open until {moment(closes_at)}. Those who are writing an answer are told.")
        return _to(seen.campaign)
    return render_template("campaigns/extend.html", form=form, seen=seen), form.status_code


@blueprint.route("/campaigns/<campaign_id>/end", methods=["GET", "POST"])
@requires(policy.runs_it, of=queries.seen, message=policy.ONLY_ITS_STAFF)
def end(seen: SeenCampaign) -> ResponseReturnValue:
    form = EndForm()
    _refuse_before_writing(form, life.why_not_go_on(seen.state))
    if form.validate_on_submit():
        services.end_campaign(seen.campaign, someone_at_hand(), reason=form.reason.data)
        flash("It has ended. Those who answered, or were about to, are told why.")
        return _to(seen.campaign)
    return render_template("campaigns/end.html", form=form, seen=seen), form.status_code


@blueprint.route("/campaigns/<campaign_id>/results", methods=["GET", "POST"])
@requires(policy.runs_it, of=queries.seen, message=policy.ONLY_ITS_STAFF)
def results(seen: SeenCampaign) -> ResponseReturnValue:
    campaign, person = seen.campaign, someone_at_hand()
    form = ResultsForm(data={"results": campaign.results, "thanks": campaign.thanks})
    _refuse_before_writing(form, life.why_not_results(seen.state))
    if form.validate_on_submit():
        written = {"results": form.results.data or "", "thanks": form.thanks.data or ""}
        is_public = campaign.results_published_at is not None
        if "publish" not in request.form and not is_public:
            services.save_results(campaign, person, **written)
            flash("Saved. Only the people who run the theme can read it until you publish it.")
            return _to(campaign, "results")
        if form.is_ready():
            services.publish_results(campaign, person, **written)
            flash("Changed." if is_public else "The results are published. Those who answered are told.")
            return _to(campaign)
    return render_template(
        "campaigns/results.html", form=form, seen=seen, to_decide=queries.still_to_decide(person, campaign)
    ), form.status_code


def _form(campaign: Campaign | None) -> CampaignForm:
    """Themes and priorities that have ended stay where they are chosen already."""
    held = [] if campaign is None else [campaign.theme, *campaign.themes]
    themes = list(dict.fromkeys([*region.themes(), *held]))
    kept = [] if campaign is None else campaign.priorities
    priorities = list(dict.fromkeys([*region.priorities(), *kept]))
    return CampaignForm(themes, themes_run(someone_at_hand()), priorities, campaign)


def _question(form: QuestionForm, seen: SeenCampaign, heading: str) -> ResponseReturnValue:
    return render_template(
        "campaigns/question.html", form=form, seen=seen, title_of_page=heading
    ), form.status_code


def _refuse_before_writing(form: OnceForm, why: str) -> None:
    """Nobody should fill in what will be refused. What was sent already is refused by the service, under its lock."""
    if why and not form.is_submitted():
        raise WrongStage(why)


def _to(campaign: Campaign, page_name: str = "show", **more: Any) -> ResponseReturnValue:
    return redirect(url_for(f"campaigns.{page_name}", campaign_id=campaign.id, **more))
