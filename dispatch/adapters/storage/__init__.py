"""Where things are kept: one directory, or PostgreSQL and Redis; and the two kinds of file under it."""
