"""How near is near: the limits that the snap and its compiled twin share."""

# A point this near to a junction is that junction.
JUNCTION_RADIUS_M = 0.5

# Beyond this a point has no road: an ambulance crew would be told a place it cannot drive to.
SNAP_LIMIT_M = 2_000.0

# With a heading, a road that runs across it must be this much nearer to win (carriageways and ramps lie within it).
HEADING_WEIGHT_M = 40.0
