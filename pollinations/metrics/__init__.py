"""What is counted, for Prometheus. No reactor here, and no clock."""
