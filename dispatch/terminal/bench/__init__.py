"""``greenchannel bench``, one file for each thing that is measured; ``command`` is their table."""
