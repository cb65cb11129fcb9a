"""Pages that read proposals: the list, one proposal, its history, its versions, two of them compared, and its
documents."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.access import person_at_hand, public, public_where_found, requires
from exchange.proposals import answers, page, policy, queries
from exchange.proposals.choices import choices
from exchange.proposals.comparison_page import comparison_page
from exchange.proposals.handing_out import hand_out
from exchange.proposals.listing_page import listing_page
from exchange.proposals.policy import Seen
from exchange.proposals.queries import SeenFile, SeenVersion
from exchange.proposals.routes.blueprint import blueprint
from exchange.proposals.similar_page import similar_for_triage


@blueprint.get("/proposals")
@public
def proposals() -> ResponseReturnValue:
    shown = listing_page(person_at_hand(), request.args)
    return render_template("proposals/proposals.html", page=shown)


@blueprint.get("/proposals/<ref>")
@public_where_found(queries.seen)
def show(seen: Seen) -> ResponseReturnValue:
    person = person_at_hand()
    return render_template(
        "proposals/show.html",
        page=page.page_of(seen, person),
        similar=similar_for_triage(person, seen),
        came_from=queries.came_from(seen.proposal, request.args.get("merged", "")),
    )


@blueprint.get("/proposals/<ref>/history")
@public_where_found(queries.seen)
def history(seen: Seen) -> ResponseReturnValue:
    person = person_at_hand()
    return render_template(
        "proposals/history.html",
        seen=seen,
        title=page.title_of(seen),
        entries=page.entries_of(seen, person),
        days=page.days_in_stages(seen),
        versions=seen.proposal.versions[::-1] if policy.reads_all_answers(person, seen) else [],
    )


@blueprint.get("/proposals/<ref>/versions/<int:number>")
@requires(access.signed_in, of=queries.version_read)
def version(found: SeenVersion) -> ResponseReturnValue:
    files = queries.attachments_read(found.seen, found.version)
    sections = answers.answered_sections(found.version.answers, choices(), files)
    links = page.contents_of(sections)
    return render_template("proposals/version.html", found=found, sections=sections, links=links)


@blueprint.get("/proposals/<ref>/compare")
@requires(access.signed_in, of=queries.seen_in_full)
def compare(seen: Seen) -> ResponseReturnValue:
    return render_template("proposals/compare.html", page=comparison_page(seen, request.args))


@blueprint.get("/proposals/<ref>/files/<int:file_id>")
@public_where_found(queries.file_read)
def attachment(found: SeenFile) -> ResponseReturnValue:
    back = url_for("proposals.show", ref=found.seen.proposal.reference)
    return hand_out(found.attachment, back, "Back to the proposal")
