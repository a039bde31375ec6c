"""Who may sign in: accounts, sessions, tickets, lock-out."""
