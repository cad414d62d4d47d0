"""The forms, one a file: its title and source, its columns, and the facts that fill them."""
