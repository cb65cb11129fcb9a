"""Settings, read once from the environment. Production refuses to start on a weak or missing one and says which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

INSTANCE = Path(__file__).parent / "instance"

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 10 * MEBIBYTE
WEAK_SECRET_CHARACTERS = 32

# Of libpq: until a connection must be made, a host that stopped answering is given up, and another's lock is waited for.
PATIENCE = {
    "connect_timeout": 5,  # seconds
    "tcp_user_timeout": 10_000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    # And no page is worth compiling its query or starting more processes for: both took longer than what they were for.
    "options": "-c lock_timeout=10s -c jit=off -c max_parallel_workers_per_gather=0",
}

# Only for development and tests: production refuses to start with them.
DEVELOPMENT_SECRET = "for development only, never in production"  # noqa: S105


class BadSettings(Exception):
    """Says every setting that is missing or weak, one a line."""


def from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """The Flask configuration for these environment variables. Raises BadSettings."""
    environment = environ.get("ENVIRONMENT", "production")
    if environment not in {"production", "development", "test"}:
        raise BadSettings(f"ENVIRONMENT is '{environment}': use production, development or test.")
    production = environment == "production"
    problems = _problems(environ) if production else []
    proxies = environ.get("TRUSTED_PROXIES") or "0"
    if not (proxies.isascii() and proxies.isdigit()):
        problems.append("TRUSTED_PROXIES is not a number: set how many proxies stand in front, like 1.")
    metrics_token = environ.get("METRICS_TOKEN", "")
    if metrics_token and not _is_strong(metrics_token):
        problems.append(
            f"METRICS_TOKEN is weak: set {WEAK_SECRET_CHARACTERS} or more random characters, or none."
        )
    if problems:
        raise BadSettings("\n".join(problems))

    secret_key = environ.get("SECRET_KEY") or DEVELOPMENT_SECRET
    public_url = environ.get("PUBLIC_URL", "").rstrip("/")
    url = database_url(environ.get("DATABASE_URL", ""))
    host = urlsplit(public_url).hostname  # in small letters and without the port, as Werkzeug compares it
    return {
        "ENVIRONMENT": environment,
        "SECRET_KEY": secret_key,
        "AUDIT_KEY": environ.get("AUDIT_KEY") or DEVELOPMENT_SECRET,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
        "MAIL_URL": environ.get("MAIL_URL") or f"file:{INSTANCE / 'mail'}",
        "MAIL_FROM": environ.get("MAIL_FROM") or "exchange@localhost",
        "STORAGE_URL": environ.get("STORAGE_URL") or f"file:{INSTANCE / 'files'}",
        "REGION": environ.get("REGION", ""),
        "SERVICE_NAME": environ.get("SERVICE_NAME") or "Innovation Exchange",
        "PUBLIC_URL": public_url or f"http://127.0.0.1:{environ.get('PORT', '5000')}",
        "TRUSTED_HOSTS": [host] if production else None,
        "TRUSTED_PROXIES": int(proxies),
        "METRICS_TOKEN": metrics_token,
        "MAX_CONTENT_LENGTH": MAX_FILE_BYTES + MEBIBYTE,
        "MAX_FORM_MEMORY_SIZE": 4 * MEBIBYTE,  # eleven texts of the longest kind, in any script
        "MAX_FORM_PARTS": 500,
        "SESSION_COOKIE_NAME": "__Host-exchange" if production else "exchange",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open over a shift still saves
        "WTF_CSRF_SSL_STRICT": production,
        "RATELIMIT_STORAGE_URI": "memory://",
        # A flood from one address; a whole hospital may share one. Signing in has limits of its own.
        "RATELIMIT_DEFAULT": "1200 per minute",
        # Counts by the time of day, so that a clock that is put back keeps nobody out.
        "RATELIMIT_STRATEGY": "sliding-window-counter",
        "RATELIMIT_ENABLED": environment != "test",
        "TEMPLATES_AUTO_RELOAD": False,
    }


def database_url(given: str) -> str:
    """The address SQLAlchemy uses: SQLite in instance/ unless given, and psycopg 3 for PostgreSQL."""
    if not given:
        return f"sqlite:///{INSTANCE / 'exchange.sqlite'}"
    if given.startswith("sqlite:///") and not given.startswith("sqlite:////"):
        return f"sqlite:///{(INSTANCE.parent / given.removeprefix('sqlite:///')).resolve()}"
    for scheme in ("postgres://", "postgresql://"):
        if given.startswith(scheme):
            return "postgresql+psycopg://" + given.removeprefix(scheme)
    return given


def engine_options(url: str) -> dict[str, Any]:
    """How long PostgreSQL may take before it counts as away, unless its address says otherwise. A connection that it closed
    meanwhile, as when it was started anew, is replaced before it is used."""
    if not url.startswith("postgresql"):
        return {}
    said = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    return {
        "pool_pre_ping": True,
        "connect_args": {name: value for name, value in PATIENCE.items() if name not in said},
    }


def _problems(environ: Mapping[str, str]) -> list[str]:
    problems = [
        f"{name} is missing or weak: set {WEAK_SECRET_CHARACTERS} or more random characters."
        for name in ("SECRET_KEY", "AUDIT_KEY")
        if not _is_strong(environ.get(name, ""))
    ]
    if not problems and environ["SECRET_KEY"] == environ["AUDIT_KEY"]:
        problems.append("AUDIT_KEY is the same as SECRET_KEY: give each its own.")
    address = urlsplit(environ.get("PUBLIC_URL", ""))
    if address.scheme != "https" or not address.hostname:
        problems.append(
            "PUBLIC_URL is missing or not https: set the address people use, like https://exchange.example.nhs.uk."
        )
    if not environ.get("MAIL_URL"):
        problems.append(
            "MAIL_URL is missing: set smtp://user:password@host:port, or file:FOLDER to keep mail on disk."
        )
    return problems


def _is_strong(secret: str) -> bool:
    return len(secret) >= WEAK_SECRET_CHARACTERS and len(set(secret)) >= 10 and secret != DEVELOPMENT_SECRET
