"""How a message leaves: through a mail server, or into a folder. `MAIL_URL` says which."""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple, NoReturn
from urllib.parse import SplitResult, unquote, urlsplit

from config import BadSettings
from exchange.notifications.mail import Parcel, Sender, compose, with_ascii_domain

SMTP_PORT = 25
SMTPS_PORT = 465
READY = 220
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
UNSAFE_IN_NAMES = re.compile(r"[^A-Za-z0-9.@_-]")

Transport = Callable[[Parcel], None]


class Patience(NamedTuple):
    """Seconds for a mail server: to take us on, step by step; to take a message, as one that is given up while a slow server
    looks through it goes out twice; and for all of it, however many words it says in between."""

    step: float = 20
    message: float = 150
    whole: float = 200


PATIENCE = Patience()


class NotSent(Exception):
    """The message did not leave, or perhaps did and nobody said so. The text, for administrators, says
    why."""


class Refused(NotSent):
    """The server will never take this message."""


def transport_to(mail_url: str, sender: Sender, patience: Patience = PATIENCE) -> Transport:
    """What sends one message by this address, or raises NotSent. Raises BadSettings."""
    if mail_url.startswith("file:"):
        folder = Path(mail_url.removeprefix("file:"))
        return lambda parcel: _put_into(folder, parcel, sender)
    server = urlsplit(mail_url)
    if server.scheme in {"smtp", "smtps"} and server.hostname:
        return lambda parcel: _hand_to(server, parcel, sender, patience)
    raise BadSettings(
        "MAIL_URL cannot be used: set smtp://user:password@host:port, or file:FOLDER to keep mail on disk."
    )


def _put_into(folder: Path, parcel: Parcel, sender: Sender) -> None:
    """One file a message, whole or not at all. Its name is the message's, so that a second try replaces the
    first."""
    content = _composed(parcel, sender, eight_bit=True)
    name = UNSAFE_IN_NAMES.sub("_", f"{parcel.queued_at:%Y%m%dT%H%M%S}.{parcel.message_id}")
    half = folder / f"{name}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with half.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        half.replace(folder / f"{name}.eml")
    except OSError as error:
        raise NotSent(f"The folder of mail cannot be written: {error.strerror}.") from error


def _hand_to(server: SplitResult, parcel: Parcel, sender: Sender, patience: Patience) -> None:
    content = _composed(parcel, sender, eight_bit=False)
    to_address = with_ascii_domain(parcel.to_address)
    options = () if to_address.isascii() else ("SMTPUTF8", "BODY=8BITMIME")
    connection = _unconnected(server, sender.host, patience)
    with _cut_off_after(patience.whole, connection):
        try:
            _connect(connection, server)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"The mail server cannot be used: {_said(error)}") from error
        try:
            _wait_as_long_as(patience.message, connection)
            connection.sendmail(sender.address, [to_address], content, mail_options=options)
        except (OSError, smtplib.SMTPException) as error:
            _tell_apart(error)
        finally:
            _wait_as_long_as(patience.step, connection)
            _part_from(connection)


def _unconnected(server: SplitResult, own_host: str, patience: Patience) -> smtplib.SMTP:
    # Named, as the library would look our name up, which takes long where there is no name server.
    options: dict[str, Any] = {"local_hostname": own_host, "timeout": patience.step}
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(context=ssl.create_default_context(), **options)
    return smtplib.SMTP(**options)


@contextmanager
def _cut_off_after(seconds: float, connection: smtplib.SMTP) -> Iterator[None]:
    """A server that says a letter now and then keeps to every other limit."""
    done = Event()

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            wait = 1.0  # again, as encryption puts another socket in the place of the first
            try:
                if connection.sock is not None:
                    connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed meanwhile

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


def _wait_as_long_as(seconds: float, connection: smtplib.SMTP) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def _connect(connection: smtplib.SMTP, server: SplitResult) -> None:
    host = server.hostname or ""
    is_encrypted = server.scheme == "smtps"
    try:
        # The library checks a certificate against the name it was made with.
        connection._host = host  # type: ignore[attr-defined]
        code, said = connection.connect(host, server.port or (SMTPS_PORT if is_encrypted else SMTP_PORT))
        if code != READY:
            raise smtplib.SMTPConnectError(code, said)
        connection.ehlo()
        is_secret = is_encrypted or host in LOOPBACK
        if not is_encrypted and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo()
            is_secret = True
        if server.username:
            if not is_secret:
                raise smtplib.SMTPNotSupportedError("it offers no encryption, so the password was not given")
            connection.login(unquote(server.username), unquote(server.password or ""))
    except BaseException:
        connection.close()
        raise


def _tell_apart(error: OSError | smtplib.SMTPException) -> NoReturn:
    """A refusal of the recipient or the text is final. Anything else may pass, or be mended in the
    settings."""
    code = 0
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    elif isinstance(error, smtplib.SMTPDataError):
        code = error.smtp_code
    is_final = code >= 500 or isinstance(error, smtplib.SMTPNotSupportedError)
    raise (Refused if is_final else NotSent)(_said(error)) from error


def _part_from(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()  # the message is taken, or not: how we part changes nothing


def _composed(parcel: Parcel, sender: Sender, *, eight_bit: bool) -> bytes:
    try:
        return compose(parcel, sender, eight_bit=eight_bit).as_bytes()
    except ValueError as error:
        raise Refused("The address cannot be written in a message.") from error


def _said(error: OSError | smtplib.SMTPException) -> str:
    """What the server answered, or what went wrong on the way, on one line."""
    answer: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error
    elif isinstance(error, smtplib.SMTPException):
        return " ".join(str(error).split()) or type(error).__name__
    else:
        return error.strerror or str(error) or type(error).__name__
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(f"{code} {words}".split())
