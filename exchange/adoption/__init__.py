"""Who adopts what: each organisation's steps with each programme, and how far a programme has come."""
