"""Answers with the bytes of a document, or says that they are not there."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange import storage
from exchange.errors import Unavailable
from exchange.proposals.models import StoredFile
from exchange.security_headers import as_file

CANNOT_BE_OPENED = (
    "The place where documents are kept does not answer at the moment. "
    "Everything else works: go back, and open it later."
)


def hand_out(file: StoredFile, back_to: str, back: str) -> ResponseReturnValue:
    """`back` are the words of the link to where it was found."""
    try:
        content = storage.read(file.stored_as)  # 10 MB at most
    except OSError as fault:
        raise Unavailable(CANNOT_BE_OPENED, heading="Sorry, documents cannot be opened now") from fault
    if content is None:
        return render_template("proposals/missing_file.html", file=file, back_to=back_to, back=back), 404
    return as_file(content, file.type, file.name)
