"""The items of the shelf: one file an item."""
