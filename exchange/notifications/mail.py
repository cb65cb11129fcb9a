"""An e-mail as it goes out: plain text, one recipient, headers that no text can add to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

LONGEST_LINE_BYTES = 998  # RFC 5322, 2.1.1


@dataclass(frozen=True)
class Parcel:
    """One queued message on its way, apart from the database, which must not wait for a mail server."""

    id: int
    kind: str
    to_address: str
    subject: str
    text: str
    message_id: str
    queued_at: datetime
    tries: int
    leased_until: datetime


@dataclass(frozen=True)
class Sender:
    """Whose name and address messages carry; `host` tells one exchange's Message-IDs from another's."""

    name: str
    address: str
    host: str


def compose(parcel: Parcel, sender: Sender, *, eight_bit: bool) -> EmailMessage:
    """The message. `eight_bit` keeps its text readable as it is; without it, every server can carry it.

    Raises ValueError for an address that no header can hold.
    """
    to_address = with_ascii_domain(parcel.to_address)
    message = EmailMessage(policy=SMTP if to_address.isascii() else SMTPUTF8)
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = _recipient(to_address)
    message["Subject"] = " ".join(parcel.subject.split())
    message["Date"] = parcel.queued_at
    message["Message-ID"] = f"<{parcel.message_id}@{sender.host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(parcel.text, cte=_encoding(parcel.text, eight_bit=eight_bit))
    return message


def with_ascii_domain(address: str) -> str:
    """The address as servers take it: a domain in other letters is written in its ASCII form."""
    name, at, domain = address.rpartition("@")
    return name + at + (domain if domain.isascii() else domain.encode("idna").decode())


def _recipient(address: str) -> Address:
    try:
        # The library's parser knows ASCII names alone, so that any other letter stands in as one.
        checked = Address(addr_spec="".join(letter if letter.isascii() else "x" for letter in address))
    except (IndexError, MessageError) as error:  # its own, for texts that are far from an address
        raise ValueError("not an address") from error
    name, _, domain = address.rpartition("@")
    return checked if address.isascii() else Address(username=name, domain=domain)


def _encoding(text: str, *, eight_bit: bool) -> str:
    is_short = all(len(line.encode()) <= LONGEST_LINE_BYTES for line in text.splitlines())
    if is_short and text.isascii():
        return "7bit"
    return "8bit" if is_short and eight_bit else "quoted-printable"
