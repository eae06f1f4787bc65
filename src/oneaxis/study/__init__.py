"""A study on disk, and its rounds of trials."""
