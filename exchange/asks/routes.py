"""Pages of asking to adopt: the ask, its conversation, and what comes of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, row_number, signed_in, someone_at_hand
from exchange.adoption import queries as adoption
from exchange.asks import policy, queries, services
from exchange.asks.forms import AskForm, MessageForm, SettleForm, TakeBackForm
from exchange.asks.policy import Side
from exchange.asks.queries import Asking, SeenAsk
from exchange.forms import OnceForm
from exchange.proposals.unnaming import keep_reviewers_out

blueprint = Blueprint("asks", __name__)


@blueprint.route("/programmes/<slug>/ask", methods=["GET", "POST"])
@requires(policy.can_ask, of=queries.asking, message=policy.ONLY_MEMBERS)
def ask(asking: Asking) -> ResponseReturnValue:
    form = AskForm()
    if asking.waiting is not None and asking.takes_part and not form.is_submitted():
        return _to_ask(asking.waiting.id)
    if form.validate_on_submit() and asking.organisation is not None:
        made = services.ask(asking.found.programme, asking.organisation, someone_at_hand(), form.message.data)
        flash("You asked. The programme manager and the champion are told, and answer here.")
        return _to_ask(made.id)
    is_eligible = asking.organisation is not None and any(
        each.organisation_id == asking.organisation.id for each in adoption.eligible(asking.found.programme)
    )
    return render_template(
        "asks/ask.html", asking=asking, form=form, is_eligible=is_eligible
    ), form.status_code


@blueprint.get("/asks")
@requires(signed_in)
def asks() -> ResponseReturnValue:
    person, before = someone_at_hand(), request.args.get("before", type=row_number)
    return render_template("asks/asks.html", page=queries.asks_of(person, before=before), before=before)


@blueprint.route("/asks/<int:ask_id>", methods=["GET", "POST"])
@requires(signed_in, of=queries.ask_seen)
def show(seen: SeenAsk) -> ResponseReturnValue:
    form, person, side = MessageForm(), someone_at_hand(), seen.side
    keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit() and side is not None:
        services.write(seen.ask, person, side, form.text.data)
        flash("Your message is sent.")
        return _to_ask(seen.ask.id)
    before = request.args.get("before", type=row_number)
    return render_template(
        "asks/show.html",
        seen=seen,
        form=form,
        talk=queries.conversation(seen.ask, before),
        before=before,
        adoption=queries.standing_of(seen.ask),
        colleagues=queries.colleagues_in(seen.ask),
        answering=queries.answering(seen.ask),
        is_manager=side is Side.MANAGER,
        why_not_write=services.why_not_write(seen.ask),
        has_asker_left=policy.has_asker_left(seen.ask),
        can_take_back=policy.can_take_back(person, seen),
    ), form.status_code


@blueprint.route("/asks/<int:ask_id>/join", methods=["GET", "POST"])
@requires(policy.can_join, of=queries.ask_known, message=policy.ONLY_COLLEAGUES)
def join(seen: SeenAsk) -> ResponseReturnValue:
    form = OnceForm()
    if form.is_submitted():
        services.join(seen.ask, someone_at_hand())
        flash("You take part now, and are told of new messages.")
        return _to_ask(seen.ask.id)
    return render_template("asks/join.html", seen=seen, form=form)


@blueprint.route("/asks/<int:ask_id>/settle", methods=["GET", "POST"])
@requires(policy.can_settle, of=queries.ask_seen, message=policy.ONLY_MANAGERS)
def settle(seen: SeenAsk) -> ResponseReturnValue:
    place = queries.standing_of(seen.ask)
    why_not = seen.found.why_not_adopt
    form = SettleForm(place.step if place else None, can_go_ahead=not why_not)
    keep_reviewers_out(form, seen.found.seen)
    if not form.is_submitted() and not seen.ask.is_waiting:
        return _to_ask(seen.ask.id)
    if form.validate_on_submit():
        manager = someone_at_hand()
        if form.goes_ahead:
            services.go_ahead(seen.ask, manager, step=form.chosen_step, note=form.agreed.data or "")
            flash(f"{seen.ask.organisation.name} goes ahead. Those who take part are told.")
        else:
            services.put_off(seen.ask, manager, reason=form.reason.data)
            flash("Recorded as not now. Those who take part are told why.")
        return _to_ask(seen.ask.id)
    return render_template(
        "asks/settle.html", seen=seen, form=form, adoption=place, why_not=why_not
    ), form.status_code


@blueprint.route("/asks/<int:ask_id>/take-back", methods=["GET", "POST"])
@requires(policy.can_take_back, of=queries.ask_seen, message=policy.ONLY_ASKERS)
def take_back(seen: SeenAsk) -> ResponseReturnValue:
    form = TakeBackForm()
    if not form.is_submitted() and not seen.ask.is_waiting:
        return _to_ask(seen.ask.id)
    if form.validate_on_submit():
        services.take_back(seen.ask, someone_at_hand(), reason=form.reason.data or "")
        flash("You took the ask back. Those who take part are told.")
        return _to_ask(seen.ask.id)
    return render_template("asks/take_back.html", seen=seen, form=form), form.status_code


def _to_ask(ask_id: int) -> ResponseReturnValue:
    return redirect(url_for("asks.show", ask_id=ask_id))
