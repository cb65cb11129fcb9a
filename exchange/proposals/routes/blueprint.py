"""The blueprint that all pages of proposals hang from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, session

from config import MAX_FILE_BYTES, MEBIBYTE
from exchange.proposals import record

blueprint = Blueprint("proposals", __name__)


@blueprint.url_value_preprocessor
def take_all_documents(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Evidence comes with several documents at once. This runs before anything reads the form, so that one
    that is too large gets a message with its name; visitors have nothing to send."""
    is_evidence = endpoint == "proposals.save_section" and (values or {}).get("section") == "evidence"
    if is_evidence and "_user_id" in session:
        request.max_content_length = (record.FILES_LIMIT + 1) * MAX_FILE_BYTES + MEBIBYTE
