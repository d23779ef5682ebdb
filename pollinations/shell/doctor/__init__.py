"""Examines everything that a proxy depends on, and says what to do."""
