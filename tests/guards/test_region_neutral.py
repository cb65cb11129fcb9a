"""Nothing of a real region stands in code or templates: any network runs the exchange by its own pack."""

import re
from pathlib import Path

from exchange.region.pack import OrganisationType, read

EXCHANGE = Path(__file__).parents[2] / "exchange"
EXEMPT = {EXCHANGE / "demo", EXCHANGE / "region" / "packs", EXCHANGE / "static"}


def test_nothing_of_the_shipped_region_stands_in_the_code() -> None:
    pack = read((EXCHANGE / "region" / "packs" / "west_midlands.toml").read_bytes())
    names = [pack.name, "Birmingham", rf"\b{pack.reference_prefix}-", pack.host]
    # In quotes, as some are ordinary words; but an organisation may be of the type "mental-health".
    ids = {priority.id for priority in pack.priorities} | {theme.id for theme in pack.themes}
    ids -= set(OrganisationType)
    forbidden = re.compile("|".join([*names, *(rf"[\"']{id_}[\"']" for id_ in ids)]))
    files = [path for kind in ("py", "html", "txt", "js") for path in EXCHANGE.rglob(f"*.{kind}")]
    found = [
        f"{path.relative_to(EXCHANGE)}:{number}: {line.strip()}"
        for path in files
        if not EXEMPT & set(path.parents)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []
