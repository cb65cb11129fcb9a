"""One consistent copy of database and documents while people write, and putting it back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

from flask import current_app
from sqlalchemy import Connection

from exchange import clock, storage
from exchange.extensions import db
from exchange.ledger import LedgerEntry
from exchange.proposals.services import kept_files
from exchange.revision import revision_of
from exchange.safekeeping import archive, foreign_keys, last_ids, rows, schema, verification
from exchange.safekeeping.archive import Manifest
from exchange.safekeeping.schema import CannotUse
from exchange.transaction import rewriting, snapshot


def backup(target: Path) -> Manifest:
    """Raises CannotUse, and leaves no file then.

    A document is stored before its row commits, and deleted after its row is gone. So no deletion is let through from before the
    database is looked at until all documents are copied: then every one that a row mentions is there.
    """
    with archive.writing(target) as out, storage.held(), snapshot(db.engine) as connection:
        revision = revision_of(connection)
        if revision is None:
            raise CannotUse("The database has no tables. Run `flask --app wsgi db upgrade` first.")
        manifest = Manifest(clock.now().isoformat(timespec="seconds"), revision)
        for table in schema.tables_of(connection):
            columns = [column.name for column in rows.columns_of(table)]
            with closing(rows.lines_of(connection, table)) as lines:
                manifest.tables[table.name] = archive.add_table(out, table.name, columns, lines)
        manifest.last_ids = last_ids.read(connection)
        if LedgerEntry.__tablename__ in manifest.tables:
            manifest.mark = verification.newest_mark(connection)
        _add_documents(out, manifest, connection)
        archive.add_manifest(out, manifest, current_app.config["AUDIT_KEY"])
    return manifest


def restore(source: Path, *, replace: bool = False) -> tuple[Manifest, verification.Sound]:
    """All or nothing; raises CannotUse, or Broken when the log in it was tampered with. `replace` drops what is there."""
    key = current_app.config["AUDIT_KEY"]
    with archive.reading(source, key) as (parts, manifest), rewriting(db.engine) as connection:
        _refuse_odd_names(manifest)
        schema.refuse_foreign(connection)
        if not replace and not schema.is_empty(connection):
            raise CannotUse("The database is not empty. With --replace all that is in it is dropped first.")
        schema.make_anew(connection, manifest.revision)
        tables = {table.name: table for table in schema.tables_of(connection)}
        with foreign_keys.checked_last(connection):
            for name, contents in manifest.tables.items():
                rows.load(connection, tables[name], contents.columns, archive.lines_in(parts, name))
        last_ids.put(connection, manifest.last_ids)
        for name, contents in manifest.tables.items():
            rows.refuse_others(connection, tables[name], contents.sha256)
        schema.upgrade(connection)
        found = verification.verify(connection, key, since=manifest.mark)
        for name in manifest.files:
            with parts.open(archive.file_member(name)) as document:
                storage.put(document, name)
    return manifest, found


def _refuse_odd_names(manifest: Manifest) -> None:
    """Before anything is changed: a document comes under its own name, and nowhere but in the folder of documents."""
    try:
        for name in manifest.files:
            storage.path_of(name)
    except ValueError:
        raise CannotUse("It names a document as no backup of ours does.") from None


def _add_documents(out: ZipFile, manifest: Manifest, connection: Connection) -> None:
    for name, sha256 in connection.execute(kept_files(schema.tables_of(connection))).all():
        try:
            with storage.path_of(name).open("rb") as document:
                manifest.files[name] = archive.add_file(out, name, document)
        except FileNotFoundError:
            pass
        if name not in manifest.files or manifest.files[name].sha256 != sha256:
            manifest.faulty.append(name)
