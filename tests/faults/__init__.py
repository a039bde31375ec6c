"""What a hostile internet, a tired crew and a broken disk do to the system, and what they must not achieve."""
