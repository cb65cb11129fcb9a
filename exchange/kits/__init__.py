"""The adoption kit of a programme: what an organisation needs to know to take it up, and what others met on the way."""
