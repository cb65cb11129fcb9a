"""`flask search rebuild`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from exchange.proposals import indexing
from exchange.transaction import transaction

search = AppGroup("search", help="The text index of proposals.")


@search.command("rebuild")
def rebuild() -> None:
    """Make the text index afresh, a few proposals at a time, while people read and write."""
    renew(only_old=False)
    click.echo("The text index is rebuilt.")


def renew(*, only_old: bool) -> None:
    """Each few proposals in a transaction of their own; stopped half-way, it can be started again."""
    after: int | None = 0
    while after is not None:
        with transaction():
            after = indexing.rebuild(after, only_old=only_old)
