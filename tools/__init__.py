"""Tools of the repository: run from a checkout, not part of the product."""
