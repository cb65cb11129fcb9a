from __future__ import annotations

from dataclasses import replace

from exchange.assessment import queries, rubric
from exchange.assessment.models import Rubric
from exchange.extensions import db
from exchange.region import pack, services
from tests.assessment.arrange import make_cast, make_submitted, start, submit
from tests.conftest import Committed
from tests.databases import TINY_REGION

PACK = pack.read(TINY_REGION.read_bytes())


def changed(**changes: object) -> pack.Pack:
    first, *others = PACK.rubric
    return replace(PACK, rubric=(replace(first, **changes), *others))  # type: ignore[arg-type]


def test_the_pack_makes_the_first_version(committed: Committed) -> None:
    with committed():
        latest = rubric.latest()
        assert latest is not None
        assert latest.number == 1
        assert [(each.key, each.weight, each.position) for each in latest.criteria] == [
            ("need", 40, 1),
            ("benefit", 60, 2),
        ]
        assert rubric.weights(latest) == {"need": 40, "benefit": 60}


def test_the_same_pack_makes_no_new_version(committed: Committed) -> None:
    with committed():
        services.load(PACK)
        assert db.session.query(Rubric).count() == 1


def test_a_changed_rubric_makes_the_next_version_and_edits_none(committed: Committed) -> None:
    with committed():
        cast = make_cast()
        used = cast.round.rubric_id
        services.load(changed(high="Everyone says so."))
        latest = rubric.latest()
        assert latest is not None
        assert (latest.number, latest.criteria[0].high) == (2, "Everyone says so.")
        assert db.session.get_one(Rubric, used).criteria[0].high == "A pressing need."
        submit(cast.assignment(0), 5, 1)
        assert queries.aggregate(cast.round).mean == 40.0
        second = make_submitted(cast.champion)
        assert start(second, cast.manager, cast.reviewers).rubric_id == latest.id


def test_going_back_to_an_earlier_rubric_makes_another_version(committed: Committed) -> None:
    with committed():
        services.load(changed(name="Wanted"))
        services.load(PACK)
        latest = rubric.latest()
        assert latest is not None
        assert (latest.number, latest.criteria[0].name) == (3, "Need")


def test_another_order_is_another_version(committed: Committed) -> None:
    with committed():
        services.load(replace(PACK, rubric=PACK.rubric[::-1]))
        latest = rubric.latest()
        assert latest is not None
        assert (latest.number, list(rubric.weights(latest))) == (2, ["benefit", "need"])
