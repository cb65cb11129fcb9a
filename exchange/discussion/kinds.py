"""The words of the discussion: where people talk, how they endorse, why they report."""

from __future__ import annotations

from enum import StrEnum


class Forum(StrEnum):
    """Who reads a comment. What members write among themselves before approval never becomes public with the programme."""

    MEMBERS = "members"
    PUBLIC = "public"


class Endorsing(StrEnum):
    """What somebody says by endorsing: that their organisation could take it up, or that it is good."""

    ADOPT = "adopt"
    SUPPORT = "support"


class ReportReason(StrEnum):
    """Why somebody asks the theme's manager to look at a comment."""

    CONFIDENTIAL = "confidential"
    UNKIND = "unkind"
    UNSAFE = "unsafe"
    ADVERTISING = "advertising"
    OTHER = "other"


class Settled(StrEnum):
    """How a report ended."""

    HIDDEN = "hidden"
    DISMISSED = "dismissed"
    REMOVED = "removed"
