from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import MAX_FILE_BYTES
from exchange.proposals import documents
from exchange.proposals.documents import Document, NotAccepted, display_name, examine
from tests.proposals.arrange import WORD_TYPES, jpeg_bytes, office_bytes, pdf_bytes, png_bytes

EXCEL_TYPES = WORD_TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet")
POWERPOINT_TYPES = WORD_TYPES.replace("wordprocessingml.document", "presentationml.presentation")
MACRO_TYPES = (
    '<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
)
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PROGRAM = b"MZ\x90\x00" + b"\0" * 200


def looked_at(content: bytes, name: str) -> Document:
    return examine(io.BytesIO(content), name)


def outcome(content: bytes, name: str) -> str:
    """The type that it is taken for, or why it may not come in."""
    try:
        return looked_at(content, name).type
    except NotAccepted as refused:
        return str(refused)


@pytest.mark.parametrize(
    ("content", "name", "type_", "shown"),
    [
        (pdf_bytes(), "audit.pdf", documents.PDF, "audit.pdf"),
        (pdf_bytes(), "AUDIT.PDF", documents.PDF, "AUDIT.PDF"),
        (png_bytes(), "chart.png", documents.PNG, "chart.png"),
        (jpeg_bytes(), "ward.jpeg", documents.JPEG, "ward.jpeg"),
        (office_bytes(), "plan.docx", documents.WORD, "plan.docx"),
        (office_bytes(EXCEL_TYPES), "costs.xlsx", documents.EXCEL, "costs.xlsx"),
        (office_bytes(POWERPOINT_TYPES), "talk.pptx", documents.POWERPOINT, "talk.pptx"),
        # Told from the content: a name that says otherwise gets the ending it lacks.
        (png_bytes(), "chart.pdf", documents.PNG, "chart.pdf.png"),
        (pdf_bytes(), "no ending", documents.PDF, "no ending.pdf"),
    ],
)
def test_a_document_is_told_from_its_content(content: bytes, name: str, type_: str, shown: str) -> None:
    document = looked_at(content, name)
    assert (document.type, document.name, document.size) == (type_, shown, len(content))
    assert document.content.read() == content


NOT_ONE = "“{}” is not a kind of file that we take. Choose a PDF, Word, Excel, PowerPoint, PNG or JPEG file"
DAMAGED = "“{}” is damaged or not an Office file. Open it, save it again and add that"
MACROS = "“{}” holds macros. Save a copy without them and add that"
WEB_PAGE = "“{}” holds a web page. Save it as a PDF and add that"
OLD = (
    "“{}” is protected by a password or in an old Office format. "
    "Take the password off, save it as .docx, .xlsx or .pptx, and add that"
)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "empty.pdf", "“{}” is empty. Check the file and choose it again"),
        (PROGRAM, "setup.pdf", NOT_ONE),
        (b"just words", "notes.pdf", NOT_ONE),
        (b"\x7fELF" + b"\0" * 100, "tool.docx", NOT_ONE),
        (b"GIF89a" + b"\0" * 100, "old.png", NOT_ONE),
        (b"<html><script>alert(1)</script>", "page.pdf", WEB_PAGE),
        (pdf_bytes("<script>alert(1)</script>"), "both.pdf", WEB_PAGE),
        (b"\xff\xd8\xff\xe0<!DOCTYPE html><html>", "both.jpg", WEB_PAGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.png", WEB_PAGE),
        (b"junk" + pdf_bytes(), "late.pdf", NOT_ONE),
        (
            pdf_bytes("<< /Encrypt 5 0 R >>"),
            "locked.pdf",
            "“{}” is protected. Save a copy without the protection and add that",
        ),
        (OLD_WORD, "old.doc", OLD),
        (OLD_WORD, "locked.docx", OLD),
        (office_bytes(MACRO_TYPES), "macro.docx", MACROS),
        (office_bytes(parts={"word/vbaProject.bin": b"x"}), "macro.docx", MACROS),
        (office_bytes(EXCEL_TYPES, {"xl/macrosheets/sheet1.xml": b"x"}), "macro.xlsx", MACROS),
        (
            office_bytes("<Types/>"),
            "other.docx",
            "“{}” is not a kind of file that we take. Choose a PDF, Word, Excel, PowerPoint, PNG or JPEG file",
        ),
        (office_bytes("<Types>" + " " * 600_000), "long.docx", DAMAGED),
        (office_bytes()[:-40], "cut.docx", DAMAGED),
        (b"PK\x03\x04" + b"\0" * 200, "not-a-zip.docx", DAMAGED),
    ],
)
def test_what_may_not_come_in_is_named(content: bytes, name: str, message: str) -> None:
    with pytest.raises(NotAccepted) as refused:
        looked_at(content, name)
    assert str(refused.value) == message.format(name)


