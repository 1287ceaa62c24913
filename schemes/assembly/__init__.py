"""Assemblies of a village: votes, projects, money."""
