"""Settings: production refuses to start on a weak or missing one, says which, and never repeats a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config import DEVELOPMENT_SECRET, INSTANCE, BadSettings, database_url, from_environment
from exchange import create_app

GOOD = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k3vJ8sQ0pWz5Xn7Lr2Tb9Yd4Gh6Mf1Ca",
    "AUDIT_KEY": "Zq8Rw2Ne6Vt1Bx5Ky9Pc3Uj7Hs4Ld0Fg",
    "PUBLIC_URL": "https://exchange.example.org/",
    "MAIL_URL": "smtp://mail.example.org:587",
}
WEAK = ["", "hunter2-is-too-short", "abababab" * 10, DEVELOPMENT_SECRET]


def environment(**changes: str | None) -> dict[str, str]:
    """A good production environment, with some of it changed; None leaves a setting out."""
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not None}


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        from_environment(environ)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_KEY"])
@pytest.mark.parametrize("secret", [None, *WEAK])
def test_production_refuses_a_weak_or_missing_secret(name: str, secret: str | None) -> None:
    said = problems(environment(**{name: secret}))
    assert said == [f"{name} is missing or weak: set 32 or more random characters."]


@pytest.mark.parametrize("secret", [secret for secret in WEAK if secret])
def test_production_refuses_a_weak_token_for_the_numbers(secret: str) -> None:
    said = problems(environment(METRICS_TOKEN=secret))
    assert said == ["METRICS_TOKEN is weak: set 32 or more random characters, or none."]


def test_production_refuses_one_secret_for_both() -> None:
    said = problems(environment(AUDIT_KEY=GOOD["SECRET_KEY"]))
    assert said == ["AUDIT_KEY is the same as SECRET_KEY: give each its own."]


@pytest.mark.parametrize(
    "address",
    [None, "", "exchange.example.org", "http://exchange.example.org", "https:", "https://", "https:///a"],
)
def test_production_refuses_an_address_that_is_not_https(address: str | None) -> None:
    [said] = problems(environment(PUBLIC_URL=address))
    assert said.startswith("PUBLIC_URL is missing or not https: set the address people use")


@pytest.mark.parametrize("address", [None, ""])
def test_production_refuses_to_start_without_mail(address: str | None) -> None:
    [said] = problems(environment(MAIL_URL=address))
    assert said.startswith("MAIL_URL is missing: set smtp://")


@pytest.mark.parametrize("kind", ["production", "development", "test"])
@pytest.mark.parametrize("number", ["one", "-1", "1.5", "²", "1 2"])
def test_proxies_that_are_no_number_are_refused_everywhere(kind: str, number: str) -> None:
    said = problems(environment(ENVIRONMENT=kind, TRUSTED_PROXIES=number))
    assert said == ["TRUSTED_PROXIES is not a number: set how many proxies stand in front, like 1."]


def test_every_problem_is_said_at_once() -> None:
    said = problems({})
    assert [line.partition(" ")[0] for line in said] == ["SECRET_KEY", "AUDIT_KEY", "PUBLIC_URL", "MAIL_URL"]


def test_message_never_repeats_a_secret() -> None:
    environ = environment(
        SECRET_KEY="hunter2-secret",
        AUDIT_KEY="hunter2-audit",
        PUBLIC_URL="http://hunter2@x",
        TRUSTED_PROXIES="?",
    )
    assert "hunter2" not in "\n".join(problems(environ))
    same = environment(AUDIT_KEY=GOOD["SECRET_KEY"])
    assert GOOD["SECRET_KEY"] not in "\n".join(problems(same))


def test_unknown_environment_is_refused() -> None:
    assert problems({"ENVIRONMENT": "Production"}) == [
        "ENVIRONMENT is 'Production': use production, development or test."
    ]


def test_environment_is_production_unless_said() -> None:
    assert from_environment(environment(ENVIRONMENT=None))["ENVIRONMENT"] == "production"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("AUDIT_KEY", "weak"),
        ("AUDIT_KEY", GOOD["SECRET_KEY"]),
        ("PUBLIC_URL", "http://exchange.example.org"),
        ("MAIL_URL", None),
        ("TRUSTED_PROXIES", "many"),
    ],
)
def test_application_does_not_start_on_a_bad_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    set_environment(monkeypatch, environment(**{name: value}))
    with pytest.raises(BadSettings, match=name):
        create_app()


def test_application_starts_on_good_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_environment(monkeypatch, environment(DATABASE_URL=f"sqlite:///{tmp_path / 'a.sqlite'}"))
    app = create_app()
    assert (app.config["ENVIRONMENT"], app.testing, app.debug) == ("production", False, False)


def set_environment(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    for name in (*GOOD, "TRUSTED_PROXIES", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


def test_good_production_settings_are_safe() -> None:
    settings = from_environment(environment(TRUSTED_PROXIES="1"))
    expected: dict[str, Any] = {
        "SECRET_KEY": GOOD["SECRET_KEY"],
        "AUDIT_KEY": GOOD["AUDIT_KEY"],
        "PUBLIC_URL": "https://exchange.example.org",
        "TRUSTED_HOSTS": ["exchange.example.org"],
        "TRUSTED_PROXIES": 1,
        "SESSION_COOKIE_NAME": "__Host-exchange",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_SSL_STRICT": True,
        "RATELIMIT_ENABLED": True,
    }
    assert {name: settings[name] for name in expected} == expected


def test_host_is_trusted_however_the_address_is_written() -> None:
    """Werkzeug compares without the port, and with the small letters that browsers send."""
    settings = from_environment(environment(PUBLIC_URL="HTTPS://Exchange.Example.org:8443"))
    assert settings["TRUSTED_HOSTS"] == ["exchange.example.org"]


def test_development_needs_no_settings() -> None:
    settings = from_environment({"ENVIRONMENT": "development"})
    assert (settings["SECRET_KEY"], settings["AUDIT_KEY"]) == (DEVELOPMENT_SECRET, DEVELOPMENT_SECRET)
    assert (settings["PUBLIC_URL"], settings["SESSION_COOKIE_NAME"]) == ("http://127.0.0.1:5000", "exchange")
    assert (settings["SESSION_COOKIE_SECURE"], settings["TRUSTED_HOSTS"]) == (False, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", f"sqlite:///{INSTANCE / 'exchange.sqlite'}"),
        ("sqlite:///data/a.sqlite", f"sqlite:///{INSTANCE.parent / 'data' / 'a.sqlite'}"),
        ("sqlite:////srv/a.sqlite", "sqlite:////srv/a.sqlite"),
        ("postgres://u:p@db/exchange", "postgresql+psycopg://u:p@db/exchange"),
        ("postgresql://u:p@db/exchange", "postgresql+psycopg://u:p@db/exchange"),
        ("postgresql+psycopg://u:p@db/exchange", "postgresql+psycopg://u:p@db/exchange"),
    ],
)
def test_database_address_is_one_that_is_used(given: str, expected: str) -> None:
    assert database_url(given) == expected
