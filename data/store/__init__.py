"""The store: folders on disk with uploads, releases, history and the audit log, and the operations on them."""

from data.store.store import PublishReport, RoundStatus, Store

__all__ = ["PublishReport", "RoundStatus", "Store"]
