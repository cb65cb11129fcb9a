"""The filters of totals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from exchange import forms
from exchange.benefits.sums import year_in_words

YEAR = re.compile(r"[1-9][0-9]{3}")


class TotalsForm(forms.Form):
    year = forms.PickField("Financial year", empty="All years", optional=False, hint="April to March")
    theme = forms.PickField("Lead theme", empty="All themes", optional=False)
    priority = forms.PickField("Priority", empty="All priorities", optional=False)

    @property
    def chosen(self) -> Mapping[str, str]:
        """What was chosen of what there is to choose from."""
        fields = (self.year, self.theme, self.priority)
        return {field.name: field.data for field in fields if any(map(field.has, field.choices))}

    def offer_years(self, years: Sequence[int], asked: str) -> None:
        """The one that the address asks for too: where there is nothing in it, its pages say so."""
        more = {int(asked)} if YEAR.fullmatch(asked) else set()
        self.year.choices = [
            (str(year), year_in_words(year)) for year in sorted(more.union(years), reverse=True)
        ]
