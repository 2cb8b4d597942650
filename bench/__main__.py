"""`python -m bench`: every measurement, one after the other."""

import asyncio

from bench import faq, inbound, routing, voice


def main() -> None:
    """Run them all."""
    routing.engine_part(routing.EVENTS)
    asyncio.run(inbound.main())
    asyncio.run(voice.main([]))
    faq.main([])


if __name__ == "__main__":
    main()
