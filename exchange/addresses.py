"""Addresses of pages for whoever is not on one of ours, as in e-mails and papers. They need no request."""

from __future__ import annotations

from typing import Any

from flask import current_app


def path_of(endpoint: str, **values: Any) -> str:
    """Of a page, from the root of the exchange."""
    return current_app.url_map.bind("").build(endpoint, values)


def at(path: str) -> str:
    """The whole address of a path."""
    return str(current_app.config["PUBLIC_URL"]) + path


def address(endpoint: str, **values: Any) -> str:
    """The whole address of a page."""
    return at(path_of(endpoint, **values))
