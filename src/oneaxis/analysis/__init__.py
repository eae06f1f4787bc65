"""From records to a comparison (pure)."""
