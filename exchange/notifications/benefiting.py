"""Who is told of what programmes brought. The rows of the table are in `of_programmes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.addresses import path_of
from exchange.benefits.models import Benefit
from exchange.benefits.sums import Status
from exchange.benefits.waiting import asked_to_confirm
from exchange.extensions import db
from exchange.spread.models import Programme

if TYPE_CHECKING:
    from exchange.notifications.news import News


def confirmers(news: News) -> list[Person]:
    """Who is asked to confirm it, while nobody has."""
    benefit = _benefit(news)
    return asked_to_confirm(benefit) if benefit.status is Status.WAITING else []


def enterer(news: News) -> list[Person]:
    return [_benefit(news).entered_by]


def figure(news: News) -> Mapping[str, Any]:
    return {"benefit": _benefit(news)}


def path(news: News) -> str:
    """The page of the figure."""
    benefit = _benefit(news)
    return path_of("benefits.benefit", slug=benefit.programme.slug, number=benefit.number)


def _benefit(news: News) -> Benefit:
    of_programme = select(Benefit).join(Benefit.programme).where(Programme.proposal_id == news.about.id)
    return db.session.scalars(of_programme.where(Benefit.number == news.happened.facts["benefit"])).one()
