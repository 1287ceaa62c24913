"""Rankings of a round: scores, places, verdicts, bottom lists, and how firm they are."""
