"""Who is told of merges. Whoever is told of the proposal that ends is not told of the other one as well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from exchange.accounts.models import Person
from exchange.addresses import address, path_of
from exchange.discussion import queries as discussion
from exchange.extensions import db
from exchange.merging import queries
from exchange.merging.models import Merge
from exchange.merging.policy import last_day_to_undo
from exchange.notifications.discussing import page_path
from exchange.notifications.news import More, News, People, Row, managers, team
from exchange.notifications.paths import PAGE, WORK, path_to
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage

ANSWER = path_to("merging.answer_merge")


def to_answer(news: News) -> list[Person]:
    """Champions who have yet to agree, while it waits."""
    merge = _merge(news)
    return merge.awaited if merge.outcome is None else []


def concerned(news: News) -> list[Person]:
    """Who proposed it, and both champions."""
    merge = _merge(news)
    return [merge.proposed_by, merge.source.champion, merge.target.champion]


def people_moved(news: News) -> list[Person]:
    return queries.people_of(_merge(news))


def followers(news: News) -> list[Person]:
    return discussion.followers(news.about, news.happened.at)


def champions_of_merged(news: News) -> list[Person]:
    """Whose proposals continued in the one that has ended."""
    return [each.champion for each in proposals.merged_into(news.about) if each.stage is Stage.MERGED]


def what_was_merged(news: News) -> Mapping[str, Any]:
    merge = _merge(news)
    return {"merge": merge, "until": last_day_to_undo(merge.ended_at) if merge.ended_at else None}


def another_came(news: News) -> Mapping[str, Any]:
    unfollow = address("discussion.unfollow", ref=news.about.reference)
    return {"said": "another proposal was merged into it", "unfollow": unfollow}


def source_path(news: News) -> str:
    return path_of("proposals.show", ref=_merge(news).source.reference)


def _but_source(to: People) -> People:
    def people(news: News) -> list[Person]:
        of_source = News(None, _merge(news).source)
        told = {each.id for each in (*team(of_source), *managers(of_source))}
        return [each for each in to(news) if each.id not in told]

    return people


def _merge(news: News) -> Merge:
    return db.session.get_one(Merge, news.happened.facts["merge"])


def _row(to: People, template: str, path: Callable[[News], str] = PAGE, more: More = what_was_merged) -> Row:
    """Nobody is told of what went with a draft that was deleted meanwhile."""

    def people(news: News) -> Iterable[Person]:
        return to(news) if db.session.get(Merge, news.happened.facts["merge"]) else []

    return Row(people, template, path, more=more)


ENDED = Row(champions_of_merged, "continuation_ended", WORK, outlives=True)
ROWS: Mapping[str, tuple[Row, ...]] = {
    "propose_merge": (_row(to_answer, "merge_to_answer", ANSWER),),
    "refuse_merge": (_row(concerned, "merge_refused"),),
    "take_back_merge": (_row(concerned, "merge_taken_back"),),
    "merge": (_row(team, "merged"), _row(managers, "merged")),
    "take_in": (
        _row(_but_source(team), "took_in", page_path),
        _row(_but_source(managers), "took_in", page_path),
        _row(_but_source(people_moved), "continues", page_path),
        _row(_but_source(followers), "followed", page_path, another_came),
    ),
    "undo_merge": (_row(team, "merge_undone"), _row(managers, "merge_undone")),
    "give_back": (
        _row(_but_source(team), "gave_back", page_path),
        _row(_but_source(managers), "gave_back", page_path),
        _row(_but_source(people_moved), "went_back", source_path),
    ),
}
