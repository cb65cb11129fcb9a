"""`flask demo load`: fills an empty exchange with the demo. Refuses outside development."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from exchange.demo import load as demo_load
from exchange.transaction import transaction

demo = AppGroup("demo", help="The demo data, for development only.")

ACCOUNTS = (
    ("member@example.org", "a member"),
    ("champion@example.org", "champion of several proposals"),
    ("reviewer1@ … reviewer5@example.org", "reviewers"),
    ("manager@example.org", "programme manager"),
    ("director@example.org", "theme director"),
    ("lead@example.org", "organisation lead"),
    ("lay@example.org", "lay member"),
    ("admin@example.org", "administrator"),
)


@demo.command("load")
def load() -> None:
    """Load people and proposals, all or nothing; an exchange that has them keeps its data."""
    if current_app.config["ENVIRONMENT"] != "development":
        raise click.ClickException("The demo is for development only: its passwords are known to all.")
    if demo_load.is_loaded():
        click.echo("The demo is loaded already; its data is kept.")
    else:
        with transaction():
            demo_load.load()
        click.echo("The demo is loaded.")
    click.echo(f"\nAccounts, all with the password {demo_load.PASSWORD}:")
    for address, role in ACCOUNTS:
        click.echo(f"  {address:36} {role}")
