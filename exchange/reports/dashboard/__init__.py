"""The director's dashboard: how the themes do in a period, what needs attention first, and the same as a paper for the board."""
