"""Tables of the region: everything that makes an exchange this region's. Filled by the region pack, never
deleted once used.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.extensions import Base
from exchange.region.pack import OrganisationType as OrganisationType


class Region(Base):
    """The one region of this exchange. `rules` is the pack's [assessment] table; `digest` tells one pack from
    another.
    """

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    reference_prefix: Mapped[str] = mapped_column(String(8))
    host_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    delegated_limit: Mapped[int]
    regional_networks: Mapped[list[str]]
    rules: Mapped[dict[str, Any]]
    decline_reasons: Mapped[dict[str, Any]]
    points: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime]

    host: Mapped[Organisation] = relationship()

    @property
    def event_subject(self) -> str:
        return "region:1"


class Priority(Base):
    __tablename__ = "priority"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    retired_at: Mapped[datetime | None]


class Theme(Base):
    __tablename__ = "theme"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str]
    services: Mapped[list[str]]
    position: Mapped[int]
    retired_at: Mapped[datetime | None]


class StrategicAim(Base):
    __tablename__ = "strategic_aim"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str]
    position: Mapped[int]
    retired_at: Mapped[datetime | None]


class CareSystem(Base):
    """An integrated care system. `place` is its tile on the map: row, column, height and width, or None for wherever there is
    room."""

    __tablename__ = "care_system"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    place: Mapped[list[int] | None]
    retired_at: Mapped[datetime | None]


class Organisation(Base):
    """An organisation of the region. `serves` are codes of care systems besides its own; `domains` settle who
    belongs to it.
    """

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_name", "name"),)

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    code: Mapped[str | None] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[OrganisationType]
    system_code: Mapped[str | None] = mapped_column(ForeignKey("care_system.code"), index=True)
    enhanced: Mapped[bool]
    domains: Mapped[list[str]]
    serves: Mapped[list[str]]
    retired_at: Mapped[datetime | None]

    system: Mapped[CareSystem | None] = relationship()

    @property
    def can_adopt(self) -> bool:
        """The network's own organisation does not, nor does one that is no more."""
        return self.type is not OrganisationType.HOST and self.retired_at is None

    @property
    def event_subject(self) -> str:
        return f"organisation:{self.id}"
