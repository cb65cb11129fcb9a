"""`flask people …`: accounts and roles from the command line, as for the first administrator."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_security import hash_password
from flask_security.proxies import _security

from exchange.accounts import queries, services
from exchange.accounts.forms import LONGEST_NAME, weakness
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.errors import ExchangeError
from exchange.plain_text import tidy_line
from exchange.region import queries as region
from exchange.region.models import Organisation, Theme
from exchange.transaction import transaction

people = AppGroup("people", help="Accounts and what they may do.")


@people.command("create")
@click.argument("email")
@click.option("--name", prompt="Name")
@click.option("--job", prompt="Job title", default="", show_default=False)
@click.option("--organisation", prompt="Organisation’s id (empty for none)", default="", show_default=False)
@click.option(
    "--lay", is_flag=True, help="A patient, carer or member of the public, who has no organisation."
)
@click.option("--terms/--no-terms", prompt="Have they accepted the confidentiality terms?")
@click.password_option()
def create(email: str, name: str, job: str, organisation: str, lay: bool, terms: bool, password: str) -> None:
    """Make an account that can sign in at once. Without an organisation it waits for an administrator to
    settle one.
    """
    if lay and organisation:
        raise click.ClickException("A lay member belongs to no organisation.")
    if max(len(name), len(job)) > LONGEST_NAME:
        raise click.ClickException(f"Name and job title have at most {LONGEST_NAME} characters.")
    if reason := weakness(password, [email, name]):
        raise click.ClickException(f"{reason}.")
    try:
        address = _security.mail_util.normalize(email).lower()
    except ValueError:
        raise click.ClickException(f"{email} is not an e-mail address.") from None
    registration = services.Registration(
        email=address,
        password=hash_password(_security.password_util.normalize(password)),
        name=tidy_line(name),
        job=tidy_line(job),
        is_lay=lay,
        accepts_terms=terms,
    )
    try:
        with transaction():
            services.create(registration, _organisation(organisation))
    except ExchangeError as refused:
        raise click.ClickException(refused.message) from refused
    click.echo(f"{address} can sign in.")


@people.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--theme", default="", help="For a reviewer, programme manager or theme director.")
@click.option("--organisation", default="", help="For an organisation lead.")
def grant(email: str, role: str, theme: str, organisation: str) -> None:
    """Give a person a role."""
    try:
        with transaction():
            person = _person(email)
            services.grant(person, Role(role), _theme(theme), _organisation(organisation))
    except ExchangeError as refused:
        raise click.ClickException(refused.message) from refused
    click.echo(f"{person.name} is now {role}.")


def _person(email: str) -> Person:
    person = queries.by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody has the e-mail address {email}.")
    return person


def _theme(theme_id: str) -> Theme | None:
    known = {theme.id: theme for theme in region.themes()}
    if theme_id and theme_id not in known:
        raise click.ClickException(f"There is no theme {theme_id}; there are {', '.join(known)}.")
    return known.get(theme_id)


def _organisation(organisation_id: str) -> Organisation | None:
    known = {organisation.id: organisation for organisation in region.organisations()}
    if organisation_id and organisation_id not in known:
        raise click.ClickException(
            f"There is no organisation {organisation_id}; there are {', '.join(known)}."
        )
    return known.get(organisation_id)
