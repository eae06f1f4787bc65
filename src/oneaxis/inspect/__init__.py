"""Look at data as arrays: what is in each part, and what the parts share."""
