"""Joins the features' commands to `flask`."""

from __future__ import annotations

from flask import Flask

from exchange.accounts.commands import people
from exchange.benefits.commands import benefits
from exchange.demo.commands import demo
from exchange.notifications.worker import worker
from exchange.proposals.commands import search
from exchange.region.commands import region
from exchange.safekeeping.commands import audit, backup, database, restore


def init_app(app: Flask) -> None:
    for command in (region, people, search, benefits, worker, demo, audit, backup, restore, database):
        app.cli.add_command(command)
