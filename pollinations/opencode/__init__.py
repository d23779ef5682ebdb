"""OpenCode's view of the proxy: provider entries, its settings, and the plugin."""
