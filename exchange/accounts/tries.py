"""Limits tries at signing in, per account and per address, over all workers. Unknown accounts are counted
like known ones.

Mails that anybody can ask for (a new password, a confirmation) are limited in the same way, so that nobody's
mailbox is flooded. Rows hold keyed hashes, neither e-mail nor network addresses.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, and_, delete, select

from exchange import clock
from exchange.accounts.models import FailedTry
from exchange.extensions import client_address, db
from exchange.locking import take_turns
from exchange.transaction import at_once

WINDOW = timedelta(minutes=15)


class Purpose(NamedTuple):
    """What is tried, and how often in the window."""

    name: str
    most_per_account: int
    most_per_address: int


SIGN_IN = Purpose("sign-in", 5, 30)
MAIL = Purpose("mail", 5, 100)  # a whole workshop may register behind one address


def spend(purpose: Purpose, email: str) -> datetime | None:
    """Counts one try; or says when the next is allowed, where there were too many.

    It is counted before it is made, in a transaction of its own, and others for the same account or address wait for that: or as
    many as come at once would all be the first. It stays counted whatever becomes of the request.
    """
    account, address = _hashed(purpose, email), _hashed(purpose, client_address())
    with at_once():
        for key in sorted((account, address)):
            take_turns(key)
        until = max(
            filter(
                None,
                (
                    _until(FailedTry.account == account, purpose.most_per_account),
                    _until(FailedTry.address == address, purpose.most_per_address),
                ),
            ),
            default=None,
        )
        if until is None:
            db.session.add(FailedTry(account=account, address=address, at=clock.now()))
    return until


def forgive(purpose: Purpose, email: str) -> None:
    """The account's tries no longer count: its owner was here."""
    with at_once():
        db.session.execute(delete(FailedTry).where(FailedTry.account == _hashed(purpose, email)))


def forget_old() -> None:
    """Deletes the tries that no longer count. For the worker."""
    db.session.execute(delete(FailedTry).where(~_counts()))


def _until(whose: ColumnElement[bool], most: int) -> datetime | None:
    """The newest `most` tries all within the window: until the oldest of them has left it."""
    recent = select(FailedTry.at).where(whose, _counts())
    oldest = db.session.scalar(recent.order_by(FailedTry.at.desc()).offset(most - 1).limit(1))
    return None if oldest is None else oldest + WINDOW


def _counts() -> ColumnElement[bool]:
    """Within the window. Those from far ahead were made before the clock was put back, and would lock the account for as long."""
    moment = clock.now()
    return and_(FailedTry.at > moment - WINDOW, FailedTry.at <= moment + WINDOW)


def _hashed(purpose: Purpose, value: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{purpose.name}\0{value}".encode(), hashlib.sha256).hexdigest()
