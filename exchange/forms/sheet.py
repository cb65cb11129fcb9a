"""The form of a table that is pasted, or sent as a file, and looked through before anything is saved."""

from __future__ import annotations

from typing import Any

import wtforms
from flask import request
from werkzeug.datastructures import MultiDict

from exchange.forms.files import FilesField
from exchange.forms.form import OnceForm
from exchange.forms.typed import TextField
from exchange.sheets import MOST_BYTES, BadSheet, Preview, filled_in, text_of

LONGEST = 120_000


class SheetForm(OnceForm):
    """`seen` marks the rows that the page showed: only those are recorded. The rows of a file take the place of pasted ones, so
    that they can be mended where they are."""

    seen = wtforms.HiddenField()
    file = FilesField(
        "CSV file",
        accept=".csv,.txt,.tsv,text/csv",
        hint=f"As Excel saves it, smaller than {MOST_BYTES // 1000} kB. Its rows take the place of those below.",
    )
    rows = TextField(
        "Or paste rows",
        rows=12,
        hint="With tabs or commas between, as a spreadsheet copies them.",
        longest=LONGEST,
    )
    most_rows = 500
    given = 0  # cells that each row of the table to fill in has already

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.mistake, self.is_changed = "", False
        self.is_applied = self.is_submitted() and "apply" in request.form
        if self.is_submitted() and self.file.data:
            try:
                text = text_of(self.file.data[0].read(MOST_BYTES + 1))
            except BadSheet as problem:
                self.mistake = str(problem)
            else:
                self.rows.process(MultiDict({"rows": text}))
        if self.is_submitted() and self.given:
            # What was not filled in is not counted: the whole table is larger than what is taken at a time.
            self.rows.process(MultiDict({"rows": filled_in(self.rows.data or "", self.given)}))

    def is_to_apply(self, preview: Preview[Any]) -> bool:
        """Whether the rows are to be recorded: they were seen as they are now, and none is to mend. Marks them as seen."""
        is_seen = self.seen.data == preview.mark
        self.seen.data = preview.mark
        self.is_changed = self.is_applied and not is_seen
        return self.is_applied and is_seen and not preview.mistakes and bool(preview.changing)

    def status_after(self, preview: Preview[Any] | None) -> int:
        """Of the page that draws it again."""
        if not self.is_submitted():
            return 200
        if preview is None or preview.mistakes:
            return 422
        return 409 if self.is_changed else 200

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.mistake:
            self.add_error("file", self.mistake)
        elif not self.rows.data:
            self.add_error("rows", "Choose a file or paste at least one row")
        elif len(self.rows.data.splitlines()) > self.most_rows:
            self.add_error("rows", f"Send {self.most_rows:,} rows or fewer at a time")
        else:
            return True
        return False
