"""Inquiries into responsibility: petitions, findings, decisions."""
