"""Roads: our answers beside those of the peers, on one seeded city."""
