"""Pages of benefits: of one programme, of one figure, of all; promising, entering, confirming, correcting, taking back."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from exchange.access import (
    person_at_hand,
    public,
    public_where_found,
    requires,
    row_number,
    someone_at_hand,
)
from exchange.accounts.models import Person
from exchange.adoption import policy as adoption_policy
from exchange.adoption import queries as adoption
from exchange.adoption.queries import Place
from exchange.audience import Audience
from exchange.benefits import policy, queries, services, tables, words
from exchange.benefits.filters import TotalsForm
from exchange.benefits.forms import (
    ActForm,
    CorrectForm,
    EnterForm,
    SameForm,
    WithdrawForm,
)
from exchange.benefits.models import Benefit
from exchange.benefits.page import frozen_answers, page_of, promise_in_words
from exchange.benefits.promise_forms import CorrectPromiseForm, PromiseForm, WithdrawPromiseForm
from exchange.benefits.queries import Chosen, SeenBenefit, SeenPromise
from exchange.benefits.sums import Figure, Kind, Per, Period, Status
from exchange.benefits.totals_page import totals_page
from exchange.benefits.waiting import asked_to_confirm
from exchange.errors import WrongStage
from exchange.proposals.unnaming import keep_reviewers_out
from exchange.region import queries as region
from exchange.spread import queries as spread
from exchange.spread.queries import SeenProgramme

CODE = re.compile(r"[a-z0-9-]{1,80}")

blueprint = Blueprint("benefits", __name__)


@blueprint.app_template_filter()
def amount_of(benefit: Benefit, amount: int | None = None) -> str:
    """Its amount, or another of the same kind, with its unit."""
    amount = benefit.amount if amount is None else amount
    return words.amount_in_words(benefit.kind, amount, benefit.promise.unit if benefit.promise else "")


@blueprint.app_template_filter()
def kind_of(benefit: Benefit) -> str:
    return words.kind_in_words(benefit.kind, benefit.promise.unit if benefit.promise else "")


@blueprint.app_template_filter()
def how_sure(benefit: Benefit) -> str:
    return words.HOW_SURE[benefit.sureness]


@blueprint.app_template_filter()
def period_in_words(period: Period) -> str:
    return words.period_in_words(period)


@blueprint.get("/programmes/<slug>/benefits")
@public_where_found(spread.programme_seen)
def benefits(found: SeenProgramme) -> ResponseReturnValue:
    page = page_of(found, person_at_hand())
    return render_template(
        "benefits/benefits.html",
        found=found,
        page=page,
        compared=tables.compared(page),
        sites=tables.sites(page, found.programme),
    )


@blueprint.get("/programmes/<slug>/benefits/<int:number>")
@public_where_found(queries.benefit_seen)
def benefit(seen: SeenBenefit) -> ResponseReturnValue:
    person = person_at_hand()
    return render_template(
        "benefits/benefit.html",
        seen=seen,
        can_confirm=person is not None and policy.can_confirm(person, seen),
        can_correct=person is not None and policy.can_correct(person, seen),
        reads_reasons=policy.reads_unconfirmed(person, seen.found.standing),
        elsewhere=queries.meetings(seen.benefit.as_figure).elsewhere,
    )


@blueprint.route("/programmes/<slug>/promises/new", methods=["GET", "POST"])
@requires(adoption_policy.manages, of=spread.programme_seen, message=policy.ONLY_MANAGERS)
def write_promise(found: SeenProgramme) -> ResponseReturnValue:
    answers = frozen_answers(found)
    asked = [(each.question.id, each.question.label) for each in answers]
    form = PromiseForm(asked, queries.promises_of(found.programme))
    keep_reviewers_out(form, found.seen)
    if form.validate_on_submit():
        assert form.value is not None
        services.write_promise(
            found.programme,
            someone_at_hand(),
            kind=form.kind_said(),
            unit=form.unit_said,
            amount=form.value,
            per=Per(form.per.data),
            question=form.question.data,
            audience=Audience(form.audience.data),
        )
        flash("The promise is written down.")
        return _to_benefits(found)
    return render_template(
        "benefits/write_promise.html", found=found, form=form, answers=answers
    ), form.status_code


@blueprint.route("/programmes/<slug>/promises/<int:number>/correct", methods=["GET", "POST"])
@requires(policy.can_correct_promise, of=queries.promise_seen, message=policy.ONLY_MANAGERS)
def correct_promise(seen: SeenPromise) -> ResponseReturnValue:
    form = CorrectPromiseForm(seen.promise)
    keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit():
        assert form.value is not None
        services.correct_promise(
            seen.promise,
            someone_at_hand(),
            amount=form.value,
            per=Per(form.per.data),
            audience=Audience(form.audience.data),
            reason=form.reason.data,
            seen=form.seen,
        )
        flash("The promise is corrected. What it was stays beside it.")
        return _to_benefits(seen.found)
    answers = frozen_answers(seen.found)
    return render_template(
        "benefits/correct_promise.html", seen=seen, form=form, answers=answers
    ), form.status_code


@blueprint.route("/programmes/<slug>/promises/<int:number>/take-back", methods=["GET", "POST"])
@requires(policy.can_correct_promise, of=queries.promise_seen, message=policy.ONLY_MANAGERS)
def withdraw_promise(seen: SeenPromise) -> ResponseReturnValue:
    if queries.has_figures(seen.promise):
        raise WrongStage(services.HAS_FIGURES, heading="This promise cannot be taken back")
    form = WithdrawPromiseForm(seen.promise)
    keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit():
        services.withdraw_promise(seen.promise, someone_at_hand(), reason=form.reason.data, seen=form.seen)
        flash("The promise is taken back. It stays on this page with the reason.")
        return _to_benefits(seen.found)
    return render_template(
        "benefits/withdraw_promise.html", seen=seen, form=form, promised=promise_in_words(seen.promise)
    ), form.status_code


@blueprint.route("/programmes/<slug>/benefits/enter/<organisation_id>", methods=["GET", "POST"])
@requires(policy.can_enter, of=adoption.place, message=policy.ONLY_ENTERERS)
def enter_benefit(place: Place) -> ResponseReturnValue:
    person, programme = someone_at_hand(), place.found.programme
    may_confirm = policy.confirms(person, place.found.standing, place.organisation.id)
    others = [each for each in queries.promises_read(place.found) if each.kind is Kind.OTHER]
    form = EnterForm(others, may_confirm=may_confirm)
    keep_reviewers_out(form, place.found.seen)
    if form.is_submitted() and form.is_placed:
        form.meet(queries.meetings(_wanted(form, place)))
    if form.validate_on_submit():
        assert form.period is not None
        made = services.enter_benefit(
            programme,
            place.organisation.id,
            person,
            form.said,
            kind=form.kind_said(),
            promise=form.promise,
            period=form.period,
            is_confirmed=form.is_confirmed,
            counted_in=form.counted_in,
        )
        flash(_entered(made, place, person, may_confirm=may_confirm))
        return _to_benefits(place.found)
    return render_template("benefits/enter_benefit.html", place=place, form=form), form.status_code


@blueprint.route("/programmes/<slug>/benefits/<int:number>/correct", methods=["GET", "POST"])
@requires(policy.can_correct, of=queries.benefit_seen, message=policy.ONLY_CONFIRMERS)
def correct_benefit(seen: SeenBenefit) -> ResponseReturnValue:
    _check_stands(seen)
    person = someone_at_hand()
    form = CorrectForm(seen.benefit, may_confirm=policy.can_confirm(person, seen))
    keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit():
        services.correct_benefit(
            seen.benefit,
            person,
            form.said,
            reason=form.reason.data,
            is_confirmed=form.is_confirmed,
            seen=form.seen,
        )
        waits = "" if form.is_confirmed else " It counts once it is confirmed."
        flash(f"The figure is corrected. What it was stays beside it.{waits}")
        return _to_benefit(seen)
    return render_template("benefits/correct_benefit.html", seen=seen, form=form), form.status_code


@blueprint.route("/programmes/<slug>/benefits/<int:number>/confirm", methods=["GET", "POST"])
@requires(policy.can_confirm, of=queries.benefit_seen, message=policy.ONLY_CONFIRMERS)
def confirm_benefit(seen: SeenBenefit) -> ResponseReturnValue:
    _check_stands(seen)
    if seen.benefit.status is Status.CONFIRMED:
        raise WrongStage("This figure is confirmed already.")
    form = ActForm(seen.benefit)
    if form.validate_on_submit():
        services.confirm_benefit(seen.benefit, someone_at_hand(), seen=form.seen)
        counts = " It counts now." if seen.benefit.counts else " It counts where it was counted before."
        flash(f"The figure is confirmed.{counts}")
        return _to_benefit(seen)
    return render_template("benefits/confirm_benefit.html", seen=seen, form=form), form.status_code


@blueprint.route("/programmes/<slug>/benefits/<int:number>/take-back", methods=["GET", "POST"])
@requires(policy.can_confirm, of=queries.benefit_seen, message=policy.ONLY_CONFIRMERS)
def withdraw_benefit(seen: SeenBenefit) -> ResponseReturnValue:
    _check_stands(seen)
    form = WithdrawForm(seen.benefit)
    keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit():
        services.withdraw_benefit(seen.benefit, someone_at_hand(), reason=form.reason.data, seen=form.seen)
        flash("The figure is taken back. Its months are free for another.")
        return _to_benefits(seen.found)
    return render_template("benefits/withdraw_benefit.html", seen=seen, form=form), form.status_code


@blueprint.route("/programmes/<slug>/benefits/<int:number>/counted-in", methods=["GET", "POST"])
@requires(policy.can_confirm, of=queries.benefit_seen, message=policy.ONLY_CONFIRMERS)
def count_benefit_in(seen: SeenBenefit) -> ResponseReturnValue:
    _check_stands(seen)
    elsewhere = queries.meetings(seen.benefit.as_figure).elsewhere
    if not elsewhere:
        raise WrongStage(
            "No other programme has a figure of this organisation for the same months, so nothing is counted twice."
        )
    form = SameForm(seen.benefit, elsewhere)
    if form.validate_on_submit():
        services.count_benefit_in(seen.benefit, someone_at_hand(), form.counted_in, seen=form.seen)
        flash("It is counted in the other programme." if form.counted_in else "It counts for itself.")
        return _to_benefit(seen)
    return render_template("benefits/count_benefit_in.html", seen=seen, form=form), form.status_code


@blueprint.get("/benefits")
@public
def totals() -> ResponseReturnValue:
    form = _filters()
    page = totals_page(_chosen(form), form.chosen, person_at_hand())
    return render_template(
        "benefits/totals.html",
        form=form,
        page=page,
        chosen=form.chosen,
        tables=tables.totals(page),
        returns=tables.returns(page),
    )


@blueprint.get("/benefits/figures")
@public
def figures() -> ResponseReturnValue:
    """The figures behind a total. Filters that name nothing are left out, and a cursor that is gone starts again."""
    form = _filters()
    kind = request.args.get("kind", "")
    chosen = replace(
        _chosen(form),
        programme=_code("programme"),
        organisation=_code("organisation"),
        kind=kind if kind in set(Kind) else "",
    )
    kept = {name: value for name, value in vars(chosen).items() if value not in {"", None}}
    return render_template(
        "benefits/figures.html",
        found=queries.figures_that_count(chosen, request.args.get("after", type=row_number)),
        named=queries.named(chosen),
        back=form.chosen,
        kept=kept,
    )


def _filters() -> TotalsForm:
    form = TotalsForm(request.args)
    form.offer_years(queries.years(), request.args.get("year", ""))
    form.theme.choices = [(theme.id, theme.name) for theme in region.themes()]
    form.priority.choices = [(priority.id, priority.name) for priority in region.priorities()]
    return form


def _chosen(form: TotalsForm) -> Chosen:
    said = form.chosen
    year = int(said["year"]) if "year" in said else None
    return Chosen(theme=said.get("theme", ""), priority=said.get("priority", ""), year=year)


def _code(name: str) -> str:
    """Of the address, where it can be one: a database is never asked for what it cannot hold."""
    said = request.args.get(name, "")
    return said if CODE.fullmatch(said) else ""


def _wanted(form: EnterForm, place: Place) -> Figure:
    """The new figure, as far as it is to be held against others."""
    assert form.period is not None
    line = form.promise.number if form.promise else None
    organisation, programme = place.organisation.id, place.found.programme.id
    return Figure(programme, 0, organisation, form.kind_said(), line, form.period, 0, Status.WAITING)


def _check_stands(seen: SeenBenefit) -> None:
    if seen.benefit.status is Status.WITHDRAWN:
        raise WrongStage("This figure was taken back. Enter another where it is needed.")


def _entered(made: Benefit, place: Place, person: Person, *, may_confirm: bool) -> str:
    if made.counted_in is not None:
        return f"The figure of {place.organisation.name} is saved. It is counted in the other programme."
    if made.status is Status.CONFIRMED:
        return f"The figure of {place.organisation.name} is saved, and it counts."
    saved = f"The figure of {place.organisation.name} is saved. It counts once it is confirmed"
    if any(each.id != person.id for each in asked_to_confirm(made)):
        return f"{saved}: we have asked for that."
    return f"{saved}. Confirm it on its page when you are sure." if may_confirm else f"{saved}."


def _to_benefits(found: SeenProgramme) -> Response:
    return redirect(url_for("benefits.benefits", slug=found.programme.slug))


def _to_benefit(seen: SeenBenefit) -> Response:
    slug, number = seen.found.programme.slug, seen.benefit.number
    return redirect(url_for("benefits.benefit", slug=slug, number=number))
