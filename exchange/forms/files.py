"""A field to send files with."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request
from wtforms.utils import unset_value

from exchange.forms.asked import AskedField


class FilesField(AskedField):
    """Files to send: a list of FileStorage. `accept` is for the browser; services check for real."""

    def __init__(
        self, label: str, validators: Any = None, *, accept: str = "", multiple: bool = False, **more: Any
    ) -> None:
        super().__init__(label, validators, **more)
        self.accept, self.multiple = accept, multiple

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        sent = request.files.getlist(self.name) if has_request_context() and formdata is not None else []
        self.data = [file for file in sent if file.filename]
