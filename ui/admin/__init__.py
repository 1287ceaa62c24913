"""Pages of people signed in: my account, the audit log, the accounts."""
