"""Tables of people: accounts, role grants, registered interests, and failed tries at signing in."""

from __future__ import annotations

from datetime import date, datetime

from flask_security import UserMixin
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.roles import THEME_ROLES as THEME_ROLES
from exchange.accounts.roles import Role as Role
from exchange.extensions import Base
from exchange.region.models import Organisation, Theme
from exchange.wording import in_words


class Person(UserMixin, Base):
    """An account. `organisation` is the settled one; what they said at registration waits in the `claimed_`
    columns.

    `active` is false for a leaver. `fs_uniquifier` ends all sessions when it changes.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_name", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(100))
    job: Mapped[str] = mapped_column(String(100), default="")
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    create_datetime: Mapped[datetime]
    update_datetime: Mapped[datetime]
    is_lay: Mapped[bool] = mapped_column(default=False)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    claimed_organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    claimed_organisation_name: Mapped[str] = mapped_column(String(200), default="")
    terms_accepted_at: Mapped[datetime | None]
    interests_checked_at: Mapped[datetime | None]

    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id], lazy="joined")
    claimed_organisation: Mapped[Organisation | None] = relationship(foreign_keys=[claimed_organisation_id])
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="person", foreign_keys="RoleGrant.person_id", lazy="selectin", order_by="RoleGrant.id"
    )

    interests: Mapped[list[RegisteredInterest]] = relationship(
        back_populates="person", order_by="RegisteredInterest.id"
    )

    @property
    def event_subject(self) -> str:
        return f"person:{self.id}"

    @property
    def claimed(self) -> str:
        """The organisation they named when they registered, or nothing."""
        return self.claimed_organisation.name if self.claimed_organisation else self.claimed_organisation_name

    @property
    def is_member(self) -> bool:
        """Belongs to an organisation and has accepted the confidentiality terms."""
        return self.organisation_id is not None and self.terms_accepted_at is not None and not self.is_lay

    @property
    def is_administrator(self) -> bool:
        return any(grant.role is Role.ADMINISTRATOR for grant in self.grants)

    def themes_as(self, role: Role) -> frozenset[str]:
        """Ids of the themes in which the person holds this role; none until they accept the confidentiality terms."""
        if self.terms_accepted_at is None:
            return frozenset()
        return frozenset(grant.theme_id for grant in self.grants if grant.role is role and grant.theme_id)


class RoleGrant(Base):
    """One role of one person, in one theme or organisation. Taken away by deleting the row; the event log
    remembers.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "(role IN ('reviewer', 'programme-manager', 'theme-director')) = (theme_id IS NOT NULL)",
            name="theme_scope",
        ),
        CheckConstraint(
            "(role = 'organisation-lead') = (organisation_id IS NOT NULL)", name="organisation_scope"
        ),
        # NULLs are distinct in a unique constraint, hence the one text that names the scope.
        Index("uq_role_grant_person_id_role_scope", "person_id", "role", "scope", unique=True),
        Index("ix_role_grant_theme_id_role", "theme_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    theme_id: Mapped[str | None] = mapped_column(ForeignKey("theme.id"))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    scope: Mapped[str] = mapped_column(String(60))
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(back_populates="grants", foreign_keys=[person_id])
    theme: Mapped[Theme | None] = relationship(lazy="joined")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    @property
    def title(self) -> str:
        """The role and what it is for, like "Reviewer, Safe care"."""
        scope = self.theme or self.organisation
        return f"{in_words(self.role)}, {scope.name}" if scope else in_words(self.role)


class RegisteredInterest(Base):
    """A line of somebody's register: an organisation of the exchange, or a person by the address that their account has or may
    have one day, or something else, which no rule finds. It binds from its first day until `until`, or until it is ended."""

    __tablename__ = "registered_interest"
    __table_args__ = (Index("ix_registered_interest_person_id_until", "person_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str | None] = mapped_column(String(254))
    reason: Mapped[str]
    registered_at: Mapped[datetime]
    until: Mapped[date]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="interests")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    @property
    def named(self) -> str:
        """Whom or what it is about."""
        return self.organisation.name if self.organisation else self.email or "Something else"

    def binds_on(self, day: date) -> bool:
        return self.ended_at is None and self.until >= day

    @classmethod
    def binding_on(cls, day: date) -> ColumnElement[bool]:
        """The same in a query."""
        return and_(cls.ended_at.is_(None), cls.until >= day)


class FailedTry(Base):
    """A failed try at signing in or at a reset, counted per account and per address over all workers."""

    __tablename__ = "failed_try"
    __table_args__ = (
        Index("ix_failed_try_account_at", "account", "at"),
        Index("ix_failed_try_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class EndedSession(Base):
    """A session that somebody signed out of, until no copy of its cookie is young enough to be taken. Holds its ticket hashed."""

    __tablename__ = "ended_session"
    __table_args__ = (Index("ix_ended_session_ticket", "ticket"), Index("ix_ended_session_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
