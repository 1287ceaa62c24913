"""Opinions of a community, their answers, and the visits to its households."""
