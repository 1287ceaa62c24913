"""Figures on the evaluators of a round: agreement, drivers of the overall grade, channels and the mix of ballots."""
