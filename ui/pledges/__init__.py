"""Parts of the pledges page: by post, by unit, by quarter, and association of outcomes."""
