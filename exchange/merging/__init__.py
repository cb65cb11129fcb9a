"""Two proposals of one idea become one, without loss, and two again where that was a mistake."""
