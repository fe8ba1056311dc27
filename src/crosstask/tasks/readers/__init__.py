"""File readers, one kind of file each."""
