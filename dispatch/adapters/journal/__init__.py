"""Where facts are kept: one journal above every storage, its chain, its audit, its sealed words."""
