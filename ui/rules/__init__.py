"""Parts of the page of scoring rules: the list, the form, and what the rules would do to a round."""
