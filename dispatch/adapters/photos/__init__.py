"""Photos of callers and crews: how they come in pieces, and how they are kept, sealed."""
