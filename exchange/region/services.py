"""Loads a region pack: makes and updates what it names, retires what it no longer names, deletes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import current_app, g
from sqlalchemy import select

from exchange import clock, events
from exchange.audience import Audience
from exchange.extensions import db
from exchange.region.models import CareSystem, Organisation, Priority, Region, StrategicAim, Theme
from exchange.region.pack import HOST_ID, OrganisationType, Pack
from exchange.region.queries import REGION_ID

if TYPE_CHECKING:
    from exchange.accounts.models import Person

Loader = Callable[[Pack], None]
Kept = CareSystem | Priority | Theme | StrategicAim | Organisation
Rows = Mapping[str, Mapping[str, Any]]


def init_app(app: Any) -> None:
    """Features that keep a part of the pack of their own add a loader to `app.extensions["pack_loaders"]`."""
    app.extensions["pack_loaders"] = []


def load(pack: Pack, actor: Person | None = None) -> bool:
    """Makes this the region's pack, in the transaction at hand. Records `load_region` and is true when
    anything changed.
    """
    digest = _digest(pack)
    before = db.session.get(Region, REGION_ID, with_for_update=True, populate_existing=True)
    changes: dict[str, list[str]] = {"added": [], "changed": [], "retired": [], "returned": []}
    for model, key, rows in _tables(pack):
        _keep(model, key, rows, changes)
    region = before or Region(id=REGION_ID)
    is_new_pack = before is None or before.digest != digest
    if is_new_pack:
        _describe(region, pack, digest)
    for loader in current_app.extensions["pack_loaders"]:
        loader(pack)
    g.pop("region", None)
    if not is_new_pack and not any(changes.values()):
        return False
    events.record(actor, "load_region", region, Audience.ADMINISTRATORS, None, digest=digest, **changes)
    return True


def _tables(pack: Pack) -> Iterable[tuple[type[Kept], str, Rows]]:
    """Every table with its key and the rows it has to hold; those that others refer to come first."""
    systems = {item.code: {"name": item.name, "place": list(item.place) or None} for item in pack.systems}
    yield CareSystem, "code", _placed(systems)
    yield Priority, "id", _placed({item.id: {"name": item.name} for item in pack.priorities})
    themes = {
        item.id: {"name": item.name, "purpose": item.purpose, "services": list(item.services)}
        for item in pack.themes
    }
    yield Theme, "id", _placed(themes)
    yield (
        StrategicAim,
        "id",
        _placed({item.id: {"name": item.name, "purpose": item.purpose} for item in pack.strategic_aims}),
    )
    yield Organisation, "id", _organisations(pack)


def _placed(rows: Rows) -> Rows:
    return {key: {**values, "position": position} for position, (key, values) in enumerate(rows.items(), 1)}


def _organisations(pack: Pack) -> Rows:
    rows: dict[str, Mapping[str, Any]] = {
        item.id: {
            "code": item.code,
            "name": item.name,
            "type": item.type,
            "system_code": item.system,
            "enhanced": item.enhanced,
            "domains": list(item.domains),
            "serves": list(item.serves),
        }
        for item in pack.organisations
    }
    # An organisation of its own, so that its staff are not taken for the trust that houses them.
    rows[HOST_ID] = {
        "code": None,
        "name": pack.host,
        "type": OrganisationType.HOST,
        "system_code": None,
        "enhanced": False,
        "domains": [],
        "serves": [],
    }
    return rows


def _keep(model: type[Kept], key: str, rows: Rows, changes: dict[str, list[str]]) -> None:
    """Makes the table hold these rows; others are retired. Notes every change as "table:key"."""
    held: dict[str, Any] = {getattr(row, key): row for row in db.session.scalars(select(model))}
    name = model.__tablename__
    for id_, values in rows.items():
        row = held.pop(id_, None)
        if row is None:
            db.session.add(model(**{key: id_, **values, "retired_at": None}))
            changes["added"].append(f"{name}:{id_}")
            continue
        if row.retired_at is not None:
            row.retired_at = None
            changes["returned"].append(f"{name}:{id_}")
        if any(getattr(row, column) != value for column, value in values.items()):
            for column, value in values.items():
                setattr(row, column, value)
            changes["changed"].append(f"{name}:{id_}")
    for id_, row in sorted(held.items()):
        if row.retired_at is None:
            row.retired_at = clock.now()
            changes["retired"].append(f"{name}:{id_}")
    db.session.flush()


def _describe(region: Region, pack: Pack, digest: str) -> None:
    region.name = pack.name
    region.reference_prefix = pack.reference_prefix
    region.host_id = HOST_ID
    region.delegated_limit = pack.delegated_limit
    region.regional_networks = list(pack.regional_networks)
    region.rules = {
        name: list(rule) if isinstance(rule, tuple) else rule
        for name, rule in asdict(pack.assessment).items()
    }
    region.decline_reasons = dict(pack.decline_reasons)
    region.points = dict(pack.points)
    region.digest = digest
    region.loaded_at = clock.now()
    db.session.add(region)


def _digest(pack: Pack) -> str:
    return hashlib.sha256(json.dumps(asdict(pack), sort_keys=True).encode()).hexdigest()
