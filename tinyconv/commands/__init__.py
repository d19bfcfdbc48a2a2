"""What `python -m tinyconv` can do: one command per file, with `describe(parser)` and `run(arguments)`."""
