"""What somebody hostile, or their clipboard, would send where a text, a number, a date or a choice belongs."""

from __future__ import annotations

MARKUP = """"'><zqx onzqx="1"></title></textarea></script><zqx>"""

# PostgreSQL takes no NUL where SQLite does, and neither takes half a character.
BROKEN = ("\x00", "a\x00b", "\ud800", "x\udfffy", "\ufffe\uffff", "\x1b[31m\x7f\x85")

MARKED = (
    MARKUP,
    "javascript:zqx()",
    "https://example.org/?a=\"onzqx='1'",
    "{{ 7 * 7 }}{% raw %}${7*7}#{7*7}",
    "<!--<script>zqx",
    "&lt;zqx&gt;&#60;zqx>",
)
TEXTS = (
    "",
    " \t\r\n ",
    "' OR 1=1 --",
    '"; DROP TABLE person; --',
    "%' AND 1=CAST((SELECT version()) AS int) --",
    "\\",
    "%_%\\%",
    '" NEAR( * ^ - AND OR NOT',
    "a\r\nSet-Cookie: zqx=1\r\nX-Zqx: 1\r\n\r\n<zqx>",
    "../../../../etc/passwd",
    "..\\..\\C:\\con",
    "%2e%2e%2f%00",
    "//evil.example.org",
    "http://[",
    "%s%n%x{0.__class__}{}",
    "=1+cmd|'/c calc'!A0",
    "\u202egnp.exe\u2066\u200b\u200d\ufeff",
    "pаypаl.example.org",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50,
    "Z" + "\u0300\u0301" * 2_000,
    "ﷺ" * 300,
    "İıſK" * 60,
    "x" * 20_000,
    "a " * 20_000,
    "[" * 2_000,
    '{"a": {"$gt": ""}}',
    "eyJhIjogWzEsIDJdfQ",
    "null",
    "__proto__",
    "csrf_token",
)
NUMBERS = (
    "0",
    "-1",
    "1e309",
    "NaN",
    "-0",
    "+1",
    "1_000",
    "٣",
    "²",
    "0x10",
    "2147483648",
    "9223372036854775808",
    "99999999999999999999999999",
    "9" * 5_000,
    "1.5",
    "1,000",
    "31",
    "0000",
    "9999",
    "9999-12-31",
    "0001-01-01",
    "2027-02-30",
)

ALL = BROKEN + MARKED + TEXTS + NUMBERS
