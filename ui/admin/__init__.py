"""Pages of people signed in: the own account, the audit log, the accounts."""
