"""Pages of the team: who writes a proposal, whom its champion invites, and who its champion is."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, someone_at_hand
from exchange.accounts.models import Person
from exchange.errors import Conflict, WrongStage
from exchange.forms import OnceForm
from exchange.proposals import invitations, policy, queries, services
from exchange.proposals.forms import ChampionForm, InviteForm
from exchange.proposals.invitations import SeenCoAuthor, SeenInvitation
from exchange.proposals.lifecycle import ENDED
from exchange.proposals.page import title_of
from exchange.proposals.policy import Seen
from exchange.proposals.routes.blueprint import blueprint
from exchange.proposals.services import CannotInvite
from exchange.proposals.team_page import team_page
from exchange.wording import day

ONLY_TEAM = "Only its team can read this page."
ONLY_CHAMPION = "Only the champion can do this."
ONLY_CO_AUTHORS = "Only co-authors can leave. A champion hands the proposal over first."
ONLY_MANAGER = "Only a programme manager of the lead theme who has no interest in the proposal can do this."


@blueprint.get("/proposals/<ref>/team")
@requires(policy.is_on_team, of=queries.seen, message=ONLY_TEAM)
def team(seen: Seen) -> ResponseReturnValue:
    return render_template("proposals/team.html", page=team_page(seen, someone_at_hand()))


@blueprint.route("/proposals/<ref>/team/invite", methods=["GET", "POST"])
@requires(policy.is_champion, of=queries.seen, message=ONLY_CHAMPION)
def invite(seen: Seen) -> ResponseReturnValue:
    form = InviteForm()
    if seen.proposal.stage in ENDED:
        raise WrongStage(services.NOBODY_INVITED_NOW.format(stage=seen.proposal.stage.label))
    if form.validate_on_submit():
        try:
            invitation = services.invite(seen.proposal, someone_at_hand(), form.email.data)
        except CannotInvite as refused:
            form.add_error("email", refused.message)
        else:
            flash(f"{invitation.email} is invited, and can answer until {day(invitation.expires_at)}.")
            return _to_team(seen)
    return render_template(
        "proposals/invite.html",
        seen=seen,
        form=form,
        title=title_of(seen),
        days=services.ANSWERED_WITHIN.days,
    ), form.status_code


@blueprint.route("/proposals/<ref>/team/invitations/<int:invitation_id>/take-back", methods=["GET", "POST"])
@requires(policy.leads_team_of, of=invitations.of_team, message=ONLY_CHAMPION)
def take_back_invitation(found: SeenInvitation) -> ResponseReturnValue:
    form = OnceForm()
    if form.is_submitted():
        services.take_back_invitation(found.invitation, someone_at_hand())
        flash(f"The invitation of {found.invitation.email} is taken back.")
        return _to_team(found.seen)
    return render_template("proposals/take_back_invitation.html", found=found, seen=found.seen, form=form)


@blueprint.route("/proposals/<ref>/team/<int:co_author_id>/remove", methods=["GET", "POST"])
@requires(policy.leads_team_of, of=invitations.co_author, message=ONLY_CHAMPION)
def remove_co_author(found: SeenCoAuthor) -> ResponseReturnValue:
    form = OnceForm()
    if form.is_submitted():
        services.remove_co_author(found.seen.proposal, found.co_author, someone_at_hand())
        flash(f"{found.co_author.name} is no longer on the team.")
        return _to_team(found.seen)
    return render_template("proposals/remove_co_author.html", found=found, seen=found.seen, form=form)


@blueprint.route("/proposals/<ref>/team/leave", methods=["GET", "POST"])
@requires(policy.is_co_author, of=queries.seen, message=ONLY_CO_AUTHORS)
def leave_team(seen: Seen) -> ResponseReturnValue:
    form = OnceForm()
    if form.is_submitted():
        title = title_of(seen)
        services.leave_team(seen.proposal, someone_at_hand())
        flash(f"You have left the team of “{title}”.")
        return redirect(url_for("reports.my_work"))
    return render_template("proposals/leave_team.html", seen=seen, form=form, title=title_of(seen))


@blueprint.route("/proposals/<ref>/team/hand-over", methods=["GET", "POST"])
@requires(policy.is_champion, of=queries.seen, message=ONLY_CHAMPION)
def hand_over(seen: Seen) -> ResponseReturnValue:
    form, able = _champion_form(seen)
    if form.validate_on_submit():
        to = able[form.champion.data]
        services.hand_over(seen.proposal, to, someone_at_hand())
        flash(f"{to.name} is the champion now. You are a co-author.")
        return _to_team(seen)
    return _champion_page("hand_over", seen, form)


@blueprint.route("/proposals/<ref>/team/appoint", methods=["GET", "POST"])
@requires(policy.is_manager, of=queries.seen, message=ONLY_MANAGER)
def appoint_champion(seen: Seen) -> ResponseReturnValue:
    services.refuse_unless_champion_left(seen.proposal)
    form, able = _champion_form(seen)
    if form.validate_on_submit():
        to = able[form.champion.data]
        services.appoint_champion(seen.proposal, to, someone_at_hand())
        flash(f"{to.name} is the champion now.")
        return redirect(url_for("proposals.show", ref=seen.proposal.reference))
    return _champion_page("appoint_champion", seen, form)


def _champion_form(seen: Seen) -> tuple[ChampionForm, dict[str, Person]]:
    """With the co-authors who can be champion, by what the form sends."""
    able = {str(each.id): each for each in seen.proposal.co_authors if policy.can_be_champion(each)}
    form = ChampionForm()
    if form.is_submitted() and not able:
        raise Conflict("Nobody on the team can be the champion any more.")
    form.champion.choices = [
        (id_, f"{each.name}, {each.organisation.name}" if each.organisation else each.name)
        for id_, each in able.items()
    ]
    return form, able


def _champion_page(template: str, seen: Seen, form: ChampionForm) -> ResponseReturnValue:
    page = render_template(f"proposals/{template}.html", seen=seen, form=form, title=title_of(seen))
    return page, form.status_code


def _to_team(seen: Seen) -> ResponseReturnValue:
    return redirect(url_for("proposals.team", ref=seen.proposal.reference))
