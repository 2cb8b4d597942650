"""`python -m bench`: every measurement, one after the other."""

import asyncio

from bench import engine, inbound


def main() -> None:
    """Run them all."""
    engine.main()
    asyncio.run(inbound.main())


if __name__ == "__main__":
    main()
