"""The e-mails that a test's requests have queued."""

from __future__ import annotations

import re

from sqlalchemy import select

from exchange.outbox import Message
from tests.conftest import Committed

LINK = re.compile(r"https?://\S+")


def outbox(committed: Committed) -> list[Message]:
    """All of them, oldest first."""
    with committed() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def subjects(committed: Committed) -> list[tuple[str, str]]:
    """To whom each goes, and what its subject says."""
    return [(message.to_address, message.subject) for message in outbox(committed)]


def path_in(message: Message) -> str:
    """The path of the one link in a message."""
    [link] = LINK.findall(message.text)
    assert link.startswith("http://localhost/")
    return str(link.removeprefix("http://localhost"))
