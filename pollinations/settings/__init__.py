"""What can be set, where the key comes from, and the file that both are kept in."""
