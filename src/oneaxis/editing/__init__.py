"""Edits of configuration files as a person would make them: the rest of a file stays byte for byte."""
