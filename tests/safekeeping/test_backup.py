"""`flask backup` and `flask restore`: all of it, equal by hashes, in either database; or nothing, and the reason."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import tracemalloc
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest
from flask import Flask
from sqlalchemy import select, text

from exchange import events, storage
from exchange.audience import Audience
from exchange.extensions import db
from exchange.proposals import services
from exchange.proposals.models import Attachment, Proposal
from exchange.revision import newest_revision, revision_of
from exchange.safekeeping import archive, foreign_keys, schema, verification
from exchange.transaction import rewriting, transaction
from tests.conftest import Committed
from tests.proposals.arrange import attach, make_champion, make_draft
from tests.safekeeping.arrange import (
    Thing,
    contents_of,
    done,
    on_sqlite,
    record_some,
    refused,
    run,
    tamper,
    works,
)

# ---- There and back


def test_restored_is_what_was_backed_up(full: Flask, other: Flask, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    done(full, "backup", str(first))
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert "all as recorded" in done(other, "restore", str(first))
    done(other, "backup", str(second))
    assert contents_of(second) == contents_of(first)
    assert len(contents_of(first)["files"]) > 1
    works(other)


def test_backup_goes_from_one_database_to_the_other_and_back(full: Flask, tmp_path: Path) -> None:
    there, back = tmp_path / "there.zip", tmp_path / "back.zip"
    done(full, "backup", str(there))
    on_file = on_sqlite(tmp_path)
    done(on_file, "restore", str(there))
    works(on_file)
    done(on_file, "backup", str(back))
    before = contents_of(there)
    with full.app_context():
        last = db.session.scalar(text("SELECT max(id) FROM event"))
    done(full, "restore", "--replace", str(back))
    done(full, "backup", str(tmp_path / "again.zip"))
    after = contents_of(tmp_path / "again.zip")
    assert after["tables"].keys() == before["tables"].keys()
    works(full)
    with full.app_context():
        assert (db.session.scalar(text("SELECT max(id) FROM event")) or 0) > (last or 0)


def test_backup_of_an_older_version_is_brought_up_to_date(app: Flask, other: Flask, tmp_path: Path) -> None:
    """As the revision before left it: no ledger yet, and events whose texts have digests without a key."""
    with app.app_context(), rewriting(db.engine) as connection:
        schema.make_anew(connection, "0001")
    file = tmp_path / "old.zip"
    said = done(app, "backup", str(file))
    assert "revision 0001" in said
    assert "Restored" in done(other, "restore", str(file))
    with other.app_context(), other.app_context():
        assert revision_of(db.session.connection()) == newest_revision()
    with app.app_context(), rewriting(db.engine) as connection:
        schema.upgrade(connection)


# ---- While people write


def test_backup_while_others_write_is_whole(
    app: Flask, committed: Committed, other: Flask, tmp_path: Path
) -> None:
    with committed():
        champion = make_champion()
        draft = make_draft(champion)
    stop, failures = Flag(), list[BaseException]()

    def write(number: int) -> None:
        try:
            while not stop.is_set():
                with app.app_context(), transaction():
                    proposal = db.session.get_one(Proposal, draft.id)
                    person = proposal.champion
                    kept = attach(services.lock(proposal), person, f"{number}.pdf")
                    stored_as = kept.stored_as
                with app.app_context(), transaction():
                    db.session.delete(
                        db.session.scalars(select(Attachment).where(Attachment.stored_as == stored_as)).one()
                    )
                    events.record(None, "happen", Thing(f"thing:{number}"), Audience.TEAM)
                with app.app_context():
                    storage.delete(stored_as)  # as a request does once it has committed
        except BaseException as failure:
            failures.append(failure)

    threads = [Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    files = [tmp_path / f"{number}.zip" for number in range(3)]
    try:
        said = [done(app, "backup", str(file)) for file in files]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert [each for each in said if "missing" in each] == []
    assert "all as recorded" in done(other, "restore", str(files[-1]))
    assert "all as recorded" in done(app, "audit", "verify")


def test_documents_are_not_deleted_while_they_are_held(app: Flask) -> None:
    with app.app_context():
        name = storage.save(io.BytesIO(b"kept"))
        with storage.held():
            storage.delete(name)
            assert storage.path_of(name).read_bytes() == b"kept"
        storage.delete(name)
        assert not storage.path_of(name).exists()


# ---- Refused, with nothing changed


@pytest.fixture
def backed_up(app: Flask, committed: Committed, tmp_path: Path) -> Path:
    with committed():
        record_some()
        champion = make_champion()
        attach(make_draft(champion), champion)
    done(app, "backup", str(tmp_path / "backup.zip"))
    return tmp_path / "backup.zip"


def test_backup_writes_over_nothing_and_leaves_no_half(app: Flask, backed_up: Path) -> None:
    before = backed_up.read_bytes()
    assert (
        refused(app, "backup", str(backed_up)) == f"Error: {backed_up} is there already. Give another name.\n"
    )
    assert backed_up.read_bytes() == before
    assert list(backed_up.parent.glob("*.part")) == []


def test_backup_that_fails_leaves_no_file(app: Flask, backed_up: Path, tmp_path: Path) -> None:
    with app.app_context(), rewriting(db.engine) as connection:
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("DELETE FROM alembic_version"))
    said = refused(app, "backup", str(tmp_path / "more.zip"))
    assert said == "Error: The database has no tables. Run `flask --app wsgi db upgrade` first.\n"
    assert [path.name for path in tmp_path.glob("more*")] == []
    with app.app_context(), rewriting(db.engine) as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


def test_document_that_is_gone_is_named(
    app: Flask, committed: Committed, other: Flask, backed_up: Path, tmp_path: Path
) -> None:
    with committed() as session:
        name = session.scalars(select(Attachment.stored_as)).one()
        storage.path_of(name).write_bytes(b"damaged")
    said = done(app, "backup", str(tmp_path / "damaged.zip"))
    assert f"The document stored as {name} is missing or damaged" in said
    with committed():
        storage.delete(name)
    said = done(app, "backup", str(tmp_path / "gone.zip"))
    assert f"The document stored as {name} is missing or damaged" in said
    said = done(other, "restore", str(tmp_path / "gone.zip"))
    assert f"The document stored as {name} was missing or damaged" in said


def test_restore_keeps_what_is_there_unless_told_otherwise(
    app: Flask, committed: Committed, backed_up: Path
) -> None:
    with committed():
        events.record(None, "happen", Thing("thing:9"), Audience.TEAM)
    said = refused(app, "restore", str(backed_up))
    assert said == "Error: The database is not empty. With --replace all that is in it is dropped first.\n"
    with committed() as session:
        assert session.scalar(text("SELECT position FROM event_head WHERE subject = 'thing:9'")) == 1
    done(app, "restore", "--replace", str(backed_up))
    with committed() as session:
        assert session.scalar(text("SELECT position FROM event_head WHERE subject = 'thing:9'")) is None


def test_restore_leaves_tables_of_something_else_alone(other: Flask, backed_up: Path) -> None:
    with other.app_context(), rewriting(db.engine) as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER PRIMARY KEY)"))
    said = refused(other, "restore", "--replace", str(backed_up))
    assert said == "Error: That database holds tables of something else. Give an empty one.\n"


def altered(file: Path, **parts: bytes | None) -> Path:
    """A copy of the backup in which these parts are others, or left out."""
    target = file.with_name("altered.zip")
    with ZipFile(file) as old, ZipFile(target, "w") as new:
        for name in old.namelist():
            put = parts.get(name.replace("/", "_").replace(".", "_"), old.read(name))
            if put is not None:
                new.writestr(name, put)
    return target


NOT_ALL = "Error: It is not a backup, or not all of one, or it was altered.\n"


def test_half_of_a_backup_is_refused(app: Flask, backed_up: Path, other: Flask) -> None:
    whole = backed_up.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        backed_up.write_bytes(whole[:size])
        assert refused(other, "restore", str(backed_up)) == NOT_ALL
    place = whole.index(b"tables/event_text.jsonl") + 80  # past the names, in what is compressed
    backed_up.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    assert refused(other, "restore", str(backed_up)) in {
        NOT_ALL,
        "Error: tables/event_text.jsonl in it was altered.\n",
    }
    assert still_empty(other)


def test_altered_backup_is_refused(app: Flask, backed_up: Path, other: Flask) -> None:
    with ZipFile(backed_up) as parts:
        manifest = parts.read("manifest.json")
        rows = parts.read("tables/event.jsonl")
    sealed = "Error: It was altered, or made with another AUDIT_KEY than the one that is set.\n"
    cases: list[tuple[dict[str, bytes | None], str]] = [
        (
            {"tables_event_jsonl": rows.replace(b"happen", b"mishap")},
            "Error: tables/event.jsonl in it was altered.\n",
        ),
        (
            {"tables_event_jsonl": None},
            "Error: It holds other parts than its manifest says: it was altered.\n",
        ),
        ({"manifest_json": manifest.replace(b'"rows": ', b'"rows": 1')}, sealed),
        ({"manifest_json": None}, "Error: It has no manifest: it is not a backup, or not all of one.\n"),
        ({"seal": b"other"}, sealed),
    ]
    for parts_of, said in cases:
        assert refused(other, "restore", str(altered(backed_up, **parts_of))) == said
    other.config["AUDIT_KEY"] = "another key of thirty-two characters"
    assert refused(other, "restore", str(backed_up)) == sealed
    assert still_empty(other)


@pytest.mark.parametrize(
    ("parts", "compression"),
    [
        ({"manifest.json": b"[" * 100_000}, ZIP_DEFLATED),
        ({"manifest.json": b"[1]"}, ZIP_DEFLATED),
        ({"manifest.json": b"\xff\x00"}, ZIP_DEFLATED),
        ({"manifest.json": b"{}"}, ZIP_LZMA),
        ({"manifest.json": b"{}"}, ZIP_BZIP2),
        ({"manifest.json": b"{}", "../../../evil": b"x", "/etc/evil": b"x"}, ZIP_STORED),
        ({"manifest.json": b"{}", "files/../../evil": b"x"}, ZIP_STORED),
    ],
)
def test_archive_made_to_do_harm_is_refused_in_words(
    other: Flask, tmp_path: Path, parts: dict[str, bytes], compression: int
) -> None:
    file = tmp_path / "evil.zip"
    with ZipFile(file, "w", compression) as archive:
        for name, content in {**parts, "seal": b"0" * 64}.items():
            archive.writestr(name, content)
    before = sorted(tmp_path.rglob("*"))
    assert refused(other, "restore", str(file)).startswith("Error: It ")
    assert sorted(tmp_path.rglob("*")) == before
    assert still_empty(other)


@pytest.mark.parametrize("bomb", ["manifest.json", "seal"])
def test_archive_that_would_fill_the_memory_is_refused_unread(
    other: Flask, tmp_path: Path, bomb: str
) -> None:
    file = tmp_path / "bomb.zip"
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name in ("manifest.json", "seal"):
            with archive.open(name, "w", force_zip64=True) as part:
                for _ in range(300 if name == bomb else 1):
                    part.write(b" " * 1024 * 1024 if name == bomb else b"{}")
    tracemalloc.start()
    try:
        assert "in it is larger than that of any" in refused(other, "restore", str(file))
        assert tracemalloc.get_traced_memory()[1] < 50 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_sealed_backup_cannot_name_a_document_outside_the_folder(
    app: Flask, backed_up: Path, other: Flask, tmp_path: Path
) -> None:
    """Even whoever has AUDIT_KEY writes nowhere but in the folder of documents."""
    with ZipFile(backed_up) as parts:
        said = json.loads(parts.read("manifest.json"))
        file = tmp_path / "sealed.zip"
        digest = hashlib.sha256(b"evil").hexdigest()
        said["files"] = {"../../evil": {"sha256": digest, "rows": 0, "columns": [], "size": 4}}
        with ZipFile(file, "w") as new:
            for name in parts.namelist():
                if name.startswith("tables/"):
                    new.writestr(name, parts.read(name))
            new.writestr("files/../../evil", b"evil")
            new.writestr("manifest.json", json.dumps(said))
            new.writestr("seal", archive.seal_on(said, app.config["AUDIT_KEY"]))
    assert refused(other, "restore", str(file)) == "Error: It names a document as no backup of ours does.\n"
    assert [path for path in tmp_path.parent.rglob("evil")] == []
    assert still_empty(other)


def still_empty(app: Flask) -> bool:
    with app.app_context():
        return schema.tables_of(db.session.connection()) == []


def test_backup_of_a_log_that_was_tampered_with_is_not_restored(
    app: Flask, committed: Committed, other: Flask, tmp_path: Path
) -> None:
    with committed():
        record_some()
    tamper(app, "UPDATE event SET kind = 'other' WHERE subject = 'thing:3'")
    done(app, "backup", str(tmp_path / "tampered.zip"))
    assert refused(other, "restore", str(tmp_path / "tampered.zip")) == (
        "Error: thing:3, event 1: it was changed, or not recorded with this AUDIT_KEY.\n"
    )
    assert still_empty(other)


def test_backup_of_a_newer_version_is_refused(
    app: Flask, backed_up: Path, other: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ZipFile(backed_up) as parts:
        said = json.loads(parts.read("manifest.json")) | {"revision": "9999"}
    seal = archive.seal_on(said, app.config["AUDIT_KEY"])
    file = altered(backed_up, manifest_json=json.dumps(said).encode(), seal=seal.encode())
    with app.app_context():
        newest = newest_revision()
    assert refused(other, "restore", str(file)) == (
        f"Error: It was made by a newer version, at revision 9999; this one knows them up to {newest}. "
        "Install that version first.\n"
    )


class Killed(BaseException):
    """What ends a process ends it anywhere."""


STEPS = [
    (schema, "upgrade"),
    (foreign_keys, "checked_last"),
    (verification, "verify"),
    (storage, "put"),
]


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[name for _, name in STEPS])
def test_restore_that_is_killed_leaves_the_old_state(
    app: Flask,
    committed: Committed,
    backed_up: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    step: str,
) -> None:
    with committed():
        events.record(None, "happen", Thing("thing:9"), Audience.TEAM)
    done(app, "backup", str(tmp_path / "before.zip"))

    def die(*arguments: Any, **more: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, step, die)
        with pytest.raises(Killed):
            run(app, "restore", "--replace", str(backed_up))
    done(app, "backup", str(tmp_path / "after.zip"))
    assert contents_of(tmp_path / "after.zip") == contents_of(tmp_path / "before.zip")
