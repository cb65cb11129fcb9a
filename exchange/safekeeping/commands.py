"""`flask audit …`, `flask backup`, `flask restore` and `flask database copy`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from config import database_url
from exchange import events
from exchange.events import Event, EventText
from exchange.extensions import db
from exchange.plain_text import tidy_line
from exchange.proposals.commands import renew
from exchange.safekeeping import backup as backups
from exchange.safekeeping import copying
from exchange.safekeeping.schema import CannotUse
from exchange.safekeeping.verification import Broken, Sound, verify
from exchange.transaction import snapshot, transaction
from exchange.wording import counted, day

audit = AppGroup("audit", help="The log of everything that happened.")
database = AppGroup("database", help="The database as a whole.")


@audit.command("verify")
@click.option("--since", metavar="MARK", default="", help="A mark that this command gave before.")
def verify_audit(since: str) -> None:
    """Check that no event was changed, added or taken away by anyone without AUDIT_KEY."""
    with _refusing(), snapshot(db.engine) as connection:
        found = verify(connection, current_app.config["AUDIT_KEY"], since)
    click.echo(_told(found))


@audit.command("find")
@click.argument("words")
def find(words: str) -> None:
    """List the texts of events that hold WORDS, as `redact` wants them."""
    holding = select(Event, EventText.name).join(Event.texts)
    found = holding.where(EventText.content.icontains(words, autoescape=True)).order_by(EventText.id)
    rows = db.session.execute(found).all()
    for event, name in rows:
        click.echo(f"{event.id} {name}  ({event.subject}, {event.kind}, {day(event.at)})")
    if not rows:
        click.echo(f"No text of an event holds “{words}”.")


@audit.command("redact")
@click.argument("event_id", type=int)
@click.argument("name")
@click.option("--reason", prompt="Why it is removed", help="Kept with the log, for administrators.")
def redact(event_id: int, name: str, reason: str) -> None:
    """Remove the text NAME of an event for good, and say so where it stood."""
    if not tidy_line(reason):
        raise click.ClickException("Say why it is removed.")
    with transaction():
        texts = db.session.scalars(select(EventText).where(EventText.event_id == event_id)).all()
        named = {text.name: text for text in texts}
        if name not in named:
            there = f"It has {', '.join(named)}." if named else "It has none, or there is no such event."
            raise click.ClickException(f"Event {event_id} has no text “{name}”. {there}")
        if named[name].redacted_at is not None:
            raise click.ClickException("It was removed already.")
        events.redact(named[name], tidy_line(reason))
    click.echo(f"The text “{name}” of event {event_id} is removed.")


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Copy database and documents into one new FILE, while the service runs."""
    with _refusing():
        made = backups.backup(file)
    rows = sum(table.rows for table in made.tables.values())
    click.echo(
        f"{file}: {counted(rows, 'row')}, {counted(len(made.files), 'document')}, revision {made.revision}."
    )
    if made.mark:
        click.echo(f"Mark {made.mark}.")
    for name in made.faulty:
        click.echo(
            f"The document stored as {name} is missing or damaged: restore it from an older backup.", err=True
        )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Drop what is in the database first.")
@with_appcontext
def restore(file: Path, replace: bool) -> None:
    """Put back a backup, all or nothing. Stop the service first."""
    with _refusing():
        manifest, found = backups.restore(file, replace=replace)
        renew(only_old=True)  # of a backup whose text index older rules made
    click.echo(f"Restored as of {manifest.made_at}. {_told(found)}")
    for name in manifest.faulty:
        click.echo(f"The document stored as {name} was missing or damaged in it.", err=True)


@database.command("copy")
@click.argument("url")
def copy(url: str) -> None:
    """Copy everything into another, empty, database. Stop the service first."""
    with _refusing():
        found = copying.copy(database_url(url))
    click.echo(f"Copied. {_told(found)}")


def _told(found: Sound) -> str:
    chains = f"{counted(found.events, 'event')} of {counted(found.subjects, 'subject')}"
    return f"{chains}: all as recorded. Mark {found.mark or 'none'}."


@contextmanager
def _refusing() -> Iterator[None]:
    """Ends with exit code 1 and one line that says why."""
    try:
        yield
    except (CannotUse, Broken, OSError) as why:
        raise click.ClickException(f"{why}") from None
    except SQLAlchemyError as fault:
        raise click.ClickException(f"The database refused: {getattr(fault, 'orig', None) or fault}") from None
