"""Checks of what was imported, and of the figures that published tables print."""
