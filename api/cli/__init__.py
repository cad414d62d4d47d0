"""``waste-trace``: the command line."""
