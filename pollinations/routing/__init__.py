"""Where a request goes and why: names, the catalogue, the quota, cooldowns. No Twisted here."""
