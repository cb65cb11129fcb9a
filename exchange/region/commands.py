"""`flask region load FILE`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from exchange.region import services
from exchange.region.pack import BadPack, read
from exchange.transaction import transaction

region = AppGroup("region", help="The region this exchange belongs to.")


@region.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Create or update the region from its pack. What is used is never deleted."""
    try:
        pack = read(file.read_bytes())
    except BadPack as bad:
        for mistake in bad.mistakes:
            click.echo(mistake, err=True)
        click.echo(
            f"Nothing was changed. Mend {_counted(len(bad.mistakes))} above and load the pack again.",
            err=True,
        )
        raise SystemExit(1) from None
    with transaction():
        changed = services.load(pack)
    click.echo(f"{pack.name}: the pack is loaded." if changed else f"{pack.name}: nothing has changed.")


def _counted(mistakes: int) -> str:
    return "the mistake" if mistakes == 1 else f"the {mistakes} mistakes"
