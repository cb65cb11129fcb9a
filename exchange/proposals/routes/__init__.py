"""Pages of proposals: reading them, writing them, and the actions of this feature."""

from __future__ import annotations

import exchange.proposals.routes.actions
import exchange.proposals.routes.joining
import exchange.proposals.routes.reading
import exchange.proposals.routes.team
import exchange.proposals.routes.writing  # noqa: F401 - each puts its pages on the blueprint
from exchange.proposals.routes.blueprint import blueprint as blueprint
