"""Loading a pack creates, updates, retires and brings back; it deletes nothing, and a bad one changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from exchange.events import Event
from exchange.region import pack, queries, services
from exchange.region.models import CareSystem, Organisation, OrganisationType, Priority, Region
from exchange.region.queries import NoRegion
from tests.conftest import Committed
from tests.databases import TINY_REGION

TINY = TINY_REGION.read_text()


def loaded(text: str) -> bool:
    return services.load(pack.read(text.encode()))


def load_events() -> list[Event]:
    from exchange.extensions import db

    return list(db.session.scalars(select(Event).where(Event.kind == "load_region").order_by(Event.position)))


def test_region_is_what_the_pack_says(committed: Committed) -> None:
    with committed():
        region = queries.current()
        assert (region.name, region.reference_prefix, region.delegated_limit) == (
            "Three Valleys",
            "TV",
            50000,
        )
        assert region.rules["reminders_before"] == [5, 1]
        assert region.decline_reasons["other"] == "Another reason"
        assert [priority.id for priority in queries.priorities()] == ["sleep", "falls"]
        assert [theme.services for theme in queries.themes()] == [["Safety clinic"]]
        assert [aim.id for aim in queries.strategic_aims()] == ["learning"]
        assert [system.code for system in queries.care_systems()] == ["QV1"]


def test_host_is_an_organisation_of_its_own(committed: Committed) -> None:
    with committed():
        host = queries.current().host
        assert (host.id, host.type, host.name) == (
            "host",
            OrganisationType.HOST,
            "Three Valleys Health Network",
        )
        assert [organisation.id for organisation in queries.organisations()] == [
            "hill-hospital",
            "river-trust",
            "host",
            "valley-university",
        ]


def test_loading_the_same_pack_again_changes_nothing(committed: Committed) -> None:
    with committed() as session:
        before = session.get_one(Region, 1).loaded_at
    with committed() as session:
        assert loaded(TINY) is False
        assert session.get_one(Region, 1).loaded_at == before
        assert len(load_events()) == 1


def test_first_load_records_one_event(committed: Committed) -> None:
    with committed():
        [event] = load_events()
        assert event.actor_id is None
        assert "priority:sleep" in event.facts["added"]
        assert event.facts["retired"] == []


def test_id_no_longer_in_the_pack_is_retired_and_comes_back(committed: Committed) -> None:
    without = TINY.replace('[[priorities]]\nid = "falls"\nname = "Fewer falls"\n', "")
    with committed() as session:
        assert loaded(without) is True
        assert [priority.id for priority in queries.priorities()] == ["sleep"]
        assert session.get_one(Priority, "falls").retired_at is not None
        assert queries.priority("falls").name == "Fewer falls"
    with committed():
        assert loaded(TINY) is True
        assert [priority.id for priority in queries.priorities()] == ["sleep", "falls"]
        assert [event.facts["retired"] for event in load_events()] == [[], ["priority:falls"], []]
        assert load_events()[-1].facts["returned"] == ["priority:falls"]


def test_changed_names_and_order_are_taken_over(committed: Committed) -> None:
    text = TINY.replace("Better sleep", "Sounder sleep").replace("Hill Hospital", "Hill Infirmary")
    text = text.replace("delegated_limit = 50000", "delegated_limit = 60000")
    with committed() as session:
        assert loaded(text) is True
        assert queries.priority("sleep").name == "Sounder sleep"
        assert session.get_one(Organisation, "hill-hospital").name == "Hill Infirmary"
        assert queries.current().delegated_limit == 60000
        assert load_events()[-1].facts["changed"] == ["priority:sleep", "organisation:hill-hospital"]


def test_change_of_a_part_kept_by_another_feature_is_a_change(committed: Committed) -> None:
    text = TINY.replace("A pressing need.", "A very pressing need.")
    with committed():
        assert loaded(text) is True
        assert len(load_events()) == 2


def test_features_load_their_own_part_in_the_same_transaction(app: Flask, committed: Committed) -> None:
    def refuse(pack: pack.Pack) -> None:
        raise RuntimeError("the rubric cannot be loaded")

    app.extensions["pack_loaders"].append(refuse)
    try:
        with pytest.raises(RuntimeError), committed():
            loaded(TINY.replace("Better sleep", "Sounder sleep"))
    finally:
        app.extensions["pack_loaders"].remove(refuse)
    with committed():
        assert queries.priority("sleep").name == "Better sleep"


def test_system_and_organisation_leave_together(committed: Committed) -> None:
    text = TINY.replace('[[systems]]\ncode = "QV1"\nname = "Upper Valley"\n', "")
    text = text.replace('system = "QV1"\n', "").replace('serves = ["QV1"]\n', "")
    with committed() as session:
        assert loaded(text) is True
        assert session.get_one(CareSystem, "QV1").retired_at is not None
        assert session.get_one(Organisation, "hill-hospital").system_code is None


def test_command_loads_a_pack(app: Flask, tmp_path: Path, committed: Committed) -> None:
    file = tmp_path / "pack.toml"
    file.write_text(TINY.replace("Better sleep", "Sounder sleep"))
    result = app.test_cli_runner().invoke(args=["region", "load", str(file)])
    assert (result.exit_code, result.output) == (0, "Three Valleys: the pack is loaded.\n")
    with committed():
        assert queries.priority("sleep").name == "Sounder sleep"
    again = app.test_cli_runner().invoke(args=["region", "load", str(file)])
    assert (again.exit_code, again.output) == (0, "Three Valleys: nothing has changed.\n")


def test_command_refuses_a_bad_pack_and_changes_nothing(
    app: Flask, tmp_path: Path, committed: Committed
) -> None:
    file = tmp_path / "pack.toml"
    file.write_text(TINY.replace("Better sleep", "Sounder sleep").replace("weight = 60", "weight = 55"))
    result = app.test_cli_runner().invoke(args=["region", "load", str(file)])
    assert result.exit_code == 1
    assert "rubric: weights sum to 95, not 100" in result.output
    with committed():
        assert queries.priority("sleep").name == "Better sleep"
        assert len(load_events()) == 1


def test_without_a_region_the_reader_is_told(committed: Committed) -> None:
    with committed() as session:
        session.delete(session.get_one(Region, 1))
    with committed(), pytest.raises(NoRegion):
        queries.current()
