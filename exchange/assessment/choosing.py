"""The page on which a manager fills many panels at once, from what the optimiser proposes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, someone_at_hand
from exchange.assessment import matching, policy, queries, rubric, services
from exchange.assessment.allocation import Missing
from exchange.assessment.blueprint import blueprint
from exchange.assessment.choosing_form import ChoosingForm, choosing_form, proposed_in, read_shown
from exchange.assessment.queries import AT_A_TIME, Vacancies
from exchange.assessment.routes import ONLY_MANAGERS
from exchange.errors import UnmetNeeds, WrongStage
from exchange.proposals import queries as proposals
from exchange.proposals.policy import Seen
from exchange.wording import counted, joined

MOST_PAGES = 10_000


@blueprint.route("/triage/choose-reviewers", methods=["GET", "POST"])
@requires(policy.is_manager, message="This page is for programme managers.")
def choose_reviewers() -> ResponseReturnValue:
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    if request.method == "POST":
        return _choose(read_shown(request.form.get("shown")), page=page)
    return _propose(queries.vacancies(someone_at_hand(), page), page=page)


@blueprint.route("/proposals/<ref>/choose-reviewers", methods=["GET", "POST"])
@requires(policy.manages, of=proposals.seen, message=ONLY_MANAGERS)
def choose_panel(seen: Seen) -> ResponseReturnValue:
    """The same for one proposal."""
    ref = seen.proposal.reference
    if request.method == "POST":
        return _choose([ref], seen)
    vacancies = queries.vacancies_of(someone_at_hand(), [ref])
    if not vacancies.some:
        raise WrongStage("Its panel has no empty place, so there is nobody to choose.")
    return _propose(vacancies, seen)


def _propose(vacancies: Vacancies, seen: Seen | None = None, page: int = 1) -> ResponseReturnValue:
    if rubric.latest() is None:
        raise UnmetNeeds([rubric.MISSING])
    proposed = matching.propose(vacancies)
    form = choosing_form(vacancies)(data=proposed_in(vacancies, proposed))
    return _page(form, seen, proposed.missing, page)


def _choose(references: Collection[str], seen: Seen | None = None, page: int = 1) -> ResponseReturnValue:
    """Does what was chosen; when anything changed meanwhile nothing, and the page says what, with all that was chosen."""
    manager = someone_at_hand()
    services.hold(references)
    form = choosing_form(queries.vacancies_of(manager, references))()
    if "count_again" in request.form:
        return _page(form, seen, page=page)
    if not form.validate():
        return _page(form, seen, page=page), 409 if form.is_stale else 422
    started, added = services.choose_reviewers(manager, form.wanted, reason=form.why)
    flash(_told(started, added))
    if seen is not None:
        return redirect(url_for(".reviewers", ref=seen.proposal.reference))
    return redirect(url_for(".choose_reviewers"))


def _page(form: ChoosingForm, seen: Seen | None, missing: Sequence[Missing] = (), page: int = 1) -> str:
    vacancies = form.vacancies
    why: dict[int, list[str]] = {vacancy.proposal.id: [] for vacancy in vacancies.some}
    for each in missing:
        why[each.proposal].append(matching.why_empty(each))
    return render_template(
        "assessment/choose_reviewers.html",
        form=form,
        seen=seen,
        vacancies=vacancies,
        why_empty=why,
        page=page,
        at_a_time=AT_A_TIME,
        loads=matching.loads(vacancies, form.chosen),
    )


def _told(started: int, added: int) -> str:
    parts = [
        counted(started, "assessment has started", "assessments have started") if started else "",
        counted(added, "panel has new reviewers", "panels have new reviewers") if added else "",
    ]
    said = joined([part for part in parts if part])
    return f"{said[:1].upper()}{said[1:]}. We have asked everyone you chose to declare and review."
