"""Everything into another, empty, database, of either kind. Documents stay where they are: both databases mention the same."""

from __future__ import annotations

from contextlib import closing

from flask import current_app
from sqlalchemy import NullPool, create_engine

from exchange import transaction
from exchange.extensions import db
from exchange.revision import newest_revision, revision_of
from exchange.safekeeping import foreign_keys, last_ids, rows, schema, verification
from exchange.safekeeping.schema import CannotUse


def copy(url: str) -> verification.Sound:
    """All or nothing; raises CannotUse, or Broken when the log that is copied was tampered with."""
    engine = create_engine(url, poolclass=NullPool)
    transaction.listen_to(engine)
    with transaction.snapshot(db.engine) as source, transaction.rewriting(engine) as target:
        schema.refuse_foreign(target)
        if not schema.is_empty(target):
            raise CannotUse("That database is not empty. Give an empty one.")
        if revision_of(source) != newest_revision():
            raise CannotUse("This database is not up to date. Run `flask --app wsgi db upgrade` first.")
        schema.make_anew(target, "head")
        sent = {table.name: rows.Tally() for table in schema.tables_of(source)}
        tables = {table.name: table for table in schema.tables_of(target)}
        with foreign_keys.checked_last(target):
            for table in schema.tables_of(source):
                names = [column.name for column in rows.columns_of(table)]
                with closing(rows.lines_of(source, table)) as lines:
                    rows.load(target, tables[table.name], names, sent[table.name].watch(lines))
        last_ids.put(target, last_ids.read(source))
        for name, tally in sent.items():
            rows.refuse_others(target, tables[name], tally.sha256)
        return verification.verify(
            target, current_app.config["AUDIT_KEY"], since=verification.newest_mark(source)
        )
