"""The link by which a network answers an offer without an account: signed, for one offer as it was last sent, and good for a
while.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from exchange import clock
from exchange.extensions import db
from exchange.spread.beyond.models import Offer

SALT = "answer an offer"
GOOD_FOR = timedelta(days=180)
LONGEST_TOKEN = 200


def token_of(offer: Offer) -> str:
    """Sending the offer again ends the links of before, which may have gone to another address."""
    return str(_serializer().dumps([offer.id, offer.times_sent]))


def offer_of(token: str) -> Offer | None:
    """The offer that this link answers; None for a link that is not ours, is too old, or was followed by another."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        id_, times_sent = _serializer().loads(token)
    except BadSignature:
        return None
    offer = db.session.get(Offer, id_)
    if offer is None or offer.times_sent != times_sent or clock.now() >= offer.sent_at + GOOD_FOR:
        return None
    return offer


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=SALT)
