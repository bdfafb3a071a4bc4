"""The commands of a shell, by subject; .ci/shell.py runs them all."""
