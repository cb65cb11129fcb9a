"""An e-mail as it goes out."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.notifications.mail import Parcel, Sender, compose, with_ascii_domain

SENDER = Sender("Innovation Exchange, Tiny Valley", "exchange@example.org", "tv.example")
MOMENT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)


def make_parcel(**changes: str) -> Parcel:
    given = {
        "to_address": "chloe@example.org",
        "subject": "TV-2026-0001: we have your proposal",
        "text": "Wait.\n",
        "message_id": "event.12.4",
        **changes,
    }
    return Parcel(id=1, kind="submitted", queued_at=MOMENT, tries=1, leased_until=MOMENT, **given)


def sent(parcel: Parcel, *, eight_bit: bool = False) -> tuple[bytes, dict[str, str], str]:
    """The bytes, and what a mailbox reads in them: the headers, and the text."""
    raw = compose(parcel, SENDER, eight_bit=eight_bit).as_bytes()
    read = message_from_bytes(raw, policy=SMTP)
    return raw, {name: str(value) for name, value in read.items()}, read.get_content().replace("\r\n", "\n")


def test_message_has_the_headers_of_a_machine_and_no_more() -> None:
    _, headers, text = sent(make_parcel())
    assert headers == {
        "From": '"Innovation Exchange, Tiny Valley" <exchange@example.org>',
        "To": "chloe@example.org",
        "Subject": "TV-2026-0001: we have your proposal",
        "Date": "Sun, 22 Nov 2026 14:30:00 +0000",
        "Message-ID": "<event.12.4@tv.example>",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }
    assert text == "Wait.\n"


def test_message_is_the_same_at_every_try() -> None:
    assert sent(make_parcel()) == sent(make_parcel())


def test_long_message_id_stays_on_one_line_and_whole() -> None:
    name = "review." + "9" * 113
    raw, headers, _ = sent(make_parcel(message_id=name))
    assert headers["Message-ID"] == f"<{name}@tv.example>"
    assert b"=?utf-8?" not in raw


@pytest.mark.parametrize("eight_bit", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "Łukasz says: £45,000 – “yes” 🎉\n",
        "one line of many words " * 500 + "🎉\n",
        "a" * 5_000 + "\n",
        ".\n..\nFrom here on\n",
    ],
    ids=["emoji", "long line", "long word", "dots"],
)
def test_text_arrives_as_it_was_written(text: str, eight_bit: bool) -> None:
    raw, _, read = sent(make_parcel(text=text), eight_bit=eight_bit)
    assert read == text
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_eight_bit_text_is_readable_as_it_stands() -> None:
    raw, _, _ = sent(make_parcel(text="Łukasz says: £45,000 🎉\n"), eight_bit=True)
    assert "Łukasz says: £45,000 🎉" in raw.decode()


@given(st.text(max_size=200))
def test_subject_adds_no_header_and_no_line(subject: str) -> None:
    subject = subject.encode(errors="ignore").decode()  # halves of characters never reach a row
    raw, headers, text = sent(make_parcel(subject=subject))
    assert list(headers) == list(sent(make_parcel())[1])
    assert text == "Wait.\n"
    assert b"\r\n\r\n" in raw


def test_subject_of_several_lines_is_one() -> None:
    _, headers, _ = sent(make_parcel(subject="News\r\nBcc: thief@example.org\n\nHello"))
    assert headers["Subject"] == "News Bcc: thief@example.org Hello"
    assert "Bcc" not in headers


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\r\nBcc: thief@example.org",
        "a@example.org, thief@example.org",
        "a@example.org\n",
        "",
        "nobody",
    ],
)
def test_address_that_would_say_more_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compose(make_parcel(to_address=address), SENDER, eight_bit=False)


def test_domain_in_other_letters_is_written_in_ascii() -> None:
    assert with_ascii_domain("zoë@bücher.example") == "zoë@xn--bcher-kva.example"
    assert with_ascii_domain("plain@example.org") == "plain@example.org"
