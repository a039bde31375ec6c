"""What each fact changes, one small pure function per fact, grouped as the facts are."""
