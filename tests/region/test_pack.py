"""A pack is read whole, or refused with every mistake in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.region.pack import BadPack, Criterion, OrganisationType, read
from tests.databases import TINY_REGION

PACKS = Path(__file__).parents[2] / "exchange" / "region" / "packs"
TINY = TINY_REGION.read_text()


def mistakes(text: str) -> tuple[str, ...]:
    with pytest.raises(BadPack) as caught:
        read(text.encode())
    return caught.value.mistakes


def changed(before: str, after: str) -> str:
    assert TINY.count(before) == 1, f"{before!r} is there {TINY.count(before)} times"
    return TINY.replace(before, after)


@pytest.mark.parametrize("path", sorted(PACKS.glob("*.toml")), ids=lambda path: str(path.stem))
def test_shipped_pack_is_right(path: Path) -> None:
    pack = read(path.read_bytes())
    assert sum(criterion.weight for criterion in pack.rubric) == 100


def test_tiny_pack_is_read_in_its_order() -> None:
    pack = read(TINY.encode())
    assert [priority.id for priority in pack.priorities] == ["sleep", "falls"]
    assert pack.rubric[1] == Criterion(
        "benefit", "Benefit", 60, "None shown.", "Some benefit.", "A large benefit."
    )
    assert [organisation.type for organisation in pack.organisations] == [
        OrganisationType.ACUTE,
        OrganisationType.COMMUNITY,
        OrganisationType.UNIVERSITY,
    ]
    assert pack.organisations[2].system is None
    assert pack.decline_reasons == {
        "out-of-scope": "Does not serve a priority",
        "other": "Another reason",
    }


def test_a_pack_says_what_a_reviewer_may_leave_unjudged() -> None:
    text = changed("weight = 60", "weight = 60\ncannot_judge = true")
    assert [each.cannot_judge for each in read(text.encode()).rubric] == [False, True]
    everywhere = text.replace("weight = 40", "weight = 40\ncannot_judge = true")
    assert mistakes(everywhere) == (
        "rubric: cannot_judge is true everywhere; one criterion at least must be scored",
    )


def test_pack_with_byte_order_mark_is_read() -> None:
    assert read(b"\xef\xbb\xbf" + TINY.encode()).name == "Three Valleys"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('id = "falls"', 'id = "x y"', "priorities[2].id: 'x y' is not kebab-case"),
        ('id = "falls"', 'id = "sleep"', "priorities: the id 'sleep' is there twice"),
        ('name = "Fewer falls"', "", "priorities[2].name: is missing"),
        ('name = "Fewer falls"', "name = 7", "priorities[2].name: is a whole number, not a text"),
        ('name = "Fewer falls"', 'name = " "', "priorities[2].name: is empty"),
        (
            'name = "Fewer falls"',
            'name = "a\\u0000b"',
            "priorities[2].name: holds a line break or another control character",
        ),
        (
            'name = "Fewer falls"',
            f'name = "{"x" * 201}"',
            "priorities[2].name: is 201 characters long; 200 is the most",
        ),
        (
            'name = "Fewer falls"',
            'name = "F"\ncolour = "red"',
            "priorities[2].colour: is no key that is known here",
        ),
        (
            'name = "Upper Valley"',
            'name = "Upper Valley"\nplace = [1, 2, 3]',
            "systems[1].place: is not [row, column] or [row, column, rows high, columns wide]",
        ),
        (
            'name = "Upper Valley"',
            'name = "Upper Valley"\nplace = [1, 4, 1, 2]',
            "systems[1].place: leaves the map, which has 8 rows and 4 columns",
        ),
        (
            'name = "Upper Valley"',
            'name = "Upper Valley"\nplace = [0, 1]',
            "systems[1].place[1]: 0 is not from 1 to 8",
        ),
        (
            'name = "Upper Valley"',
            'name = "Upper Valley"\nplace = [1, 1, 2, 2]\n[[systems]]\ncode = "QV2"\nname = "Far Coast"\nplace = [2, 2]',
            "systems: 'QV1' and 'QV2' share a place on the map",
        ),
        (
            'name = "Upper Valley"',
            'name = "Upper Valley"\nplace = [1, 1]\n[[systems]]\ncode = "QV2"\nname = "Far Coast"',
            "systems: 'QV2' has no place on the map, and others have",
        ),
        ('name = "Three Valleys"', 'nome = "Three Valleys"', "name: is missing"),
        (
            'reference_prefix = "TV"',
            'reference_prefix = "t-v"',
            "reference_prefix: 't-v' is not up to 8 capital letters and digits, starting with a letter",
        ),
        (
            "delegated_limit = 50000",
            "delegated_limit = true",
            "delegated_limit: is true or false, not a whole number",
        ),
        (
            "delegated_limit = 50000",
            "delegated_limit = -1",
            "delegated_limit: -1 is not from 0 to 1000000000",
        ),
        (
            "delegated_limit = 50000",
            "delegated_limit = 5e4",
            "delegated_limit: is a number, not a whole number",
        ),
        (
            'services = ["Safety clinic"]',
            'services = "Safety clinic"',
            "themes[1].services: is a text, not a list of texts",
        ),
        ('services = ["Safety clinic"]', 'services = ["a", "a"]', "themes[1].services: 'a' is there twice"),
        ("weight = 60", "weight = 55", "rubric: weights sum to 95, not 100"),
        ("weight = 60", "weight = 0", "rubric[2].weight: 0 is not from 1 to 100"),
        ('id = "benefit"', 'id = "need"', "rubric: the id 'need' is there twice"),
        (
            "weight = 60",
            'weight = 60\ncannot_judge = "yes"',
            "rubric[2].cannot_judge: is a text, not true or false",
        ),
        (
            "reminders_before = [5, 1]",
            'reminders_before = ["5"]',
            "assessment.reminders_before: is a list, not a list of whole numbers",
        ),
        (
            "reminders_before = [5, 1]",
            "reminders_before = [900]",
            "assessment.reminders_before[1]: 900 is not from 0 to 250",
        ),
        (
            "minimum_at_due_date = 2",
            "minimum_at_due_date = 4",
            "assessment.minimum_at_due_date: 4 is more than the quorum of 3",
        ),
        ("quorum = 3", "quorum = 1979-05-27", "assessment.quorum: is a date or time, not a whole number"),
        (
            'other = "Another reason"',
            'Other_Reason = "x"',
            "decline_reasons.Other_Reason: 'Other_Reason' is not kebab-case",
        ),
        (
            "submit = 10",
            "Submit = 10",
            "points.Submit: 'Submit' is not the name of an action, like close_assessment",
        ),
        ("submit = 10", "submit = -1", "points.submit: -1 is not from 0 to 1000"),
        (
            'type = "acute"',
            'type = "host"',
            "organisations[1].type: 'host' is none of acute, specialist, community, mental-health, "
            "ambulance, commissioner, university, industry, voluntary, primary-care, local-authority",
        ),
        (
            'type = "acute"\nsystem = "QV1"',
            'type = "acute"\nsystem = "QZZ"',
            "organisations[1].system: 'QZZ' is not among the systems",
        ),
        ('serves = ["QV1"]', 'serves = ["QZZ"]', "organisations[2].serves: 'QZZ' is not among the systems"),
        (
            'id = "river-trust"',
            'id = "host"',
            "organisations[2].id: 'host' is kept for the network's own organisation",
        ),
        ('code = "RR1"', 'code = "RH1"', "organisations: the code 'RH1' is there twice"),
        (
            '"river.example.org"',
            '"hill.example.org"',
            "organisations: the domain 'hill.example.org' is there twice",
        ),
        (
            '"river.example.org"',
            '"nhs.net"',
            "organisations[2].domains: 'nhs.net' is shared by many organisations",
        ),
        (
            '"river.example.org"',
            '"River.org"',
            "organisations[2].domains[1]: 'River.org' is not a domain in small letters, like trust.nhs.uk",
        ),
        ("enhanced = true", 'enhanced = "yes"', "organisations[1].enhanced: is a text, not true or false"),
        ("[points]", "[[points]]", "points: is a list, not a table"),
    ],
)
def test_mistake_is_named_with_its_place_and_reason(before: str, after: str, expected: str) -> None:
    assert expected in mistakes(changed(before, after))


def test_every_mistake_is_reported_at_once() -> None:
    text = (
        changed('id = "falls"', 'id = "x y"')
        .replace("weight = 60", "weight = 55")
        .replace('"QV1"]', '"QZZ"]')
    )
    assert mistakes(text) == (
        "priorities[2].id: 'x y' is not kebab-case",
        "rubric: weights sum to 95, not 100",
        "organisations[2].serves: 'QZZ' is not among the systems",
    )


def test_empty_pack_names_everything_that_is_missing() -> None:
    assert mistakes("") == (
        "name: is missing",
        "reference_prefix: is missing",
        "host: is missing",
        "delegated_limit: is missing",
        "priorities: is missing",
        "themes: is missing",
        "organisations: is missing",
        "assessment: is missing",
        *(
            f"assessment.{key}: is missing"
            for key in (
                "quorum",
                "minimum_at_due_date",
                "working_days",
                "changes_working_days",
                "refer_back_working_days",
                "reminders_before",
                "reminders_after",
                "reviewer_limit",
            )
        ),
        "rubric: is missing",
        "decline_reasons: is missing",
        "points: is missing",
    )


def test_broken_toml_is_named_with_its_line() -> None:
    assert mistakes('name = "A"\nhost = \n') == ("not TOML: Invalid value (at line 2, column 8)",)


def test_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadPack) as caught:
        read(b"name = \xff")
    assert caught.value.mistakes == ("byte 8: the file is not UTF-8 text",)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_is_read_or_refused_but_never_fails(content: bytes) -> None:
    with pytest.raises(BadPack):
        read(content)


@given(
    st.sampled_from(TINY.split("\n")),
    st.sampled_from(["1", "true", '"x"', "[]", "{}", "[[1]]", "[{x = 1}]", "1e400", ""]),
)
def test_one_line_changed_is_read_or_refused_but_never_fails(line: str, value: str) -> None:
    key, equals, _ = line.partition("=")
    text = TINY.replace(line, f"{key}{equals} {value}") if equals else TINY.replace(line, value)
    with suppress(BadPack):
        assert read(text.encode()).themes
