"""Fills a new database with proposals as years of use leave them, whatever their number.

IN_HAND of them wait for somebody, so that every worklist is full at any size and as full at every size: what a person has to do
is measured apart from how much the exchange holds. The rest is an archive of five years.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from flask import Flask
from flask_migrate import upgrade

from benchmarks.answers import FOUND_RARELY, Lists, lists
from benchmarks.bulk import Bulk
from benchmarks.life import Life, Setting
from benchmarks.people import add_people
from exchange import clock
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from exchange.region import pack, services
from exchange.transaction import transaction

PACK = "region/packs/west_midlands.toml"
SMALLEST = 1_000
CHUNK = 2_000

IN_HAND = {
    Stage.IN_ASSESSMENT: 280,
    Stage.SUBMITTED: 110,
    Stage.ASSESSED: 100,
    Stage.CHANGES_REQUESTED: 110,
}
ARCHIVE = {
    Stage.DRAFT: 80,
    Stage.SPREAD: 270,
    Stage.NOT_TAKEN_FORWARD: 450,
    Stage.WITHDRAWN: 150,
}


def fill(app: Flask, path: Path, size: int) -> None:
    """The SQLite database at `path`, which `app` uses; the same for the same size."""
    with app.app_context():
        upgrade()
        with transaction():
            services.load(pack.read((Path(app.root_path) / PACK).read_bytes()))
        found = lists()
        db.session.remove()
        db.engine.dispose()
        bulk = Bulk(path)
        _fill(bulk, found, size)
        bulk.finish()


def _fill(bulk: Bulk, lists: Lists, size: int) -> None:
    draw, now = Random(size), clock.now()
    setting = Setting(bulk, draw, lists, add_people(bulk, draw, lists, size, now), now)
    in_hand = [stage for stage, number in IN_HAND.items() for _ in range(number)]
    archive = draw.choices(list(ARCHIVE), list(ARCHIVE.values()), k=size - len(in_hand))
    placed: dict[Stage, int] = {}
    for number, stage in enumerate([*in_hand, *archive]):
        nth = placed[stage] = placed.get(stage, -1) + 1
        Life(setting, stage, nth if number < len(in_hand) else None, is_rare=number < FOUND_RARELY).live()
        if number % CHUNK == 0:
            bulk.send()
    for year, last in setting.last_of.items():
        bulk.add("reference_counter", year=year, last=last)
