"""The heads: one file each, a value that builds the module."""
