"""`python -m app` is `switchboard`."""

from app.cli import main

if __name__ == "__main__":
    main()
