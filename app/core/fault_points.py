"""Named places at which a test may stop, slow or kill the process. In the product nothing is installed and passing one
costs a comparison; no setting or variable of the product installs anything.
"""

from collections.abc import Callable

_hook: Callable[[str], None] | None = None


def install(hook: Callable[[str], None] | None) -> None:
    """Have `hook` called with the name of every place that is passed; None takes it away."""
    global _hook
    _hook = hook


def passing(name: str) -> None:
    """This place is passed now."""
    if _hook is not None:
        _hook(name)
