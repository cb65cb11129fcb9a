"""Pages of offers to other networks: making and following them for the staff, answering for whoever has the link."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import public, requires, row_number, someone_at_hand
from exchange.accounts.policy import ONLY_WHO_RUN_A_THEME, runs_a_theme
from exchange.proposals.unnaming import keep_reviewers_out
from exchange.spread.beyond import links, page, policy, queries, rules, services
from exchange.spread.beyond.forms import AgainForm, AnswerForm, FilterForm, offer_form
from exchange.spread.beyond.queries import SeenOffer
from exchange.spread.queries import SeenProgramme, programme_seen
from exchange.wording import joined

blueprint = Blueprint("beyond", __name__)


@blueprint.get("/offers")
@requires(runs_a_theme, message=ONLY_WHO_RUN_A_THEME)
def offers_made() -> ResponseReturnValue:
    """A filter that names nothing is left out; a cursor that is gone starts again."""
    form = FilterForm(request.args)
    after, before = (request.args.get(name, 0, type=row_number) for name in ("after", "before"))
    found = queries.offers_by(someone_at_hand(), answer=form.chosen, after=after, before=before)
    return render_template(
        "beyond/offers_made.html",
        found=found,
        lost=queries.undelivered(found.rows),
        form=form,
        page=page,
        offered=rules.OFFERED,
    )


@blueprint.get("/programmes/<slug>/offers")
@requires(policy.can_offer, of=programme_seen, message=policy.ONLY_STAFF)
def offers(found: SeenProgramme) -> ResponseReturnValue:
    offers = queries.offers_of(found.programme)
    return render_template(
        "beyond/offers.html",
        found=found,
        offers=offers,
        lost=queries.undelivered(offers),
        left=queries.networks_to_offer(found.programme),
        why_not=rules.NOT_OFFERED.get(found.programme.status, ""),
        page=page,
    )


@blueprint.route("/programmes/<slug>/offers/new", methods=["GET", "POST"])
@requires(policy.can_offer, of=programme_seen, message=policy.ONLY_STAFF)
def offer_programme(found: SeenProgramme) -> ResponseReturnValue:
    services.check_offered(found.programme)
    networks = queries.networks_to_offer(found.programme, request.form.getlist("networks"))
    form = offer_form(networks, queries.last_contacts(someone_at_hand(), networks))
    keep_reviewers_out(form, found.seen)
    if form.validate_on_submit():
        offers = services.offer_programme(
            found.programme, someone_at_hand(), form.contacts, form.message.data
        )
        flash(f"Offered to {joined([offer.network for offer in offers])}. The e-mail is on its way.")
        return redirect(url_for("beyond.offers", slug=found.programme.slug))
    return render_template("beyond/offer_programme.html", found=found, form=form), form.status_code


@blueprint.route("/programmes/<slug>/offers/<int:offer_id>/send-again", methods=["GET", "POST"])
@requires(policy.can_record, of=queries.offer_seen, message=policy.ONLY_STAFF)
def send_again(seen: SeenOffer) -> ResponseReturnValue:
    offer = seen.offer
    services.check_offered(offer.programme)
    form = AgainForm(data={"contact": offer.contact, "message": offer.message})
    keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit():
        services.send_again(offer, someone_at_hand(), form.contact.data, form.message.data)
        flash(f"Offered to {offer.network} again. The e-mail is on its way.")
        return redirect(url_for("beyond.offers", slug=offer.programme.slug))
    is_lost = bool(queries.undelivered([offer]))
    return render_template("beyond/send_again.html", seen=seen, form=form, is_lost=is_lost), form.status_code


@blueprint.route("/programmes/<slug>/offers/<int:offer_id>/answer", methods=["GET", "POST"])
@requires(policy.can_record, of=queries.offer_seen, message=policy.ONLY_STAFF)
def record_answer(seen: SeenOffer) -> ResponseReturnValue:
    offer, form = seen.offer, AnswerForm(seen.offer, by_staff=True)
    keep_reviewers_out(form, seen.found.seen)
    is_stale = form.is_submitted() and form.is_stale
    if form.validate_on_submit() and not is_stale:
        services.record_answer(offer, someone_at_hand(), form.said, expected=form.expected)
        shown = " Everyone can read it on the programme’s page." if offer.is_public else ""
        flash(f"The answer of {offer.network} is recorded.{shown}")
        return redirect(url_for("beyond.offers", slug=offer.programme.slug))
    if is_stale:
        form.keep_typed()
    status = 409 if is_stale else form.status_code
    return render_template(
        "beyond/record_answer.html", seen=seen, form=form, is_stale=is_stale, page=page
    ), status


@blueprint.route("/offers/answer/<answering>", methods=["GET", "POST"])
@public
def answer(answering: str) -> ResponseReturnValue:
    """For whoever has the link. Opening it changes nothing: mail programs open links by themselves."""
    offer = links.offer_of(answering)
    if offer is None:
        return render_template("beyond/link_ended.html"), 404
    services.check_answered_by_link(offer)
    form = AnswerForm(offer)
    is_stale = form.is_submitted() and form.is_stale
    if form.validate_on_submit() and not is_stale:
        services.answer_offer(offer, form.said, expected=form.expected)
        return redirect(url_for("beyond.answered", answering=answering))
    if is_stale:
        form.keep_typed()
    status = 409 if is_stale else form.status_code
    return render_template("beyond/answer.html", offer=offer, form=form, is_stale=is_stale, page=page), status


@blueprint.get("/offers/answered/<answering>")
@public
def answered(answering: str) -> ResponseReturnValue:
    offer = links.offer_of(answering)
    if offer is None or offer.answer is None:
        return render_template("beyond/link_ended.html"), 404
    return render_template("beyond/answered.html", offer=offer, page=page)
