"""What one does from a shell, with the running proxy or with its files."""
