"""How gunicorn serves the exchange: `gunicorn --config deploy/gunicorn.conf.py wsgi:app`. HOST, PORT, WEB_WORKERS and WEB_THREADS
are the environment's.

It must import nothing of the exchange: what the first process has loaded, a rolling restart would not load anew.
"""

import atexit
import json
import logging
import os
import shutil
import tempfile
import time
import traceback

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '5000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# A process that hangs is replaced; one that is asked to end first answers what it was asked.
timeout = 60
graceful_timeout = 8
control_socket_disable = True
# The service writes a line for each request itself, without addresses of people and pages.
accesslog = None

if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # kept over a rolling restart, so that counts go on
    folder = tempfile.mkdtemp(prefix="exchange-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    first = os.getpid()
    atexit.register(lambda: os.getpid() == first and shutil.rmtree(folder, ignore_errors=True))


class Lines(logging.Formatter):
    """gunicorn's own lines as JSON. Of what went wrong only the places are told, as the rest may hold what somebody sent; but
    settings that are refused are named."""

    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        facts = {}
        if record.levelno >= logging.WARNING:
            said = f"{record.name} in {record.filename}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            kind, fault, places = record.exc_info
            said = (
                f"{kind.__name__}: {fault}" if kind.__name__ == "BadSettings" else f"{said}: {kind.__name__}"
            )
            found = traceback.extract_tb(places)
            facts["trace"] = [f"{place.filename}:{place.lineno} {place.name}" for place in found]
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%S+00:00")
        first = {"time": moment, "level": record.levelname.lower(), "pid": record.process, "said": said}
        return json.dumps(first | facts)


logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": "WARNING", "handlers": []},
    "formatters": {"lines": {"()": Lines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
