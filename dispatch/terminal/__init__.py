"""The commands of the command line, one file each; ``dispatch/cli.py`` is their table."""
