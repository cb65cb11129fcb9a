"""Asking to adopt: a member asks for their organisation, the champion and the programme manager answer, and what comes of it
stays with the programme."""
