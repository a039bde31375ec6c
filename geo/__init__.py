"""Where, and how long: points, roads, travel times. Numbers in, numbers out; nothing else of ours is imported here."""
