"""Hydra's override grammar and its config loader."""
