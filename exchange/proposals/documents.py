"""What a document is, told from its content and never from its name; what may not come in; and a safe name.

Nothing is unpacked but one small part of an Office file, up to a limit of our own.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import puremagic

from config import MAX_FILE_BYTES, MEBIBYTE
from exchange.plain_text import tidy_line
from exchange.wording import joined

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PNG = "image/png"
JPEG = "image/jpeg"
OLD_OFFICE = "application/msword"

# The endings that a file of each type may have; the first is added to a name that has none of them.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    WORD: (".docx",),
    EXCEL: (".xlsx",),
    POWERPOINT: (".pptx", ".ppsx"),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
}
LABELS: Mapping[str, str] = {
    PDF: "PDF",
    WORD: "Word",
    EXCEL: "Excel",
    POWERPOINT: "PowerPoint",
    PNG: "PNG",
    JPEG: "JPEG",
}
ACCEPT = ",".join(ending for endings in ENDINGS.values() for ending in endings)

# What [Content_Types].xml says of the main part of each kind of Office file.
MAIN_PARTS: Mapping[bytes, str] = {
    b"wordprocessingml.document.main+xml": WORD,
    b"spreadsheetml.sheet.main+xml": EXCEL,
    b"presentationml.presentation.main+xml": POWERPOINT,
    b"presentationml.slideshow.main+xml": POWERPOINT,
}
MACROS_IN_TYPES = re.compile(rb"macroenabled|ms-office\.vbaproject", re.IGNORECASE)
MACROS_IN_NAMES = re.compile(r"vbaproject\.bin$|/macrosheets/", re.IGNORECASE)
MARKUP = re.compile(rb"<\s*(?:html|script|svg|iframe|body|!doctype\s+html)\b", re.IGNORECASE)
PROTECTED_PDF = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")

HEAD_BYTES = 4096
ZIP_TAIL_BYTES = 65_557
DIRECTORY_BYTES = 1024 * 1024
MOST_PARTS = 5_000
UNPACKED_BYTES = 300 * 1024 * 1024
TYPES_BYTES = 512 * 1024
LONGEST_NAME = 120
KINDS = joined(list(LABELS.values()), "or")
LARGEST = f"{MAX_FILE_BYTES // MEBIBYTE} MB"

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_AWKWARD = re.compile(r'[<>:"/\\|?*]')


# What a damaged zip makes the library raise.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


class NotAccepted(Exception):
    """The file cannot be a document here. The message names it and says how to mend it."""


@dataclass(frozen=True)
class Document:
    """A file that may come in. `content` stands at its beginning."""

    name: str
    type: str
    size: int
    sha256: str
    content: IO[bytes] = field(compare=False)


def examine(content: IO[bytes], name: str) -> Document:
    """The document in a file. Raises NotAccepted."""
    size = content.seek(0, os.SEEK_END)
    shown = display_name(name)
    if size == 0:
        raise NotAccepted(f"“{shown}” is empty. Check the file and choose it again")
    if size > MAX_FILE_BYTES:
        raise NotAccepted(f"“{shown}” is larger than {LARGEST}. Save a smaller copy and add that")
    content.seek(0)
    type_ = _type_of(content, shown)
    content.seek(0)
    digest = hashlib.sha256(content.read()).hexdigest()
    content.seek(0)
    return Document(_with_ending(shown, type_), type_, size, digest, content)


def examine_all(sent: Iterable[FileStorage]) -> tuple[list[Document], str]:
    """The documents that were sent, and in words why some of them cannot come in."""
    found, refused = [], []
    for file in sent:
        try:
            found.append(examine(file.stream, file.filename or ""))
        except NotAccepted as problem:
            refused.append(str(problem))
    if found and refused:
        refused.append("Then choose your other documents again")
    return found, ". ".join(refused)


def display_name(name: str) -> str:
    """The file's name without folders and without what cannot be seen or turns the text around it. A long
    one is cut before its ending."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(letter for letter in last if unicodedata.category(letter) not in _INVISIBLE)
    tidy = tidy_line(_AWKWARD.sub("-", visible)).strip(". ")
    stem, dot, ending = tidy.rpartition(".")
    if not dot or len(ending) > 8:
        stem, dot, ending = tidy, "", ""
    return f"{stem[:LONGEST_NAME].rstrip()}{dot}{ending}" or "document"


def _with_ending(name: str, type_: str) -> str:
    """A name whose ending says what the content is: nobody opens a picture as a program."""
    return name if name.lower().endswith(ENDINGS[type_]) else name + ENDINGS[type_][0]


def _type_of(content: IO[bytes], name: str) -> str:
    head = content.read(HEAD_BYTES)
    found = {match.mime_type for match in _matches(head) if match.offset == 0}
    if MARKUP.search(head):
        raise NotAccepted(f"“{name}” holds a web page. Save it as a PDF and add that")
    if PDF in found:
        return _pdf(head + content.read(), name)
    if PNG in found and head[12:16] == b"IHDR":
        return PNG
    if JPEG in found:
        return JPEG
    if WORD in found:
        return _office(content, name)
    if OLD_OFFICE in found:
        raise NotAccepted(
            f"“{name}” is protected by a password or in an old Office format. "
            "Take the password off, save it as .docx, .xlsx or .pptx, and add that"
        )
    raise NotAccepted(f"“{name}” is not a kind of file that we take. Choose a {KINDS} file")


def _matches(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return list(puremagic.magic_string(head))
    except puremagic.PureError:
        return []  # nothing it knows


def _pdf(whole: bytes, name: str) -> str:
    if PROTECTED_PDF.search(whole):
        raise NotAccepted(f"“{name}” is protected. Save a copy without the protection and add that")
    return PDF


def _office(content: IO[bytes], name: str) -> str:
    damaged = NotAccepted(f"“{name}” is damaged or not an Office file. Open it, save it again and add that")
    if not _has_a_small_directory(content):
        raise damaged
    try:
        with zipfile.ZipFile(content) as package:
            return _office_type(package, name)
    except _DAMAGE as problem:
        raise damaged from problem


def _office_type(package: zipfile.ZipFile, name: str) -> str:
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise NotAccepted(f"“{name}” is too large when it is opened. Save a smaller copy and add that")
    said = _said_of_its_parts(package)
    if MACROS_IN_TYPES.search(said) or any(MACROS_IN_NAMES.search(part.filename) for part in parts):
        raise NotAccepted(f"“{name}” holds macros. Save a copy without them and add that")
    for main_part, type_ in MAIN_PARTS.items():
        if main_part in said:
            return type_
    raise NotAccepted(f"“{name}” is not a kind of file that we take. Choose a {KINDS} file")


def _said_of_its_parts(package: zipfile.ZipFile) -> bytes:
    names = {part.filename: part for part in package.infolist()}
    types = names.get("[Content_Types].xml")
    if types is None or types.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile("no list of parts as Office writes it")
    with package.open(types) as opened:
        said = opened.read(TYPES_BYTES + 1)
    if len(said) > TYPES_BYTES:
        raise zipfile.BadZipFile("its list of parts is too long")
    return said


def _has_a_small_directory(content: IO[bytes]) -> bool:
    """Whether the list of what is in the zip is short enough to read: the library reads all of it at once."""
    size = content.seek(0, os.SEEK_END)
    content.seek(max(0, size - ZIP_TAIL_BYTES))
    tail = content.read()
    content.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or b"PK\x06\x07" in tail[max(0, end - 20) : end]:
        return False
    return int.from_bytes(tail[end + 12 : end + 16], "little") <= DIRECTORY_BYTES
