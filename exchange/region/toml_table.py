"""One table of a TOML file, taken key by key: every mistake is noted with its place, and reading goes on."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

LARGEST_NUMBER = 1_000_000_000  # fits the integer columns of both databases


class Table:
    """Each key is taken once and checked; where it is wrong, something harmless is taken in its stead."""

    def __init__(self, given: Any, place: str, mistakes: list[str]) -> None:
        self.place = place
        self.mistakes = mistakes
        self.taken: set[str] = set()
        self.given: dict[str, Any] = given if isinstance(given, dict) else {}
        if not isinstance(given, dict):
            self.note("", f"is {_kind(given)}, not a table")

    def note(self, key: str, reason: str) -> None:
        place = ".".join(part for part in (self.place, key) if part)
        self.mistakes.append(f"{place}: {reason}")

    def text(self, key: str, longest: int, pattern: re.Pattern[str] | None = None, shape: str = "") -> str:
        given = self._take(key, "a text", lambda value: isinstance(value, str))
        return "" if given is None else self._checked_text(key, given, longest, pattern, shape)

    def optional_text(self, key: str, longest: int, pattern: re.Pattern[str], shape: str) -> str | None:
        return self.text(key, longest, pattern, shape) if key in self.given else None

    def texts(
        self, key: str, longest: int, pattern: re.Pattern[str] | None = None, shape: str = ""
    ) -> tuple[str, ...]:
        """A list of texts, each once; none when it is missing."""
        if key not in self.given:
            return ()
        given = self._take(key, "a list of texts", _is_list_of(lambda item: isinstance(item, str))) or []
        for number, item in enumerate(given, 1):
            self._checked_text(f"{key}[{number}]", item, longest, pattern, shape)
        for item in repeated(given):
            self.note(key, f"'{item}' is there twice")
        return tuple(given)

    def number(self, key: str, least: int, most: int = LARGEST_NUMBER) -> int:
        given = self._take(key, "a whole number", _is_whole)
        return least if given is None else self._checked_number(key, given, least, most)

    def numbers(self, key: str, least: int, most: int) -> tuple[int, ...]:
        given = self._take(key, "a list of whole numbers", _is_list_of(_is_whole)) or []
        return tuple(
            self._checked_number(f"{key}[{number}]", item, least, most)
            for number, item in enumerate(given, 1)
        )

    def flag(self, key: str) -> bool:
        """true or false; false when it is missing."""
        return key in self.given and bool(
            self._take(key, "true or false", lambda value: isinstance(value, bool))
        )

    def table(self, key: str) -> Table:
        given = self._take(key, "a table", lambda value: isinstance(value, dict))
        return Table(given or {}, f"{self.place}.{key}" if self.place else key, self.mistakes)

    def tables(self, key: str, *, least: int = 0) -> list[Table]:
        if least == 0 and key not in self.given:
            return []
        given = self._take(key, "a list of tables", lambda value: isinstance(value, list))
        if given is not None and len(given) < least:
            self.note(key, "there is none: give at least one")
        return [Table(item, f"{key}[{number}]", self.mistakes) for number, item in enumerate(given or [], 1)]

    def no_more(self) -> None:
        """Notes every key that nothing asked for: most often a slip of the pen."""
        for key in sorted(self.given.keys() - self.taken):
            self.note(key, "is no key that is known here")

    def _take(self, key: str, wanted: str, fits: Callable[[Any], bool]) -> Any:
        """The value, or None once its mistake is noted; TOML itself has no null."""
        self.taken.add(key)
        if key not in self.given:
            self.note(key, "is missing")
            return None
        value = self.given[key]
        if not fits(value):
            self.note(key, f"is {_kind(value)}, not {wanted}")
            return None
        return value

    def _checked_text(
        self, key: str, value: str, longest: int, pattern: re.Pattern[str] | None, shape: str
    ) -> str:
        if wrong := _wrong_with(value, longest, pattern, shape):
            self.note(key, wrong)
        return value

    def _checked_number(self, key: str, value: int, least: int, most: int) -> int:
        if not least <= value <= most:
            self.note(key, f"{value} is not from {least} to {most}")
        return value


def _wrong_with(value: str, longest: int, pattern: re.Pattern[str] | None, shape: str) -> str:
    if not value.strip():
        return "is empty"
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        return "holds a line break or another control character"
    if len(value) > longest:
        return f"is {len(value)} characters long; {longest} is the most"
    if pattern and not pattern.fullmatch(value):
        return f"'{value}' is not {shape}"
    return ""


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def repeated(items: Iterable[str]) -> list[str]:
    return [item for item, count in Counter(items).items() if count > 1]


def _kind(value: Any) -> str:
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")
