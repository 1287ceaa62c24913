"""Offices that visit and receive: points, receptions, outings, pairings."""
