"""Who may do what with notifications and mail, as plain rules. An inbox is everybody's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.outbox import Message


def handles_mail(person: Person, *message: Message) -> bool:
    """Sees what could not be sent, and has it tried again."""
    return person.is_administrator
