"""The loop around a study: run it, record it, decide, go on."""
