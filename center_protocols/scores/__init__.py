"""Compute scores from findings; a missing item widens the possible range instead of counting as normal."""
