"""Keeping the data safe: is the log as it was recorded, a copy of everything, and everything in another database."""
