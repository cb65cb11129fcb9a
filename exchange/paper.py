"""Papers as PDF, set by typst. What people wrote goes to the templates as data, so that nothing in it is markup.

The parts of a paper are made here, and drawn by paper.typ, which stands before each template.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import lru_cache
from pathlib import Path
from typing import Any

from exchange.errors import Unavailable

log = logging.getLogger(__name__)

SHARED = Path(__file__).with_suffix(".typ")
MOST_CHARACTERS = 2_000_000
MOST_SECONDS = 20
MOST_KEPT = 16

Part = Mapping[str, Any]


def pdf_of(
    template: Path,
    content: Mapping[str, Any],
    of_what: str,
    *,
    system_fonts: bool = False,
    is_public: bool = False,
) -> bytes:
    """Tagged, for screen readers. One is made at a time; one that `is_public` keeps nobody waiting who signed in, and is kept for
    whoever asks next. With `system_fonts` the template may name fonts of the machine, and after them one of typst's own.

    Raises Unavailable, which says `of_what` it is, for one that is too large or takes too long, or cannot be set.
    """
    said = json.dumps(content)
    made = None
    if len(said) <= MOST_CHARACTERS:
        make = _kept if is_public else _set
        waiting = _queue("public paper" if is_public else "paper").submit(make, template, said, system_fonts)
        try:
            made = waiting.result(timeout=MOST_SECONDS)
        except TookTooLong:
            waiting.cancel()  # nobody waits for it any more; the others in the queue do
    if made is None:
        raise Unavailable(
            f"The PDF could not be made just now. The {of_what} itself can be read on its page. Try again in a few minutes.",
            heading="Sorry, there is no PDF at the moment",
        )
    return made


def paragraphs(text: str) -> list[str]:
    return re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())


def heading(text: str, level: int = 2) -> Part:
    return {"kind": "heading", "level": level, "text": text}


def text(words: str) -> Part:
    return {"kind": "text", "paragraphs": paragraphs(words)}


def answer(label: str, words: str) -> Part:
    """What somebody said, beneath who or what it answers."""
    return {"kind": "answer", "label": label, "paragraphs": paragraphs(words)}


def items(texts: Sequence[str]) -> Part:
    return {"kind": "list", "items": texts}


def rows(given: Sequence[Mapping[str, Any]]) -> Part:
    """Each a `key` and a `value`, as a summary list has them."""
    return {"kind": "rows", "rows": [[row["key"], str(row["value"])] for row in given]}


def table(caption: str, head: Sequence[Any], cells: Sequence[Sequence[Any]]) -> Part:
    """`head` and `cells` as components/table.html takes them: words, numbers, or mappings with a `text`."""
    return {
        "kind": "table",
        "caption": caption,
        "head": [_said(cell) for cell in head],
        "rows": [[_said(cell) for cell in row] for row in cells],
    }


def _said(cell: Any) -> str:
    return str(cell["text"] if isinstance(cell, Mapping) else cell)


@lru_cache
def _queue(name: str) -> ThreadPoolExecutor:
    """One after the other, in each process: a PDF takes memory while it is made."""
    return ThreadPoolExecutor(1, name)


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


# By all that it says, so that none is older than its page.
_kept = lru_cache(MOST_KEPT)(_set)
