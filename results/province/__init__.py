"""Answers on a province: its cities and counties, their bottom lists as published, and a ranking across cities."""
