"""A process that ends between any two steps of its work: a statement, a commit, or a message handed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from exchange.extensions import db

STEPS = ("before_cursor_execute", "commit")


class Killed(BaseException):
    """What ends a process ends it anywhere, and nothing catches it."""


class Life:
    """How many steps are left. Whoever is dead takes none; what the database undoes by itself, it may be told to."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    @property
    def is_over(self) -> bool:
        return self.left < 0

    def step(self, *_: object) -> None:
        self.left -= 1
        if self.is_over:
            raise Killed


@contextmanager
def killed_after(steps: int, app: Flask) -> Iterator[Life]:
    """Ends whatever uses the application's database in the block after so many steps, as kill -9 does."""
    life = Life(steps)
    with app.app_context():
        engine = db.engine
    for name in STEPS:
        event.listen(engine, name, life.step)
    try:
        yield life
    except Killed:
        pass
    finally:
        for name in STEPS:
            event.remove(engine, name, life.step)


def at_every_step(app: Flask, work: Callable[[], object], check: Callable[[Life], object]) -> int:
    """Does the work with one more step left each time, until it comes to its end; says how many steps it took."""
    steps = 0
    while True:
        with killed_after(steps, app) as life:
            work()
        check(life)
        if not life.is_over:
            return steps
        steps += 1
