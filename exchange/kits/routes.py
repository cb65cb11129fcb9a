"""Pages of a programme's adoption kit: reading, printing, changing it, and its log of barriers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.access import person_at_hand, public_where_found, requires, row_number, someone_at_hand
from exchange.accounts import queries as accounts
from exchange.forms import OnceForm
from exchange.kits import content, forms, paper, policy, queries, services
from exchange.kits.page import page_of
from exchange.kits.queries import Adding, SeenPart, SeenSection
from exchange.kits.services import StaleKit
from exchange.proposals.documents import examine_all
from exchange.proposals.handing_out import hand_out
from exchange.proposals.services import TooManyFiles
from exchange.proposals.unnaming import keep_reviewers_out
from exchange.security_headers import as_file
from exchange.spread import queries as spread
from exchange.spread.queries import SeenProgramme
from exchange.storage import CannotKeep
from exchange.wording import counted

blueprint = Blueprint("kits", __name__)

CANNOT_KEEP = "No document can be kept at the moment, so none is added. Add them later"


@blueprint.get("/programmes/<slug>/kit")
@public_where_found(spread.programme_seen)
def kit(found: SeenProgramme) -> ResponseReturnValue:
    before = request.args.get("before", type=row_number)
    page = page_of(found, person_at_hand(), before)
    return render_template("kits/kit.html", found=found, page=page, before=before)


@blueprint.get("/programmes/<slug>/kit.pdf")
@public_where_found(spread.programme_seen)
def kit_pdf(found: SeenProgramme) -> ResponseReturnValue:
    name = f"{found.programme.slug}-adoption-kit.pdf"
    return as_file(paper.pdf_of(found), "application/pdf", name)


@blueprint.get("/programmes/<slug>/kit/files/<int:document_id>")
@public_where_found(queries.file_seen)
def document(seen: SeenPart) -> ResponseReturnValue:
    return hand_out(seen.part, _at(seen.found), "Back to the kit")


@blueprint.route("/programmes/<slug>/kit/edit/<section>", methods=["GET", "POST"])
@requires(policy.can_edit_section, of=queries.section_seen, message=policy.ONLY_EDITORS)
def edit_kit(seen: SeenSection) -> ResponseReturnValue:
    programme, section = seen.found.programme, seen.section
    form = forms.section_form(section, queries.values_of(queries.kit_of(programme)))
    keep_reviewers_out(form, seen.found.seen)
    theirs: dict[str, Any] = {}
    status = form.status_code
    if form.validate_on_submit():
        try:
            opened_at = form.state.data or ""
            services.edit_kit(programme, section, someone_at_hand(), form.said, opened_at_state=opened_at)
            flash("The kit is saved. Everyone can read it now.")
            return redirect(_at(seen.found, section.id))
        except StaleKit as stale:
            form.state.data = content.state_of(stale.theirs, section)
            theirs = {name: said for name, said in stale.theirs.items() if said != form.said[name]}
            status = 409
    return render_template(
        "kits/edit_kit.html",
        found=seen.found,
        section=section,
        form=form,
        theirs=theirs,
        is_stale=status == 409,
    ), status


@blueprint.route("/programmes/<slug>/kit/documents", methods=["GET", "POST"])
@requires(policy.can_edit, of=spread.programme_seen, message=policy.ONLY_EDITORS)
def documents(found: SeenProgramme) -> ResponseReturnValue:
    form, status = forms.DocumentsForm(), 200
    if form.is_submitted():
        status = 422
        added, refused = examine_all(form.documents.data)
        is_sound = form.validate()
        if refused:
            form.add_error("documents", refused)
        elif is_sound:
            try:
                count = services.add_documents(found.programme, someone_at_hand(), added)
                is_there = "Nothing was added: the kit has what you chose already."
                done = f"{counted(count, 'document').capitalize()} added. Everyone can open them now."
                flash(done if count else is_there)
                return redirect(url_for("kits.documents", slug=found.programme.slug))
            except TooManyFiles as many:
                room = (
                    f"Choose {counted(many.room, 'document')} or fewer" if many.room else "Remove one first"
                )
                form.add_error("documents", f"{room}. A kit can have {services.MOST_FILES}")
            except CannotKeep:
                form.add_error("documents", CANNOT_KEEP)
                status = 503
    files = queries.files_of(found.programme)
    return render_template("kits/documents.html", found=found, form=form, files=files), status


@blueprint.route("/programmes/<slug>/kit/documents/<int:document_id>/remove", methods=["GET", "POST"])
@requires(policy.can_edit_part, of=queries.file_seen, message=policy.ONLY_EDITORS)
def remove_document(seen: SeenPart) -> ResponseReturnValue:
    back = url_for("kits.documents", slug=seen.found.programme.slug)
    form, name = OnceForm(), seen.part.name
    if form.is_submitted():
        services.remove_document(seen.part, seen.found.programme, someone_at_hand())
        flash(f"“{name}” is removed.")
        return redirect(back)
    return _ask_to_remove(seen, form, name, back, "It is deleted. Whoever has a copy keeps it.")


@blueprint.route("/programmes/<slug>/kit/contacts", methods=["GET", "POST"])
@requires(policy.can_edit, of=spread.programme_seen, message=policy.ONLY_EDITORS)
def contacts(found: SeenProgramme) -> ResponseReturnValue:
    form = forms.ContactForm(queries.people_offered(found))
    keep_reviewers_out(form, found.seen)
    if form.validate_on_submit():
        person = accounts.person(form.person_id) if form.person_id else None
        services.add_contact(
            found.programme,
            someone_at_hand(),
            person=person,
            role=form.role.data or "",
            organisation=form.organisation.data or "",
            topic=form.topic.data,
        )
        flash("The contact is added.")
        return redirect(url_for("kits.contacts", slug=found.programme.slug))
    there = queries.contacts_of(found.programme)
    most = services.MOST_CONTACTS
    return render_template(
        "kits/contacts.html", found=found, form=form, contacts=there, most=most
    ), form.status_code


@blueprint.route("/programmes/<slug>/kit/contacts/<int:contact_id>/remove", methods=["GET", "POST"])
@requires(policy.can_remove_contact, of=queries.contact_seen, message=policy.ONLY_EDITORS)
def remove_contact(seen: SeenPart) -> ResponseReturnValue:
    edits = policy.edits(seen.found.standing)
    back = url_for("kits.contacts", slug=seen.found.programme.slug) if edits else _at(seen.found, "contacts")
    form, name = OnceForm(), seen.part.shown[0]
    if form.is_submitted():
        services.remove_contact(seen.part, seen.found.programme, someone_at_hand())
        flash(f"{name} is no longer a contact.")
        return redirect(back)
    return _ask_to_remove(seen, form, name, back, "The kit names them no longer.")


@blueprint.route("/programmes/<slug>/kit/barriers/add", methods=["GET", "POST"])
@requires(policy.can_add, of=queries.adding, message=policy.ONLY_ADOPTERS)
def add_barrier(adding: Adding) -> ResponseReturnValue:
    form = forms.BarrierForm(adding.organisations)
    keep_reviewers_out(form, adding.found.seen)
    if form.validate_on_submit():
        organisation = next(each for each in adding.organisations if each.id == form.organisation_id)
        services.add_barrier(
            adding.found.programme,
            organisation,
            someone_at_hand(),
            met_on=form.met_on.data,
            met=form.met.data,
            passed=form.passed.data or "",
        )
        flash("It is in the log. Everyone can read it now.")
        return redirect(_at(adding.found, "barriers"))
    return render_template("kits/add_barrier.html", adding=adding, form=form), form.status_code


@blueprint.route("/programmes/<slug>/kit/barriers/<int:barrier_id>/correct", methods=["GET", "POST"])
@requires(policy.can_correct, of=queries.barrier_seen, message=policy.ONLY_AUTHORS)
def correct_barrier(seen: SeenPart) -> ResponseReturnValue:
    person, barrier = someone_at_hand(), seen.part
    form = forms.CorrectForm(barrier, services.state_of(barrier), is_author=policy.is_author(person, seen))
    keep_reviewers_out(form, seen.found.seen)
    theirs: dict[str, Any] = {}
    status = form.status_code
    if form.validate_on_submit():
        said = {"met_on": form.met_on.data, "met": form.met.data, "passed": form.passed.data or ""}
        try:
            opened_at = form.state.data or ""
            services.correct_barrier(barrier, person, **said, reason=form.why, opened_at_state=opened_at)
            flash("It is corrected.")
            return redirect(_at(seen.found, "barriers"))
        except StaleKit as stale:
            form.state.data = services.state_of(barrier)
            theirs = {name: value for name, value in stale.theirs.items() if value != said[name]}
            status = 409
    return render_template(
        "kits/correct_barrier.html", seen=seen, form=form, theirs=theirs, is_stale=status == 409
    ), status


@blueprint.route("/programmes/<slug>/kit/barriers/<int:barrier_id>/hide", methods=["GET", "POST"])
@requires(policy.manages, of=queries.barrier_seen, message=policy.ONLY_MANAGERS)
def hide_barrier(seen: SeenPart) -> ResponseReturnValue:
    """Hides it with a reason; shows a hidden one again."""
    is_hidden = seen.part.hidden_at is not None
    form = OnceForm() if is_hidden else forms.HideForm()
    if isinstance(form, forms.HideForm):
        keep_reviewers_out(form, seen.found.seen)
    if form.validate_on_submit():
        if isinstance(form, forms.HideForm):
            services.hide_barrier(seen.part, someone_at_hand(), reason=form.reason.data)
            flash("It is hidden. Who wrote it is told why.")
        else:
            services.show_barrier(seen.part, someone_at_hand())
            flash("It is shown again.")
        return redirect(_at(seen.found, "barriers"))
    return render_template(
        "kits/hide_barrier.html", seen=seen, form=form, is_hidden=is_hidden
    ), form.status_code


def _ask_to_remove(seen: SeenPart, form: OnceForm, name: str, back: str, then: str) -> ResponseReturnValue:
    return render_template("kits/remove.html", seen=seen, form=form, name=name, back_to=back, then=then)


def _at(found: SeenProgramme, anchor: str = "") -> str:
    return url_for("kits.kit", slug=found.programme.slug, _anchor=anchor or None)
