"""What the commands of `app/cli.py` do, one module for each group; a module is loaded when its command is called."""
