"""Schemes other than the evaluation itself, one folder each, all of one shape (`schemes.frame`)."""
