"""The HTTP edge: routes, guards, bodies, errors, the pages' files."""
