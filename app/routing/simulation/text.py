"""A report for the eye: tables of plain text."""

from collections.abc import Iterator, Sequence

from app.routing.simulation.estimates import Estimate
from app.routing.simulation.report import Group, Report

WAITS = {
    "mean_wait": "mean",
    "mean_wait_served": "mean of served",
    "wait_p50": "50 %",
    "wait_p80": "80 %",
    "wait_p90": "90 %",
    "wait_p95": "95 %",
    "wait_p99": "99 %",
    "mean_queue": "queue length",
}
SHARES = {
    "service_level": "service level (a)",
    "service_level_excl_short_abandons": "service level (b)",
    "p_wait": "had to wait",
    "abandon": "abandoned",
    "blocked": "blocked",
    "expired": "expired",
    "unserved": "unserved",
}
POOL_HEAD = ["pool", "agents", "contacts", "mean wait s", "in time %", "occupancy %", "least", "most"]
ALWAYS = {"service_level", "service_level_excl_short_abandons", "p_wait", "abandon"}


def as_text(report: Report) -> str:
    """The whole report, ending with a line end. [a, b] is the 95 % interval."""
    lines = [f"{report.scenario}: {report.title}" if report.title else report.scenario, _facts(report), ""]
    lines += _table([["seconds", "contacts", *WAITS.values()], *_rows(report, list(WAITS))])
    shares = [
        name for name in SHARES if name in ALWAYS or any(_value(one, name) for one in report.groups.values())
    ]
    lines += ["", *_table([["percent", *(SHARES[name] for name in shares)], *_share_rows(report, shares)])]
    target = f"{report.target_seconds:g} s"
    lines += [
        f"(a) connected within {target} / all offered",
        f"(b) connected within {target} / (connected + abandoned after {target})",
        "",
        *_table([POOL_HEAD, *_pool_rows(report)]),
    ]
    if report.offers:
        made, late, refused = (report.offers[key] for key in ("made", "timed_out", "refused"))
        lines += ["", f"offers: {made:,} made, {late:,} timed out, {refused:,} refused"]
    if report.comparisons:
        lines += ["", *_table([["metric", "measured", "reference", "bound", ""], *_comparison_rows(report)])]
    lines += [f"warning: {text}" for text in report.warnings]
    return "\n".join(lines) + "\n"


def _facts(report: Report) -> str:
    ways = "batch means" if report.replications == 1 else f"{report.replications} replications"
    return (
        f"seed {report.seed}; {report.contacts:,} contacts, {report.counted:,} counted over"
        f" {report.window_hours:,.1f} h; [95 % interval] by {ways}"
    )


def _value(group: Group, metric: str) -> float:
    found = group.metrics.get(metric)
    return 0.0 if found is None else found.value


def _rows(report: Report, names: Sequence[str]) -> Iterator[list[str]]:
    for name, group in report.groups.items():
        cells = []
        for metric in names:
            found = group.metrics.get(metric)
            cells.append(
                _shown(found, 1) if metric.startswith("mean_wait") or found is None else _digits(found.value)
            )
        yield [name, f"{group.counts['offered']:,}", *cells]


def _share_rows(report: Report, names: Sequence[str]) -> Iterator[list[str]]:
    for name, group in report.groups.items():
        yield [name, *(_shown(group.metrics.get(metric), 100) for metric in names)]


def _pool_rows(report: Report) -> Iterator[list[str]]:
    for name, pool in report.pools.items():
        ends = ["-" if one is None else f"{one * 100:.1f}" for one in (pool.least, pool.most)]
        waits = [_shown(pool.mean_wait_served, 1), _shown(pool.served_in_time, 100)]
        yield [name, f"{pool.agents:,}", f"{pool.contacts:,}", *waits, _shown(pool.occupancy, 100), *ends]


def _comparison_rows(report: Report) -> Iterator[list[str]]:
    for one in report.comparisons:
        verdict = "inside" if one.is_inside else "OUTSIDE"
        figures = [f"{figure:.5g}" for figure in (one.measured, one.reference, one.bound)]
        yield [f"{one.group} {one.metric}", *figures, verdict]


def _shown(estimate: Estimate | None, factor: float) -> str:
    if estimate is None:
        return "-"
    value = _digits(estimate.value * factor)
    if estimate.low is None or estimate.high is None:
        return value
    if estimate.low == estimate.high:
        return value
    return f"{value} [{_digits(estimate.low * factor)}, {_digits(estimate.high * factor)}]"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 100 else f"{value:.2f}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell; the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
