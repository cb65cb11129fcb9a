"""`flask search rebuild`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from exchange import headings
from exchange.extensions import db
from exchange.proposals import indexing
from exchange.similarity import Heading
from exchange.transaction import transaction

AT_ONCE = 20
HEADINGS_AT_ONCE = 1_000

search = AppGroup("search", help="The text index of proposals.")


@search.command("rebuild")
def rebuild() -> None:
    """Make the text index afresh, a few proposals at a time, while people read and write."""
    renew(only_old=False)
    click.echo("The text index is rebuilt.")


def renew(*, only_old: bool) -> None:
    """Each few proposals in a transaction of their own; stopped half-way, it can be started again."""
    with transaction():
        ids = indexing.to_rebuild(only_old=only_old)
    for first in range(0, len(ids), AT_ONCE):
        with transaction():
            indexing.rebuild(ids[first : first + AT_ONCE])
        db.session.expunge_all()
    _keep_concepts()


def _keep_concepts() -> None:
    """Of headings that are older than the finding of similar ones."""
    after = 0
    while True:
        with transaction():
            found = indexing.without_concepts(after, HEADINGS_AT_ONCE)
            for row in found:
                headings.put(row.id, Heading(row.title, row.summary))
        if not found:
            return
        after = found[-1].id
