"""What the home page answers: who is confirmed, why nobody can be named, what moved, and where the year is."""
