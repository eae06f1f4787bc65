"""One job, and what it leaves behind."""
