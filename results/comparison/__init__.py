"""Comparisons of two years or of two releases."""
