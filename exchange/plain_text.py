"""Text as people type and paste it: made tidy before it is kept, never changed in meaning."""

from __future__ import annotations

import re
import unicodedata

# Word and old editors paste these for a new line.
_NEW_LINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Byte order marks, and marks that turn the direction of the text after them too. Nobody types them.
_INVISIBLE = re.compile("[\ufeff\u202a-\u202e\u2066-\u2069]")
# Control characters (but new line and tab), halves of characters, and the sign for a character that was lost.
_UNSAVABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd]")

LOST = "\ufffd"
MOST_MARKS = 30
_JOINER = "\u034f"


def tidy_text(typed: str) -> str:
    """Paragraphs: one kind of new line, composed characters (NFC), nothing around them."""
    text = _INVISIBLE.sub("", _NEW_LINES.sub("\n", typed))
    return unicodedata.normalize("NFC", _with_marks_parted(text)).strip()


def _with_marks_parted(text: str) -> str:
    """The text with a joiner, which shows nothing, after every 30 marks on one letter (Unicode's Stream-Safe
    Text Format): the library sorts such marks, and takes minutes over a hundred thousand of them.
    """
    if text.isascii():
        return text
    parted, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MOST_MARKS:
            parted.append(_JOINER)
            marks = 1
        parted.append(letter)
    return "".join(parted)


def tidy_line(typed: str) -> str:
    """One line: as `tidy_text`, and every run of white space is one space."""
    return " ".join(tidy_text(typed).split())


def has_unsavable(typed: str) -> bool:
    """Whether it holds characters that no database or page can keep, as a pasted control character."""
    return _UNSAVABLE.search(typed) is not None


def show_unsavable(typed: str) -> str:
    """The text with each such character as �, so that the person sees where it is."""
    return _UNSAVABLE.sub(LOST, typed)


def count_words(text: str) -> int:
    """Words as the page's own counter has them: runs of anything but white space."""
    return len(text.split())
