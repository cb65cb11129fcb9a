"""Messages leave through servers of every mood, and into folders."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config import BadSettings
from exchange.notifications.mail import Parcel, Sender
from exchange.notifications.transport import NotSent, Refused, transport_to

SENDER = Sender("Innovation Exchange", "exchange@example.org", "tv.example")
MOMENT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
Start = Callable[..., Any]


def make_parcel(**changes: str) -> Parcel:
    given = {
        "to_address": "chloe@example.org",
        "subject": "TV-2026-0001: ready",
        "text": "Wait – 🎉.\n",
        "message_id": "event.12.4",
        **changes,
    }
    return Parcel(id=1, kind="submitted", queued_at=MOMENT, tries=1, leased_until=MOMENT, **given)


def test_server_takes_the_message(mail_server: Start) -> None:
    server = mail_server()
    transport_to(server.url, SENDER)(make_parcel())
    assert server.postbox.recipients == ["chloe@example.org"]
    [message] = server.postbox.messages
    assert message["Message-ID"] == "<event.12.4@tv.example>"
    assert message.get_content() == "Wait – 🎉.\r\n"
    assert server.postbox.raw[0].isascii()


def test_text_of_dots_and_long_lines_arrives_whole(mail_server: Start) -> None:
    server = mail_server()
    text = ".\n.hidden\n" + "word " * 3_000 + "\n\nend\n"
    transport_to(server.url, SENDER)(make_parcel(text=text))
    assert server.postbox.messages[0].get_content().replace("\r\n", "\n") == text


@pytest.mark.parametrize(
    ("answer", "problem"),
    [("451 4.3.0 Try again later", NotSent), ("550 5.1.1 No such mailbox", Refused)],
)
def test_recipient_is_refused(mail_server: Start, answer: str, problem: type[NotSent]) -> None:
    server = mail_server()
    server.postbox.to_recipient = answer
    with pytest.raises(NotSent) as refused:
        transport_to(server.url, SENDER)(make_parcel())
    assert type(refused.value) is problem
    assert str(refused.value) == answer
    assert server.postbox.messages == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [("452 4.3.1 Mailbox full", NotSent), ("554 5.7.1 Looks like spam", Refused)],
)
def test_text_is_refused(mail_server: Start, answer: str, problem: type[NotSent]) -> None:
    server = mail_server()
    server.postbox.to_text = answer
    with pytest.raises(NotSent) as refused:
        transport_to(server.url, SENDER)(make_parcel())
    assert type(refused.value) is problem
    assert str(refused.value) == answer


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NotSent, match=r"^The mail server cannot be used: Connection refused$") as problem:
            transport_to(url, SENDER)(make_parcel())
    assert type(problem.value) is NotSent


def test_server_dies_after_the_text_so_nobody_knows(mail_server: Start) -> None:
    server = mail_server()
    server.postbox.hangs_up = True
    with pytest.raises(NotSent) as problem:
        transport_to(server.url, SENDER)(make_parcel())
    assert type(problem.value) is NotSent
    server.postbox.hangs_up = False
    transport_to(server.url, SENDER)(make_parcel())
    assert [message["Message-ID"] for message in server.postbox.messages] == ["<event.12.4@tv.example>"] * 2


def test_address_in_other_letters_needs_a_server_that_knows_them(mail_server: Start) -> None:
    knows, does_not = mail_server(enable_SMTPUTF8=True), mail_server(enable_SMTPUTF8=False)
    parcel = make_parcel(to_address="zoë@bücher.example")
    transport_to(knows.url, SENDER)(parcel)
    assert knows.postbox.recipients == ["zoë@xn--bcher-kva.example"]
    with pytest.raises(Refused):
        transport_to(does_not.url, SENDER)(parcel)


@pytest.mark.parametrize("scheme", ["smtp", "file"])
def test_address_that_is_none_is_refused_for_good(mail_server: Start, tmp_path: Path, scheme: str) -> None:
    server = mail_server()
    url = server.url if scheme == "smtp" else f"file:{tmp_path}"
    with pytest.raises(Refused):
        transport_to(url, SENDER)(make_parcel(to_address="a@example.org\r\nBcc: thief@example.org"))
    assert server.postbox.messages == []
    assert list(tmp_path.iterdir()) == []


class Passwords:
    """Accepts one name and password."""

    def __init__(self) -> None:
        self.seen: list[tuple[bytes, bytes]] = []

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        self.seen.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss/word", handled=False)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for 127.0.0.1, which this test trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    return context


def test_password_is_given_once_the_line_is_encrypted(
    mail_server: Start, certificate: ssl.SSLContext
) -> None:
    passwords = Passwords()
    server = mail_server(
        tls_context=certificate, require_starttls=True, authenticator=passwords, auth_required=True
    )
    url = server.url.replace("smtp://", "smtp://mailer:p%40ss%2Fword@")
    transport_to(url, SENDER)(make_parcel())
    assert passwords.seen == [(b"mailer", b"p@ss/word")]
    assert server.postbox.recipients == ["chloe@example.org"]


def test_wrong_password_may_be_mended_so_the_message_is_kept(
    mail_server: Start, certificate: ssl.SSLContext
) -> None:
    server = mail_server(tls_context=certificate, authenticator=Passwords())
    with pytest.raises(NotSent, match=r"^The mail server cannot be used: 535") as problem:
        transport_to(server.url.replace("smtp://", "smtp://mailer:guess@"), SENDER)(make_parcel())
    assert type(problem.value) is NotSent
    assert "guess" not in str(problem.value)


def test_server_whose_certificate_nobody_trusts_gets_nothing(
    mail_server: Start, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    server = mail_server(tls_context=certificate)
    with pytest.raises(NotSent, match="certificate") as problem:
        transport_to(server.url, SENDER)(make_parcel())
    assert type(problem.value) is NotSent
    assert server.postbox.messages == []


def test_line_that_is_encrypted_from_the_start(mail_server: Start, certificate: ssl.SSLContext) -> None:
    server = mail_server(ssl_context=certificate)
    transport_to(server.url.replace("smtp://", "smtps://"), SENDER)(make_parcel())
    assert server.postbox.recipients == ["chloe@example.org"]


def test_file_is_named_after_the_message_and_replaced_by_a_second_try(tmp_path: Path) -> None:
    folder = tmp_path / "mail" / "out"
    send = transport_to(f"file:{folder}", SENDER)
    send(make_parcel())
    send(make_parcel())
    [kept] = folder.iterdir()
    assert kept.name == "20261122T143000.event.12.4.eml"
    assert "Wait – 🎉." in kept.read_text()


def test_file_name_cannot_climb(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    transport_to(f"file:{folder}", SENDER)(make_parcel(message_id="../../up/here"))
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]
    assert [path.name for path in folder.iterdir()] == ["20261122T143000..._.._up_here.eml"]


def test_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file, not a folder")
    with pytest.raises(NotSent, match=r"^The folder of mail cannot be written: File exists.$") as problem:
        transport_to(f"file:{tmp_path / 'mail'}", SENDER)(make_parcel())
    assert type(problem.value) is NotSent


@pytest.mark.parametrize("url", ["", "smtp://", "notify:KEY", "http://example.org", "mail"])
def test_address_of_no_transport_says_what_to_set(url: str) -> None:
    with pytest.raises(BadSettings, match=r"^MAIL_URL cannot be used: set smtp"):
        transport_to(url, SENDER)
