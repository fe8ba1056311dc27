"""The poolings, one file each."""
