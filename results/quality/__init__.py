"""Checks of imported data, and of the figures in published tables."""
