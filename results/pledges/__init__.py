"""Pledges of the secretaries with their outcomes, and the votes on their reports."""
