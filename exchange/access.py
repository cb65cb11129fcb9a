"""Who may open what: every route declares it with `@public` or `@requires(...)`, and none is reachable without.

A route about one thing names how to find it: `@requires(policy.can_edit, of=queries.visible_proposal)`. The finder takes the
person and its own arguments from the address, and raises NotFound when there is nothing that this person may see (404); the
predicate then says whether they may do this (403). The view gets what was found in place of those arguments.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.routing import IntegerConverter, Map

from exchange.errors import NotAllowed, NotFound, SignedOut

if TYPE_CHECKING:
    from exchange.accounts.models import Person

View = TypeVar("View", bound=Callable[..., Any])
Predicate = Callable[..., bool]
Finder = Callable[..., Any]

LARGEST_ROW_NUMBER = 2**31 - 1


class UndeclaredAccess(Exception):
    """A route exists that says nothing of who may open it; the application does not start."""


@dataclass(frozen=True)
class Access:
    """What a route declares. `predicate` takes the person, and what the finder found where there is one."""

    name: str
    predicate: Predicate | None = None
    finder: Finder | None = None
    message: str = ""

    @property
    def is_public(self) -> bool:
        return self.predicate is None


def requires(predicate: Predicate, *, of: Finder | None = None, message: str = "") -> Callable[[View], View]:
    """Signed in, and `predicate(person[, found])` holds. `message` tells a refused person what to do."""
    return _declare(Access(getattr(predicate, "__name__", "predicate"), predicate, of, message))


def public(view: View) -> View:
    """Anyone may open it."""
    return _declare(Access("public"))(view)


def public_where_found(finder: Finder) -> Callable[[View], View]:
    """Anyone for whom the finder finds it, a visitor included."""
    return _declare(Access("public", None, finder))


def signed_in(person: Person, *found: Any) -> bool:
    """The predicate of pages that any account may open."""
    return True


def person_at_hand() -> Person | None:
    """Who asks, or None for a visitor."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def someone_at_hand() -> Person:
    """Who asks, behind `requires`, where there is always someone."""
    person = person_at_hand()
    if person is None:
        raise NotAllowed("Sign in first.")
    return person


def declared(app: Flask, endpoint: str) -> Access | None:
    found: Access | None = getattr(app.view_functions.get(endpoint), "access", None)
    return found or app.extensions["access"].get(endpoint)


def declare_endpoints(app: Flask, endpoints: Mapping[str, Access]) -> None:
    """Access of views that are not ours to decorate."""
    app.extensions["access"].update(endpoints)


class RowNumber(IntegerConverter):
    """A number in an address that a row may have; anything larger is 404 before a database fails over it."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:
        super().__init__(map, *arguments, **{"max": LARGEST_ROW_NUMBER, **options})


def row_number(typed: str) -> int:
    """The same in a query; ValueError else, which counts as none given."""
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    if not 0 < number <= LARGEST_ROW_NUMBER:
        raise ValueError(typed)
    return number


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    app.extensions["access"] = {"static": Access("public")}
    app.before_request(_check)


def refuse_undeclared(app: Flask) -> None:
    """Called last when the application is made. Raises UndeclaredAccess."""
    missing = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules()}
        - {e for e in app.view_functions if declared(app, e)}
    )
    if missing:
        raise UndeclaredAccess("no access declared for: " + ", ".join(missing))


def _check() -> ResponseReturnValue | None:
    g.person = person_at_hand()
    if request.endpoint is None:
        return None
    if "\x00" in request.path:
        raise NotFound  # PostgreSQL cannot even look for it
    access = declared(current_app, request.endpoint)
    if access is None:
        raise UndeclaredAccess(request.endpoint)
    if access.is_public:
        return None
    if g.person is None:
        if request.method == "POST":
            raise SignedOut
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if access.finder is None and not access.predicate(g.person):  # type: ignore[misc]
        raise NotAllowed(access.message)
    return None


def _declare(access: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        if access.finder is None:
            view.access = access  # type: ignore[attr-defined]
            return view
        finder = access.finder
        consumed = [name for name in inspect.signature(finder).parameters][1:]

        @wraps(view)
        def found_first(**arguments: Any) -> ResponseReturnValue:
            found = finder(g.person, **{name: arguments.pop(name) for name in consumed})
            if access.predicate is not None and not access.predicate(g.person, found):
                raise NotAllowed(access.message)
            result: ResponseReturnValue = view(found, **arguments)
            return result

        found_first.access = access  # type: ignore[attr-defined]
        return found_first  # type: ignore[return-value]

    return decorate
