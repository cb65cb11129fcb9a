"""Pages of networks: the list, one network, who belongs to it, joining and leaving, announcing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import (
    person_at_hand,
    public,
    public_where_found,
    requires,
    row_number,
    someone_at_hand,
)
from exchange.accounts.policy import is_member
from exchange.discussion.limits import TooMuch
from exchange.errors import WrongStage
from exchange.forms import OnceForm
from exchange.networks import policy, queries, services
from exchange.networks.forms import AnnounceForm, TakeDownForm
from exchange.networks.models import Announcement
from exchange.proposals.listing import Facet, Wanted
from exchange.proposals.listing_page import short_list
from exchange.region.models import Theme
from exchange.spread import queries as spread

blueprint = Blueprint("networks", __name__)

LATEST = 4


@blueprint.get("/networks")
@public
def networks() -> ResponseReturnValue:
    person = person_at_hand()
    can_join = person is not None and is_member(person)
    return render_template("networks/networks.html", listed=queries.networks(person), can_join=can_join)


@blueprint.get("/networks/<theme_id>")
@public_where_found(queries.network)
def network(theme: Theme) -> ResponseReturnValue:
    person, after = person_at_hand(), request.args.get("after", type=row_number)
    reads_inside = person is not None and policy.reads_inside(person, theme)
    announced, older = queries.announcements(theme, after=after) if reads_inside else ([], None)
    return render_template(
        "networks/network.html",
        theme=theme,
        members=queries.member_count(theme),
        is_mine=theme.id in queries.themes_joined(person),
        reads_inside=reads_inside,
        announces=person is not None and policy.announces(person, theme),
        why_closed=policy.why_closed(theme),
        announced=announced,
        older=older,
        after=after,
        proposals=short_list(person, Wanted(chosen={Facet.THEME: (theme.id,)})),
        programmes=spread.newest_programmes(LATEST, theme=theme.id),
    )


@blueprint.get("/networks/<theme_id>/members")
@requires(policy.reads_inside, of=queries.network, message=policy.ONLY_MEMBERS)
def members(theme: Theme) -> ResponseReturnValue:
    rows, after = queries.members(theme, after=request.args.get("after", type=row_number))
    return render_template(
        "networks/members.html", theme=theme, rows=rows, after=after, count=queries.member_count(theme)
    )


@blueprint.post("/networks/<theme_id>/join")
@requires(policy.reads_inside, of=queries.network, message=policy.ONLY_MEMBERS)
def join(theme: Theme) -> ResponseReturnValue:
    services.join(theme, someone_at_hand())
    flash(f"You belong to the network “{theme.name}”. We send you what is announced in it.")
    return redirect(url_for("networks.network", theme_id=theme.id))


@blueprint.route("/networks/<theme_id>/leave", methods=["GET", "POST"])
@requires(policy.reads_inside, of=queries.network, message=policy.ONLY_MEMBERS)
def leave(theme: Theme) -> ResponseReturnValue:
    """Reading it asks, as e-mails link here."""
    form = OnceForm()
    if form.validate_on_submit():
        services.leave(theme, someone_at_hand())
        flash(f"You have left the network “{theme.name}”.")
        return redirect(url_for("networks.network", theme_id=theme.id))
    return render_template("networks/leave.html", theme=theme, form=form), form.status_code


@blueprint.route("/networks/<theme_id>/announce", methods=["GET", "POST"])
@requires(policy.announces, of=queries.network, message=policy.ONLY_ITS_STAFF)
def announce(theme: Theme) -> ResponseReturnValue:
    if why := policy.why_closed(theme):
        raise WrongStage(why)
    form = AnnounceForm()
    if form.validate_on_submit():
        try:
            services.announce(theme, someone_at_hand(), form.title.data, form.text.data)
            flash("Your announcement is there. Members of the network get it by e-mail.")
            return redirect(url_for("networks.network", theme_id=theme.id))
        except TooMuch as refused:
            form.add_error("text", refused.message)
    members = queries.member_count(theme)
    return render_template(
        "networks/announce.html", theme=theme, form=form, members=members
    ), form.status_code


@blueprint.route("/networks/announcements/<int:announcement_id>/take-down", methods=["GET", "POST"])
@requires(policy.takes_down, of=queries.announcement, message=policy.ONLY_ITS_STAFF)
def take_down(announcement: Announcement) -> ResponseReturnValue:
    form = TakeDownForm()
    if form.validate_on_submit():
        services.take_down(announcement, someone_at_hand(), form.reason.data)
        flash("The announcement is taken down.")
        return redirect(url_for("networks.network", theme_id=announcement.theme_id))
    return render_template("networks/take_down.html", announcement=announcement, form=form), form.status_code
