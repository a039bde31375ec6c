"""Pages for people without an account, by a one-time link: the caller's, the physician's, and what guards them."""
