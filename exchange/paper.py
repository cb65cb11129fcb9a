"""Papers as PDF, set by typst. What people wrote goes to the templates as data, so that nothing in it is markup."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import lru_cache
from pathlib import Path
from typing import Any

from exchange.errors import ExchangeError

log = logging.getLogger(__name__)

SHARED = Path(__file__).with_suffix(".typ")
MOST_CHARACTERS = 2_000_000
MOST_SECONDS = 20


def pdf_of(
    template: Path, content: Mapping[str, Any], otherwise: ExchangeError, *, system_fonts: bool = False
) -> bytes:
    """Tagged, for screen readers. One is made at a time. With `system_fonts` the template may name fonts of the machine, and
    after them one of typst's own.

    Raises `otherwise` for one that is too large or takes too long, or cannot be set.
    """
    said = json.dumps(content)
    made = None
    if len(said) <= MOST_CHARACTERS:
        waiting = _queue().submit(_set, template, said, system_fonts)
        try:
            made = waiting.result(timeout=MOST_SECONDS)
        except TookTooLong:
            waiting.cancel()  # nobody waits for it any more; the others in the queue do
    if made is None:
        raise otherwise
    return made


def paragraphs(text: str) -> list[str]:
    return re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())


@lru_cache(1)
def _queue() -> ThreadPoolExecutor:
    """One after the other, in each process: a PDF takes memory while it is made."""
    return ThreadPoolExecutor(1, "paper")


def _set(template: Path, said: str, system_fonts: bool) -> bytes | None:
    """None for what cannot be set."""
    # Imported here: it is large, and most processes never need it.
    import typst

    source = SHARED.read_bytes() + template.read_bytes()
    given: Mapping[str, Any] = {"sys_inputs": {"content": said}, "format": "pdf"}
    try:
        # For screen readers (PDF/UA-1).
        tagged: Mapping[str, Any] = {"pdf_standards": ["ua-1"], "ignore_system_fonts": not system_fonts}
        return bytes(typst.compile(source, **tagged, **given))
    except typst.TypstError:
        # A letter that those fonts lack, which the standard refuses: the machine's may have it.
        try:
            return bytes(typst.compile(source, **given))
        except typst.TypstError:
            log.exception("%s could not be set", template.stem)
            return None
