"""What will run, and why it is one change each."""
