"""The live link under the load of a large city, beside servers that keep nothing."""
