"""The demonstration city: made-up ballots, registers and pledges of three years."""
