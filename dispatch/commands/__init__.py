"""Everything that can be asked of the desk, in call order; ``dispatch/command.py`` holds the envelope it comes in."""
