"""Who may open what: the expected answer of every route to everyone.

Columns, in the order of `world.ROLES`:
visitor, lay member, unsettled, member | champion, co-author |
reviewer who declared, one assigned who has yet to, one of other proposals, a conflicted one |
manager, conflicted manager | director, conflicted director | organisation lead, administrator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Place:
    endpoint: str
    stage: str = "in-assessment"
    values: Any = field(default_factory=dict, compare=False)


# Columns in groups: the public, the team, reviewers, managers, directors, others. s leads to signing in, o opens (or asks to mend
# what was sent, or says why not now), n is not found, f is forbidden. Signing out comes last, as it ends everyone's session.
EXPECTED: dict[Place, str] = {
    Place("accounts.accept_terms"): "sooo oo oooo oo oo oo",
    Place("accounts.account"): "sooo oo oooo oo oo oo",
    Place("accounts.check_email"): "oooo oo oooo oo oo oo",
    Place("accounts.edit_details"): "sooo oo oooo oo oo oo",
    Place("administration.deactivate"): "sfff ff ffff ff ff fo",
    Place("administration.grant"): "sfff ff ffff ff ff fo",
    Place("administration.overview"): "sfff ff ffff ff ff fo",
    Place("administration.people"): "sfff ff ffff ff ff fo",
    Place("administration.person"): "sfff ff ffff ff ff fo",
    Place("administration.reactivate"): "sfff ff ffff ff ff ff",
    Place("administration.revoke"): "sfff ff ffff ff ff fo",
    Place("administration.settle"): "sfff ff ffff ff ff fo",
    Place("administration.waiting"): "sfff ff ffff ff ff fo",
    Place("assessment.add_reviewers", "in-assessment"): "snnn nn nnnn on nn nn",
    Place("assessment.assessment", "in-assessment"): "snnn nn nnnn on on nn",
    Place("assessment.assessment", "assessed"): "snnn nn oonn on on nn",
    Place("assessment.assessment", "spread-at-scale"): "snnn nn oonn on on nn",
    Place("assessment.assessment", "not-taken-forward"): "snnn nn nnnn on on nn",
    Place("assessment.close_assessment", "in-assessment"): "snnf ff ffff of ff ff",
    Place("assessment.declare", "in-assessment"): "snnn nn oonn nn nn nn",
    Place("assessment.earlier_assessment", "in-assessment"): "snnn nn nnnn on on nn",
    Place("assessment.extend", "in-assessment"): "snnn nn nnnn on nn nn",
    Place("assessment.remove_reviewer", "in-assessment"): "snnn nn nnnn on nn nn",
    Place("assessment.review", "in-assessment"): "snnn nn oonn nn nn nn",
    Place("assessment.reviewers", "in-assessment"): "snnn nn nnnn on nn nn",
    Place("assessment.reviews"): "sfff ff oooo ff ff ff",
    Place("assessment.save_review", "in-assessment"): "snnn nn ofnn nn nn nn",
    Place("assessment.start_assessment", "submitted"): "snnf ff ffff of ff ff",
    Place("assessment.triage"): "sfff ff ffff oo ff ff",
    Place("assessment.withdraw", "submitted"): "snnf of ffff ff ff ff",
    Place("assessment.withdraw", "changes-requested"): "snnf of ffff ff ff ff",
    Place("assessment.withdraw", "assessed"): "snnf of ffff ff ff ff",
    Place("community.home"): "oooo oo oooo oo oo oo",
    Place("community.theme"): "oooo oo oooo oo oo oo",
    Place("community.themes"): "oooo oo oooo oo oo oo",
    Place("decisions.approve_spread", "assessed"): "snnf ff ffff ff of ff",
    Place("decisions.approve_spread", "spread-at-scale"): "sfff ff ffff ff of ff",
    Place("decisions.decision_pack", "in-assessment"): "snnn nn nnnn nn nn nn",
    Place("decisions.decision_pack", "assessed"): "snnn nn nnnn on on nn",
    Place("decisions.decision_pack", "spread-at-scale"): "snnn nn nnnn on on nn",
    Place("decisions.decisions"): "sfff ff ffff ff oo ff",
    Place("decisions.decline", "submitted"): "snnf ff ffff of ff ff",
    Place("decisions.decline", "assessed"): "snnf ff ffff ff of ff",
    Place("decisions.decline", "not-taken-forward"): "snnn ff nnnn on on nn",
    Place("decisions.develop", "assessed"): "snnf ff ffff ff of ff",
    Place("decisions.letter", "changes-requested"): "snnn oo nnnn on on nn",
    Place("decisions.letter", "spread-at-scale"): "snnn oo nnnn on on nn",
    Place("decisions.letter", "not-taken-forward"): "snnn oo nnnn on on nn",
    Place("decisions.release"): "sfff ff ffff ff oo ff",
    Place("health.live"): "oooo oo oooo oo oo oo",
    Place("health.ready"): "oooo oo oooo oo oo oo",
    Place("notifications.failed_mail"): "sfff ff ffff ff ff fo",
    Place("notifications.inbox"): "sooo oo oooo oo oo oo",
    Place("notifications.mark_all_read"): "sooo oo oooo oo oo oo",
    Place("notifications.open_notification"): "snnn on nnnn nn nn nn",
    Place("notifications.retry_message"): "snnn nn nnnn nn nn no",
    Place("pages.accessibility"): "oooo oo oooo oo oo oo",
    Place("pages.cookies"): "oooo oo oooo oo oo oo",
    Place("pages.help"): "oooo oo oooo oo oo oo",
    Place("pages.privacy"): "oooo oo oooo oo oo oo",
    Place("proposals.attachment", "draft"): "snnn oo nnnn nn nn nn",
    Place("proposals.check", "draft"): "snnn oo nnnn nn nn nn",
    Place("proposals.delete", "draft"): "snnn of nnnn nn nn nn",
    Place("proposals.edit", "draft"): "snnn oo nnnn nn nn nn",
    Place("proposals.edit", "changes-requested"): "snnf oo ffff ff ff ff",
    Place("proposals.edit", "not-taken-forward"): "snnn ff nnnn fn fn nn",
    Place("proposals.edit", "withdrawn"): "snnn ff nnnn fn fn nn",
    Place("proposals.edit_section", "draft"): "snnn oo nnnn nn nn nn",
    Place("proposals.history", "in-assessment"): "snno oo oooo oo oo oo",
    Place("proposals.history", "spread-at-scale"): "oooo oo oooo oo oo oo",
    Place("proposals.history", "not-taken-forward"): "snnn oo nnnn on on nn",
    Place("proposals.new"): "sfoo oo oooo oo oo oo",
    Place("proposals.preview", "submitted"): "snnf oo ffff ff ff ff",
    Place("proposals.proposals"): "oooo oo oooo oo oo oo",
    Place("proposals.remove_file", "draft"): "snnn oo nnnn nn nn nn",
    Place("proposals.request_changes", "submitted"): "snnf ff ffff of ff ff",
    Place("proposals.save_section", "draft"): "snnn oo nnnn nn nn nn",
    Place("proposals.show", "draft"): "snnn oo nnnn nn nn nn",
    Place("proposals.show", "submitted"): "snno oo oooo oo oo oo",
    Place("proposals.show", "changes-requested"): "snno oo oooo oo oo oo",
    Place("proposals.show", "in-assessment"): "snno oo oooo oo oo oo",
    Place("proposals.show", "assessed"): "snno oo oooo oo oo oo",
    Place("proposals.show", "spread-at-scale"): "oooo oo oooo oo oo oo",
    Place("proposals.show", "not-taken-forward"): "snnn oo nnnn on on nn",
    Place("proposals.show", "withdrawn"): "snnn oo nnnn on on nn",
    Place("proposals.submit", "draft"): "snnn of nnnn nn nn nn",
    Place("proposals.submit", "changes-requested"): "snnf of ffff ff ff ff",
    Place("proposals.submitted", "submitted"): "snnf oo ffff ff ff ff",
    Place("proposals.version", "in-assessment"): "snnn oo onnn on on nn",
    Place("proposals.version", "spread-at-scale"): "snnn oo oonn on on nn",
    Place("proposals.version", "not-taken-forward"): "snnn oo nnnn on on nn",
    Place("reports.my_work"): "sooo oo oooo oo oo oo",
    Place("security.change_password"): "sooo oo oooo oo oo oo",
    Place("security.confirm_email"): "oooo oo oooo oo oo oo",
    Place("security.forgot_password"): "oooo oo oooo oo oo oo",
    Place("security.login"): "oooo oo oooo oo oo oo",
    Place("security.register"): "oooo oo oooo oo oo oo",
    Place("security.reset_password"): "oooo oo oooo oo oo oo",
    Place("security.send_confirmation"): "oooo oo oooo oo oo oo",
    Place("spread.programme"): "oooo oo oooo oo oo oo",
    Place("spread.programmes"): "oooo oo oooo oo oo oo",
    Place("spread.settle_condition"): "snnn ff nnnn fn on nn",
    Place("static"): "oooo oo oooo oo oo oo",
    Place("security.logout"): "oooo oo oooo oo oo oo",
}
