"""The application for a WSGI server: `gunicorn wsgi:app`."""

from exchange import create_app

app = create_app()
