"""Draws figures. No trial loads it."""

COLOUR = "blue"
