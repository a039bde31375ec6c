"""The edges: HTTP, sockets, storage, accounts. Thin: parse, authorise, one call, declared errors."""
