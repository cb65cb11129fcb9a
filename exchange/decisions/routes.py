"""Pages of decisions: the three actions, the decision pack, the letter, and the director's worklist."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, signed_in, someone_at_hand
from exchange.assessment import tables
from exchange.assessment.queries import names_of_reviewers
from exchange.decisions import forms, letters, paper, policy, queries, services, worklist
from exchange.decisions.models import DecisionKind
from exchange.decisions.pack import Pack, pack_seen
from exchange.decisions.queries import SeenLetters, letters_seen
from exchange.errors import NotFound
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.proposals.policy import Seen
from exchange.security_headers import as_file
from exchange.spread.queries import programme_of
from exchange.wording import counted, day

blueprint = Blueprint("decisions", __name__)


@blueprint.route("/proposals/<ref>/approve-spread", methods=["GET", "POST"])
@requires(policy.can_decide, of=proposals.seen, message=policy.ONLY_DIRECTORS)
def approve_spread(seen: Seen) -> ResponseReturnValue:
    return _decide(seen, DecisionKind.APPROVE_SPREAD)


@blueprint.route("/proposals/<ref>/develop", methods=["GET", "POST"])
@requires(policy.can_decide, of=proposals.seen, message=policy.ONLY_DIRECTORS)
def develop(seen: Seen) -> ResponseReturnValue:
    return _decide(seen, DecisionKind.DEVELOP)


@blueprint.route("/proposals/<ref>/refer-back", methods=["GET", "POST"])
@requires(policy.can_decide, of=proposals.seen, message=policy.ONLY_DIRECTORS)
def refer_back(seen: Seen) -> ResponseReturnValue:
    director, proposal, form = someone_at_hand(), seen.proposal, forms.ReferBackForm()
    services.check(proposal, "refer_back", director)
    if form.validate_on_submit():
        round_ = services.refer_back(proposal, director, questions=form.questions.data)
        flash(f"Referred back. The panel has until {day(round_.due)}.")
        return redirect(url_for("proposals.show", ref=proposal.reference))
    asked = {"form": form, "seen": seen, "due": queries.due_if_referred_back()}
    prepared = queries.prepared_now(proposal)
    return render_template("decisions/refer_back.html", prepared=prepared, **asked), form.status_code


@blueprint.route("/proposals/<ref>/decline", methods=["GET", "POST"])
@requires(policy.can_decline, of=proposals.seen, message=policy.ONLY_STAFF)
def decline(seen: Seen) -> ResponseReturnValue:
    return _decide(seen, DecisionKind.DECLINE)


@blueprint.get("/proposals/<ref>/decision-pack")
@requires(signed_in, of=pack_seen)
def decision_pack(found: Pack) -> ResponseReturnValue:
    panel = found.panel
    return render_template(
        "decisions/decision_pack.html",
        pack=found,
        figures=[*tables.figures(panel), tables.adjusted(found.adjusted)],
        about_adjusted=tables.ABOUT_ADJUSTED,
        scores=tables.scores(panel),
    )


@blueprint.get("/proposals/<ref>/decision-pack.pdf")
@requires(signed_in, of=pack_seen)
def decision_pack_pdf(found: Pack) -> ResponseReturnValue:
    name = f"{found.proposal.reference}-decision-pack.pdf"
    return as_file(paper.pdf_of(found, someone_at_hand()), "application/pdf", name)


@blueprint.get("/proposals/<ref>/letter", defaults={"number": None})
@blueprint.get("/proposals/<ref>/letter/<int:number>")
@requires(signed_in, of=letters_seen)
def letter(found: SeenLetters, number: int | None) -> ResponseReturnValue:
    """The newest letter, or an earlier one by its number, from 1."""
    count = len(found.letters)
    number = count if number is None else number
    if not 1 <= number <= count:
        raise NotFound
    shown = found.letters[count - number]
    return render_template(
        "decisions/letter.html", found=found, letter=shown, number=number, blocks=letters.blocks(shown.text)
    )


@blueprint.route("/proposals/<ref>/letter/prepared", methods=["GET", "POST"])
@requires(policy.can_decide, of=proposals.seen, message=policy.ONLY_DIRECTORS)
def edit_letter(seen: Seen) -> ResponseReturnValue:
    """The letter of a prepared decision, as it would go out if this director released it."""
    director, proposal, form = someone_at_hand(), seen.proposal, forms.EditLetterForm()
    draft = queries.letter_prepared(seen, director)
    decision = draft.decision
    allowed = [decision.talk_to, *(each.details for each in decision.asked)]
    form.keep_out(names_of_reviewers(proposal), allowed=allowed)
    services.check(proposal, decision.kind, director)
    status = 200
    if form.is_submitted():
        writes_again, status = forms.WRITE_AGAIN in request.form, 422
        if writes_again or form.validate():
            try:
                text = "" if writes_again else form.text.data
                services.edit_letter(proposal, director, text, opened_at=form.state.data or "")
                flash("The exchange writes the letter." if writes_again else "The letter is saved.")
                return redirect(url_for("decisions.decision_pack", ref=proposal.reference))
            except services.StaleDecision as stale:
                forms.show_stale(form, stale.theirs)
                status = 409
    else:
        form.text.data, form.state.data = draft.text, draft.state
    return render_template("decisions/edit_letter.html", seen=seen, draft=draft, form=form), status


@blueprint.get("/decisions")
@requires(policy.directs_a_theme)
def decisions() -> ResponseReturnValue:
    return render_template("decisions/decisions.html", worklist=worklist.worklist(someone_at_hand()))


@blueprint.route("/decisions/release", methods=["GET", "POST"])
@requires(policy.directs_a_theme)
def release() -> ResponseReturnValue:
    """Asks before several decisions are released together, and releases them, all or none."""
    director, form = someone_at_hand(), forms.ReleaseForm()
    references = list(dict.fromkeys(request.values.getlist("proposals")))
    found = worklist.prepared(director, references).rows
    if not found:
        flash("Select the decisions that you want to release.", "important")
        return redirect(url_for("decisions.decisions"))
    if form.is_submitted():
        services.release_several(
            [row.decision for row in found], director, asked=references, opened_at=form.state.data or ""
        )
        flash(f"Released {counted(len(found), 'decision')}. Each champion gets a letter.")
        return redirect(url_for("decisions.decisions"))
    form.state.data = services.marks([row.decision for row in found])
    return render_template("decisions/release.html", found=found, form=form)


def _decide(seen: Seen, kind: DecisionKind) -> ResponseReturnValue:
    actor, proposal = someone_at_hand(), seen.proposal
    if request.method == "POST":
        forms.empty_form(kind)  # a refusal then gives back what was typed, by its labels
    services.check(proposal, kind, actor)
    deciding = queries.deciding(seen, kind)
    form = forms.form_for(deciding)
    releases = forms.RELEASE in request.form or not deciding.can_prepare
    status = 200
    if form.is_submitted() and forms.ADD not in request.form:
        status = 422
        lacking = deciding.lacking(form.said) if releases else {}
        if form.validate_and_ask(lacking):
            try:
                do = services.release if releases else services.prepare
                do(proposal, kind, actor, form.said, opened_at=form.state.data or "")
                return _done(proposal, kind, releases)
            except services.StaleDecision as stale:
                forms.show_stale(form, stale.theirs)
                status = 409
    elif form.is_submitted():
        form.carry_ticks()
    return render_template(f"decisions/{kind}.html", deciding=deciding, form=form), status


def _done(proposal: Proposal, kind: DecisionKind, released: bool) -> ResponseReturnValue:
    if not released:
        flash("Saved. Only the theme’s directors see it until it is released.")
        return redirect(url_for("decisions.decision_pack", ref=proposal.reference))
    flash(f"Released. {proposal.champion.name} gets your letter.")
    programme = programme_of(proposal) if kind is DecisionKind.APPROVE_SPREAD else None
    if programme is not None:
        return redirect(url_for("spread.programme", slug=programme.slug))
    return redirect(url_for("proposals.show", ref=proposal.reference))
