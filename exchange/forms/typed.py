"""Fields to type words in: lines, paragraphs, addresses."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import wtforms
from email_validator import EmailNotValidError, validate_email
from wtforms.validators import ValidationError

from exchange.forms.asked import AskedField
from exchange.plain_text import count_words, has_unsavable, show_unsavable, tidy_line, tidy_text

LONGEST_LINE = 1_000
LONGEST_TEXT = 30_000


class TypedField(AskedField):
    """One box to type in."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = None
            if has_unsavable(valuelist[0]):
                raise ValueError(f"Remove the characters shown as � from “{self.label_text}”")
            self.data = self.read(valuelist[0])

    def read(self, typed: str) -> Any:
        """The value of what was typed. Raises ValueError with what to do."""
        return tidy_line(typed)

    def write(self, value: Any) -> str:
        return str(value)

    def _value(self) -> str:
        """What the box shows: what was typed, else the value."""
        if self.raw_data:
            return show_unsavable(str(self.raw_data[0]))
        return "" if self.data is None else self.write(self.data)


class LineField(TypedField):
    """One line of at most `limit` characters. With `enforced=False` a longer line is kept (a draft)."""

    def __init__(
        self, label: str, validators: Any = None, *, limit: int = 200, enforced: bool = True, **more: Any
    ) -> None:
        super().__init__(label, validators, **more)
        self.limit = limit if enforced else max(limit, LONGEST_LINE)

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        super().pre_validate(form)
        if self.data and len(self.data) > self.limit:
            raise ValidationError(
                f"{self.label_text} must be {self.limit:,} characters or fewer. It has {len(self.data):,}"
            )


class TextField(TypedField):
    """Paragraphs of at most `words` words. With `enforced=False` a longer text is kept (a draft)."""

    def __init__(
        self,
        label: str,
        validators: Any = None,
        *,
        words: int | None = None,
        rows: int | None = None,
        longest: int = LONGEST_TEXT,
        enforced: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(label, validators, **more)
        self.words, self.rows, self.longest, self.enforced = words, rows, longest, enforced

    def read(self, typed: str) -> str:
        return tidy_text(typed)

    def pre_validate(self, form: wtforms.form.BaseForm) -> None:
        super().pre_validate(form)
        text = self.data or ""
        if len(text) > self.longest:
            raise ValidationError(
                f"{self.label_text} must be {self.longest:,} characters or fewer. It has {len(text):,}"
            )
        if self.words and self.enforced and (words := count_words(text)) > self.words:
            raise ValidationError(
                f"{self.label_text} must be {self.words:,} words or fewer. It has {words:,}"
            )


class EmailField(TypedField):
    """An e-mail address, as the person wrote it but for the domain in lower case."""

    def read(self, typed: str) -> str:
        address = tidy_line(typed)
        if not address:
            return ""
        try:
            return validate_email(address, check_deliverability=False).normalized
        except EmailNotValidError as problem:
            raise ValueError("Enter an e-mail address, like name@example.nhs.uk") from problem


class UrlField(TypedField):
    """A web address. https:// is added when it is missing; other schemes are refused."""

    longest = 2_000

    def read(self, typed: str) -> str:
        address = tidy_text(typed)
        if not address:
            return ""
        if not re.match(r"https?://", address, re.IGNORECASE):
            address = "https://" + address
        if len(address) > self.longest or not _is_web_address(address):
            raise ValueError(f"Enter “{self.label_text}” as a web address, like https://www.example.org")
        return address


def _is_web_address(address: str) -> bool:
    if re.search(r"[\s\\<>\"]", address):
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or len(host) > 253:
        return False
    return re.fullmatch(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+\.?", host) is not None
