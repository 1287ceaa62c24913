"""Pledges of the evaluated units: what was promised, what became of it, and what has to be done."""
