"""Writes to proposals."""

from exchange.proposals.services.actions import (
    NobodyToManage,
    advance,
    ask_for_changes,
    check,
    recall,
    reopen,
    request_changes,
    submit,
    transfer,
)
from exchange.proposals.services.files import (
    TooManyFiles,
    attach,
    attach_all,
    remove_attachment,
    share_attachment,
    sweep_files,
)
from exchange.proposals.services.sections import (
    StaleSection,
    create,
    delete_draft,
    fixed_answers,
    save_section,
    section_state,
)
from exchange.proposals.services.working import lock

__all__ = [
    "NobodyToManage",
    "StaleSection",
    "TooManyFiles",
    "advance",
    "ask_for_changes",
    "attach",
    "attach_all",
    "check",
    "create",
    "delete_draft",
    "fixed_answers",
    "lock",
    "recall",
    "remove_attachment",
    "reopen",
    "request_changes",
    "save_section",
    "section_state",
    "share_attachment",
    "submit",
    "sweep_files",
    "transfer",
]
