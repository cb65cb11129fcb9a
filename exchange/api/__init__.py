"""The open interface: public programmes as JSON and as an Atom feed, for other networks and whoever else wants them."""
