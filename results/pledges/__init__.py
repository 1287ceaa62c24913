"""Pledges of the secretaries against what came of them, and the votes on their reports."""
