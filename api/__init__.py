"""Who asks: HTTP, console, worker and command line over the services."""
