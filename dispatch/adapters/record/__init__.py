"""What is kept of one patient: read, exported, worded for a handoff, and removed for good."""
