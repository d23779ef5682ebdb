"""What makes a proxy a service of the system, for one user: units of systemd, agents of launchd."""
