"""What is logged of the proxy, where to, and what never is."""
