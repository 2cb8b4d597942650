"""How Python collects garbage in a process that holds much for long: thousands of sockets, a floor of waiting contacts.

Left alone it walks through all of it every few hundred allocations (measured on the router: a fifth of its time).
"""

import gc

YOUNG_OBJECTS = 20_000  # allocated and not freed before the youngest are looked at
GENERATIONS = (20, 50)  # collections of one generation before the next one's


def settle() -> None:
    """Call when everything is loaded: what is there now lives as long as the process and is never walked again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *GENERATIONS)
