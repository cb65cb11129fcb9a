"""Who reads an event, or a text in one. Who belongs to which is the policy of each subject's feature."""

from enum import StrEnum


class Audience(StrEnum):
    PUBLIC = "public"
    MEMBERS = "members"
    TEAM = "team"
    ASSESSORS = "assessors"
    DIRECTOR = "director"
    ADMINISTRATORS = "administrators"
