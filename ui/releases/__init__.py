"""The page of releases: what was published, what would change, the way back."""
