"""Beyond the region: programmes offered to the other health innovation networks, and what came of it."""
