"""Exported files, built from results."""
