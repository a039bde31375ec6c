"""Every fact, in call order: the language of the system; ``dispatch/fact.py`` holds the envelope it is kept in."""
