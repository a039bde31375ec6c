"""The queryable geography in PostGIS, folded from the journal behind the hot path."""
