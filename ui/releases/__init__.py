"""Parts of the releases page: history, pending changes and rollback."""
