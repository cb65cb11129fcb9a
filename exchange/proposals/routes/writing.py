"""Pages of the team: starting a proposal, its task list, its sections and their documents."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import requires, someone_at_hand
from exchange.errors import NotFound, WrongStage
from exchange.forms import OnceForm
from exchange.proposals import answers, campaigns, policy, queries, readership, record, services
from exchange.proposals.answers import Shown
from exchange.proposals.choices import Choices, choices
from exchange.proposals.documents import Document, examine_all
from exchange.proposals.forms import CompanyForm, EvidenceForm, NewForm, SectionForm, section_form
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.proposals.policy import Seen
from exchange.proposals.queries import SeenFile
from exchange.proposals.record import Section, Source
from exchange.proposals.routes.blueprint import blueprint
from exchange.proposals.services import StaleSection, TooManyFiles
from exchange.proposals.similar_page import SimilarPage, heading_of, similar_page
from exchange.proposals.task_list import requested, task_list
from exchange.similarity import Heading
from exchange.storage import CannotKeep
from exchange.wording import counted

IDEA = "idea"  # the section with name and summary
NOT_NOW = "Its team can change the answers while it is a draft, and while changes are requested."
ONLY_MEMBERS = "Members of the network propose. You take part where a team or a manager invites you."
ONLY_TEAM = "Only its team can write it."
NOT_OPEN = "The campaign is not open, so your proposal stands on its own."
CANNOT_KEEP = (
    "No document can be kept at the moment, so nothing is saved yet. "
    "Save your answers without documents, and add them later"
)
ONLY_CHAMPION = "Only the champion can delete it, and only before it is submitted."


@blueprint.route("/proposals/new", methods=["GET", "POST"])
@requires(policy.can_propose, message=ONLY_MEMBERS)
def new() -> ResponseReturnValue:
    """`campaign` in the address begins an answer to one, while it is open."""
    form, asked = NewForm(), request.args.get("campaign")
    campaign = campaigns.open_campaign(asked)
    form.lead_theme.choices = list(choices().offered(Source.THEMES).items())
    if form.validate_on_submit():
        proposal = services.create(someone_at_hand(), form.title.data, form.lead_theme.data, campaign)
        if asked and campaign is None:
            flash(NOT_OPEN, "important")
        return redirect(_past_similar(proposal) or url_for("proposals.edit", ref=proposal.reference))
    if campaign is not None and not form.is_submitted():
        form.lead_theme.data = campaign.theme_id
    similar = similar_page(someone_at_hand(), Heading(form.title.data or ""))
    return render_template(
        "proposals/new.html",
        form=form,
        similar=similar,
        campaign=campaign,
        not_open=NOT_OPEN if asked and campaign is None else "",
    ), form.status_code


@blueprint.get("/proposals/<ref>/edit")
@requires(policy.can_edit, of=queries.seen, message=NOT_NOW)
def edit(seen: Seen) -> ResponseReturnValue:
    return render_template("proposals/edit.html", page=task_list(seen, someone_at_hand()))


@blueprint.get("/proposals/<ref>/edit/<section>")
@requires(policy.can_edit, of=queries.seen, message=NOT_NOW)
def edit_section(seen: Seen, section: str) -> ResponseReturnValue:
    asked = _section(section, seen.proposal)
    return _page(seen, asked, _form(seen.proposal, asked, choices()))


@blueprint.post("/proposals/<ref>/edit/<section>")
@requires(policy.is_on_team, of=queries.seen, message=ONLY_TEAM)
def save_section(seen: Seen, section: str) -> ResponseReturnValue:
    """Whatever goes wrong, the page that comes back holds what was typed."""
    asked, lists = _section(section, seen.proposal), choices()
    form = _form(seen.proposal, asked, lists)
    added, refused = examine_all(form.sent if isinstance(form, EvidenceForm) else [])
    is_sound = form.validate()
    if refused:
        form.add_error("evidence_files", refused)
    if refused or not is_sound:
        return _page(seen, asked, form), 422
    try:
        _save(seen.proposal, asked, form, added)
    except StaleSection as stale:
        return _page(seen, asked, form, _theirs(seen.proposal, asked, form, stale, lists)), 409
    except TooManyFiles as many:
        room = f"Choose {counted(many.room, 'document')} or fewer" if many.room else "Remove a document first"
        form.add_error("evidence_files", f"{room}. A proposal can have {record.FILES_LIMIT}")
        return _page(seen, asked, form), 422
    except CannotKeep:
        form.add_error("evidence_files", CANNOT_KEEP)
        return _page(seen, asked, form), 503
    except WrongStage as wrong:
        form.add_error("", wrong.message)
        return _page(seen, asked, form), 409
    return redirect(_next_page(seen.proposal, asked))


@blueprint.route("/proposals/<ref>/files/<int:file_id>/remove", methods=["GET", "POST"])
@requires(policy.can_edit_file, of=queries.file_worked_on, message=NOT_NOW)
def remove_file(found: SeenFile) -> ResponseReturnValue:
    proposal = found.seen.proposal
    back = url_for("proposals.edit_section", ref=proposal.reference, section="evidence")
    form = OnceForm()
    if form.is_submitted():
        services.remove_attachment(found.attachment, someone_at_hand())
        flash(f"“{found.attachment.name}” is removed.")
        return redirect(back)
    return render_template("proposals/remove_file.html", form=form, found=found, back_to=back)


@blueprint.route("/proposals/<ref>/delete", methods=["GET", "POST"])
@requires(policy.can_delete, of=queries.seen, message=ONLY_CHAMPION)
def delete(seen: Seen) -> ResponseReturnValue:
    form = OnceForm()
    if form.is_submitted():
        title = seen.proposal.title
        services.delete_draft(seen.proposal, someone_at_hand())
        flash(f"The draft “{title}” is deleted.")
        return redirect(url_for("proposals.proposals"))
    return render_template("proposals/delete.html", form=form, seen=seen)


@blueprint.route("/proposals/<ref>/leave-campaign", methods=["GET", "POST"])
@requires(policy.can_edit, of=queries.seen, message=NOT_NOW)
def leave_campaign(seen: Seen) -> ResponseReturnValue:
    form, check = OnceForm(), url_for("proposals.check", ref=seen.proposal.reference)
    if form.is_submitted():
        services.leave_campaign(seen.proposal, someone_at_hand())
        flash("Your proposal no longer answers the campaign. You can submit it on its own.")
        return redirect(check)
    if not seen.proposal.answers.get("campaign"):
        return redirect(check)
    name = choices().name(Source.CAMPAIGNS, seen.proposal.answers["campaign"])
    return render_template(
        "proposals/leave_campaign.html", form=form, seen=seen, campaign=name, back_to=check
    )


def _section(id_: str, proposal: Proposal) -> Section:
    section = record.section_of(id_, proposal.answers)
    if section is None:
        raise NotFound
    return section


def _form(proposal: Proposal, asked: Section, lists: Choices) -> SectionForm:
    form = section_form(asked, proposal.answers, lists)
    for fixed in services.fixed_answers(proposal) & form._fields.keys():
        del form[fixed]
    if isinstance(form, EvidenceForm):
        attachments = queries.attachments_worked_on(proposal)
        form.show(attachments)
    if not form.is_submitted():
        form.state.data = services.section_state(proposal, asked)
    return form


def _save(proposal: Proposal, asked: Section, form: SectionForm, added: list[Document]) -> None:
    person = someone_at_hand()
    opened_at = form.state.data or services.section_state(proposal, asked)
    services.save_section(proposal, asked, form.answers, person, opened_at_state=opened_at)
    if isinstance(form, EvidenceForm):
        for attachment in queries.attachments_worked_on(proposal):
            if attachment.id in form.listed_ids:
                is_shared = str(attachment.id) in form.shareable.data
                services.share_attachment(attachment, person, shareable=is_shared)
        services.attach_all(proposal, person, added)


def _theirs(
    proposal: Proposal, asked: Section, form: SectionForm, stale: StaleSection, lists: Choices
) -> dict[str, Shown]:
    """What others answered meanwhile, to stand beside what was typed. The form then saves over both."""
    form.state.data = services.section_state(proposal, asked)
    for id_, value in stale.kept.items():
        form[id_].raw_data = None  # or it would show what was sent
        form[id_].process(None, value)
    if isinstance(form, CompanyForm):
        form.settle()
    questions = {question.id: question for question in record.asked_in(asked)}
    return {id_: answers.shown(questions[id_], stale.theirs, lists) for id_ in stale.theirs}


def _next_page(proposal: Proposal, asked: Section) -> str:
    """Where to go once it is saved."""
    ref = proposal.reference
    if file_id := request.form.get("remove", type=int):
        return url_for("proposals.remove_file", ref=ref, file_id=file_id)
    if "stay" in request.form:
        flash("Saved.")
        return url_for("proposals.edit_section", ref=ref, section=asked.id, _anchor="evidence_files")
    too_long = record.mistakes(asked, proposal.answers)
    if too_long:
        flash(f"Saved. {too_long[0].message}, so shorten it before you submit.", "important")
    if _comes_from_check():
        return url_for("proposals.check", ref=ref, _anchor=asked.id)
    sections = record.sections(proposal.answers)
    following = [each.id for each in sections].index(asked.id) + 1
    is_last = following == len(sections)
    if too_long or is_last or "later" in request.form or proposal.stage is not Stage.DRAFT:
        if "later" in request.form and not too_long:
            flash("Your answers are saved. Come back to them whenever you like.")
        return url_for("proposals.edit", ref=ref)
    then = sections[following].id
    if asked.id == IDEA and (similar := _past_similar(proposal, then)):
        return similar
    return url_for("proposals.edit_section", ref=ref, section=then)


def _past_similar(proposal: Proposal, then: str = "") -> str:
    """The page of similar proposals, when there is one among them that the form did not show, as none does without a script."""
    page = similar_page(someone_at_hand(), heading_of(proposal), besides=proposal.id)
    if not page.is_news(request.form.get("similar", "")):
        return ""
    return url_for("proposals.similar", ref=proposal.reference, then=then or None)


def _similar(proposal: Proposal, form: SectionForm) -> SimilarPage:
    """To what the form holds."""
    typed = Heading(form["title"].data or "", form["summary"].data or "")
    return similar_page(someone_at_hand(), typed, besides=proposal.id)


def _saved_by(proposal: Proposal, asked: Section) -> str:
    """Whose answers stand beside what was typed; oneself, in another tab, is "you"."""
    edit = queries.last_edit(proposal, asked.id)
    if edit is None or edit.actor is None:
        return "somebody else"
    return "you" if edit.actor_id == someone_at_hand().id else str(edit.actor.name)


def _comes_from_check() -> bool:
    return request.args.get("from") == "check"


def _page(seen: Seen, asked: Section, form: SectionForm, theirs: Mapping[str, Shown] | None = None) -> str:
    """The section's form; `theirs` are the answers that somebody else gave while this was being written."""
    proposal = seen.proposal
    return render_template(
        "proposals/edit_section.html",
        seen=seen,
        section=asked,
        form=form,
        attachments=queries.attachments_worked_on(proposal) if isinstance(form, EvidenceForm) else [],
        mistakes=[] if form.is_submitted() else record.mistakes(asked, proposal.answers),
        requested=requested(proposal),
        theirs=theirs or {},
        theirs_by=_saved_by(proposal, asked) if theirs else "",
        similar=_similar(proposal, form) if asked.id == IDEA else None,
        audiences=readership.by_audience() if asked.id == "sharing" else [],
        from_check=_comes_from_check(),
        fixed=[
            answers.shown(record.QUESTION_BY_ID[id_], proposal.answers, choices())
            for id_ in services.fixed_answers(proposal)
            if record.QUESTION_BY_ID[id_] in record.asked_in(asked)
        ],
    )
