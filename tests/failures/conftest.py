"""Mail servers and the worker as a process, as the tests of notifications have them."""

from tests.notifications.conftest import mail_server, worker

__all__ = ["mail_server", "worker"]
