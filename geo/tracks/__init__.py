"""What driven tracks teach: matching them to roads, the speeds learned from them, and how wrong an arrival time is."""
