"""Where a caller is: what is said, typed or measured becomes one place; a place becomes words a crew can use."""
