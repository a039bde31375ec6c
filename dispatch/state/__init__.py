"""What is known of a city now: rows, and one table of steps for each thing that has steps; ``city`` holds them all."""