def test_a_file_can_be_exactly_as_large_as_allowed() -> None:
    whole = pdf_bytes() + b"\0" * (MAX_FILE_BYTES - len(pdf_bytes()))
    assert looked_at(whole, "large.pdf").size == MAX_FILE_BYTES
    with pytest.raises(NotAccepted) as refused:
        looked_at(whole + b"\0", "large.pdf")
    assert str(refused.value) == "“large.pdf” is larger than 10 MB. Save a smaller copy and add that"


def zip_of(*parts: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", compression) as package:
        for name, content in parts:
            package.writestr(name, content)
    return kept.getvalue()


def test_a_zip_bomb_is_refused_without_unpacking_it() -> None:
    bomb = zip_of(
        ("[Content_Types].xml", WORD_TYPES.encode()), *((f"word/{n}", b"\0" * 40_000_000) for n in range(8))
    )
    assert len(bomb) < MAX_FILE_BYTES
    with pytest.raises(NotAccepted) as refused:
        looked_at(bomb, "bomb.docx")
    assert (
        str(refused.value) == "“bomb.docx” is too large when it is opened. Save a smaller copy and add that"
    )


def test_a_bomb_in_the_list_of_parts_is_read_to_its_limit_only() -> None:
    bomb = zip_of(("[Content_Types].xml", WORD_TYPES.encode() + b" " * 100_000_000))
    with pytest.raises(NotAccepted) as refused:
        looked_at(bomb, "bomb.docx")
    assert str(refused.value) == DAMAGED.format("bomb.docx")


def test_a_zip_of_too_many_parts_is_refused() -> None:
    many = zip_of(("[Content_Types].xml", WORD_TYPES.encode()), *((f"w/{n}", b"") for n in range(5_001)))
    with pytest.raises(NotAccepted, match="too large when it is opened"):
        looked_at(many, "many.docx")
    long_names = zip_of(*((f"{n:04d}" + "x" * 500, b"") for n in range(2_200)))
    with pytest.raises(NotAccepted, match="damaged"):
        looked_at(long_names, "names.docx")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_the_packing_that_office_uses_is_unpacked(compression: int) -> None:
    content = zip_of(("[Content_Types].xml", WORD_TYPES.encode()), compression=compression)
    with pytest.raises(NotAccepted, match="damaged"):
        looked_at(content, "odd.docx")


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"%PDF-1.4", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]),
)
def test_no_content_makes_it_fail(content: bytes, start: bytes) -> None:
    found = outcome(start + content, "some.pdf")
    assert found in documents.ENDINGS or found.startswith("“some.pdf”")


@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=20))
def test_no_damage_to_an_office_file_makes_it_fail(place: int, damage: bytes) -> None:
    content = bytearray(office_bytes())
    place = place % len(content)
    content[place : place + len(damage)] = damage
    found = outcome(bytes(content), "some.docx")
    assert found in documents.ENDINGS or found.startswith("“some.docx”")


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("audit.pdf", "audit.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Jo\\audit.pdf", "audit.pdf"),
        ("a\x00b\nc\x1b.pdf", "abc.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth\ufeff.pdf", "zerowidth.pdf"),
        ('say "yes": <b>.pdf', "say -yes-- -b-.pdf"),
        (".htaccess", "htaccess"),
        ("...", "document"),
        ("", "document"),
        ("\u202e", "document"),
        ("café ☕.pdf", "café ☕.pdf"),
        ("  two   spaces .pdf ", "two spaces.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
        ("report. final version of the year", "report. final version of the year"),
    ],
)
def test_display_name_of_odd_names(given_: str, shown: str) -> None:
    assert display_name(given_) == shown


@given(st.text(max_size=400))
def test_display_name_is_always_safe_to_show(name: str) -> None:
    shown = display_name(name)
    assert 0 < len(shown) <= documents.LONGEST_NAME + 9
    assert shown.isprintable()
    assert not set(shown) & set('/\\<>:"|?*')
    assert not shown.startswith(".")
