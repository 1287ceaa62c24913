"""The page of pledges in its parts: by post, by unit, by quarter, and how outcomes hang together."""
