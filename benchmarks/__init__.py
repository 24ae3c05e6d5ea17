"""What validation, serving and loading cost, each beside what it is compared with."""
