"""Answers to questions about a release. Joins the store and the statistics; knows no screen and no file format."""
