"""The pages that news leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import current_app

from exchange.addresses import path_of
from exchange.spread import queries as spread

if TYPE_CHECKING:
    from exchange.notifications.news import News


def path_to(endpoint: str) -> Callable[[News], str]:
    """The path of a page; of this proposal, where the page is one's."""

    def path(news: News) -> str:
        values = {} if news.proposal is None else {"ref": news.proposal.reference}
        needed = {name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments}
        if "slug" in needed:
            values["slug"] = _slug_of(news)
        return path_of(endpoint, **{name: value for name, value in values.items() if name in needed})

    return path


def _slug_of(news: News) -> str:
    programme = spread.programme_of(news.about)
    assert programme is not None
    return programme.slug


PAGE = path_to("proposals.show")
PROGRAMME = path_to("spread.programme")
EDIT = path_to("proposals.edit")
REVIEW = path_to("assessment.review")
REVIEWERS = path_to("assessment.reviewers")
PANEL = path_to("assessment.assessment")
QUESTIONS = path_to("assessment.questions")
DISCUSSION = path_to("assessment.discussion")
PACK = path_to("decisions.decision_pack")
LETTER = path_to("decisions.letter")
OFFERS = path_to("beyond.offers_made")
WORK = path_to("reports.my_work")
TEAM = path_to("proposals.team")
INVITATION = path_to("assessment.invitation")
REGISTER = path_to("security.register")
