"""Trunk, heads, tuning, and the bundle on disk."""
