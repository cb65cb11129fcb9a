"""One content security policy for every page, with a nonce for each request, and the other headers browsers heed."""

from __future__ import annotations

import secrets
from io import BytesIO

from flask import Flask, Response, current_app, g, request, send_file

YEAR_SECONDS = 31_536_000


def csp_nonce() -> str:
    """The nonce of this request, for the one inline script of the layout."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_add_headers)


def as_file(content: bytes, type_: str, name: str) -> Response:
    """To be kept, not shown. Whatever a browser makes of it, it does it in a box: no script, no form, no address of ours."""
    response = send_file(BytesIO(content), mimetype=type_, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def _add_headers(response: Response) -> Response:
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' 'nonce-{csp_nonce()}'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items())
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    if current_app.config["ENVIRONMENT"] == "production":
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    if request.endpoint != "static":
        # A ward computer is shared: the next person must not page back into this one's proposals.
        headers.setdefault("Cache-Control", "no-store")
    return response
