"""Benchmarks: ratios to a named baseline in the same process. Not part of the tests."""
