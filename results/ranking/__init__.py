"""Rankings of one round: scores, places, verdicts, bottom lists, and how firm they are."""
