"""Demonstration city: fictitious ballots, registers and pledges of three years."""
