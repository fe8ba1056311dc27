"""Checks of a task's data: repeats, conflicts, balance, lengths, leakage."""
