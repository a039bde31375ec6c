"""What `make` runs before and around the project. Standard library only: the first step has nothing else yet."""
