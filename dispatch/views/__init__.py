"""What screens and registers show: pure functions of the city."""
