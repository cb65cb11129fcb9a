"""A one-page PDF of a title and a text, for the demo's documents."""

from __future__ import annotations

import textwrap

PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
LINE_CHARACTERS = 88


def one_page(title: str, text: str) -> bytes:
    """An A4 page; what does not fit on it is left out."""
    lines = [
        line
        for paragraph in text.strip().splitlines()
        for line in textwrap.wrap(paragraph, LINE_CHARACTERS) or [""]
    ]
    shown = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines[:50])
    content = f"BT /F2 16 Tf 57 770 Td ({_escaped(title[:60])}) Tj /F1 11 Tf 14 TL 0 -30 Td\n{shown}ET"
    stream = content.encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE.encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        FONT.format("Helvetica").encode(),
        FONT.format("Helvetica-Bold").encode(),
    ]
    document, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(document)
    return (
        document
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
        ).encode()
    )


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
