"""Evidence that survives a challenge: ballots to flip, classes, integrity, next year, recount, free text."""
