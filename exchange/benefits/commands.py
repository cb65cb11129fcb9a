"""`flask benefits from-records`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from exchange.benefits import queries, services
from exchange.transaction import transaction
from exchange.wording import counted

benefits = AppGroup("benefits", help="What programmes promised.")


@benefits.command("from-records")
def from_records() -> None:
    """Write down the saving that records promised, of programmes approved before promises were kept. Twice does no harm."""
    with transaction():
        programmes = queries.without_saving()
        for programme in programmes:
            services.promise_by_record(programme, None)
    click.echo(f"Looked at {counted(len(programmes), 'programme')} without a promised saving.")
