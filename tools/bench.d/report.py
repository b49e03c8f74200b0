# SPDX-License-Identifier: Apache-2.0
"""What was measured, as a table and held against the budgets."""

from content import EDITS

GROWTH = 1.5  # an edit at the greatest size, over the same at the smallest
LEAF = 4  # an edit of one leaf, over a durable commit and an empty RPC
GET = 1.5  # a read of one entry, over an empty RPC
MANY_MS = 1000
HELD_UP_MS = 50
START_S = 5
BYTES_PER_ENTRY = 1500
EMPTY_MB = 25
IDLE_PERCENT = 0.5
REPLICATION = 2  # an edit on five peers, over six durable commits at once
REPLICATION_MS = 2  # and so much more
NOTIFIED_S = 1
JOIN_S = 10


def budgets(results):
    """(what, measured, budget, unit) of each budget that the results tell of."""
    found = size_budgets(results) if "sizes" in results else []
    return found + cluster_budgets(results.get("cluster"))


def size_budgets(results):
    sizes = sorted(results["sizes"], key=int)
    first, last = results["sizes"][sizes[0]], results["sizes"][sizes[-1]]
    found = [(f"{what}: p50 at {sizes[-1]} entries over that at {sizes[0]}",
              last[name]["p50"] / first[name]["p50"], GROWTH, "times")
             for name, what in EDITS.items()]
    for size in sizes:
        site = results["sizes"][size]
        at = f"at {size} entries"
        found += [
            (f"{EDITS['leaf']}: p50 over a durable commit and an empty RPC, {at}",
             site["leaf"]["p50"] / (site["commit"]["p50"] + site["empty"]["p50"]), LEAF, "times"),
            (f"get-config of one entry by key: p50 over an empty RPC, {at}",
             site["one"]["p50"] / site["empty"]["p50"], GET, "times"),
            (f"1,000 entries in one edit, the slowest, {at}", site["many"]["max"], MANY_MS, "ms"),
            (f"the longest that a whole read held an edit up, {at}",
             site["reader"]["held_up_ms"], HELD_UP_MS, "ms"),
            (f"start {at}", site["start_s"], START_S, "s")]
    found += [(f"memory per entry at {sizes[-1]} entries", last["bytes_per_entry"],
               BYTES_PER_ENTRY, "bytes"),
              (f"memory with an empty configuration and {results['empty']['sessions']} sessions",
               results["empty"]["pss_kb"] / 1024, EMPTY_MB, "MB")]
    if "idle_percent" in results["empty"]:
        found.append(("an idle daemon with 64 sessions, of a processor",
                      results["empty"]["idle_percent"], IDLE_PERCENT, "%"))
    return found


def cluster_budgets(cluster):
    if not cluster:
        return []
    allowed = REPLICATION * cluster["commits"]["p50"] + REPLICATION_MS
    return [("an edit durable on five peers: p50", cluster["replicated"]["p50"],
             round(allowed, 2), "ms"),
            *((f"a peer {how}: notified after", cluster[f"{how}_s"], NOTIFIED_S, "s")
              for how in ("killed", "frozen", "cut")),
            *((f"a blank peer joins a cluster with {size} entries", seconds, JOIN_S, "s")
              for size, seconds in cluster["join_s"].items())]


def missed(results):
    """A line for each budget that was not kept."""
    return [f"{what}: {measured:.2f} {unit}, {budget} at most"
            for what, measured, budget, unit in budgets(results) if measured > budget]


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def span(taken):
    return f"{number(taken['p50'])} / {number(taken['p90'])}"


def rows(results):
    """The table: a heading and rows, each of cells."""
    sizes = sorted(results["sizes"], key=int)
    sites = [results["sizes"][size] for size in sizes]

    def row(what, cell):
        return [what, *map(cell, sites), ""]

    def timed(name, what):
        growth = sites[-1][name]["p50"] / sites[0][name]["p50"]
        return [what, *(span(site[name]) for site in sites), f"{growth:.2f}"]

    return [
        ["p50 / p90 in ms, by entries of the phone book", *(f"{int(size):,}" for size in sizes),
         "growth"],
        timed("commit", "floor: a durable SQLite commit"),
        timed("empty", "floor: an empty RPC (a get that selects nothing)"),
        *(timed(name, f"edit: {what}") for name, what in EDITS.items()),
        timed("many", "edit: 1,000 entries at once"),
        timed("one", "get-config: one entry by key"),
        timed("all", "get-config: everything"),
        row("edits per second, 1 session", lambda site: number(site["rate_1"])),
        row("edits per second, 8 sessions", lambda site: number(site["rate_8"])),
        row("edits per second beside a reader of everything",
            lambda site: number(site["reader"]["rate"])),
        row("the slowest edit beside it, ms", lambda site: number(site["reader"]["max"])),
        row("of that held up by it, ms", lambda site: number(site["reader"]["held_up_ms"])),
        row("start, s", lambda site: number(site["start_s"])),
        row("entries in all lists", lambda site: f"{site['entries']:,}"),
        row("memory (PSS), MB", lambda site: number(site["pss_kb"] / 1024)),
        # Of few entries what other processes share is more.
        row("memory per entry, bytes", lambda site: number(site["bytes_per_entry"])
            if site["bytes_per_entry"] > 0 else "-"),
    ]


def cluster_rows(cluster):
    """The same for clusters."""
    def row(what, taken):
        return [what, *(number(taken[name]) for name in ("p50", "p90", "p99"))]

    return [
        ["replication, ms", "p50", "p90", "p99"],
        row("floor: six durable SQLite commits at once", cluster["commits"]),
        row("edit of one entry, durable on the primary", cluster["alone"]),
        row("edit of one entry, durable on five peers", cluster["replicated"]),
        *(row(f"etcd, {members} members: {what}", cluster[f"etcd_{members}"][name])
          for members in (3, 5)
          for name, what in (("empty", "a read that needs no other member"),
                             ("put", "a put of the same bytes"))),
    ]


def tables(results):
    """What was measured, as lists of rows."""
    sizes = [rows(results)] if "sizes" in results else []
    return sizes + ([cluster_rows(results["cluster"])] if results.get("cluster") else [])


def aligned(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (
        cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines)


def text(results):
    """For a terminal."""
    return "\n\n".join(aligned(lines) for lines in tables(results))


def marked(lines):
    return "\n".join(["| " + " | ".join(lines[0]) + " |", "|---|" + "--:|" * (len(lines[0]) - 1),
                      *("| " + " | ".join(line) + " |" for line in lines[1:])])


def markdown(results):
    """For the README."""
    return "\n\n".join(marked(lines) for lines in tables(results))


def conditions(results):
    """A line that says of which machine and run the numbers are."""
    run = results["run"]
    delay = f", each sync of the disk {run['fsync_delay_ms']} ms slower" if run[
        "fsync_delay_ms"] else ""
    busy = f" (busy with other work: a load of {run['load']:.0f})" if run["load"] >= 1 else ""
    return (f"{run['processors']} × {run['processor']}, Linux {run['kernel']}, {run['date']}"
            f"{busy}{delay}; {run['rounds']} rounds, seed {run['seed']}."
            f"{empty_line(results.get('empty'))}{cluster_line(results.get('cluster'))}")


def empty_line(empty):
    if not empty:
        return ""
    idle = (f", with 64 idle sessions {empty['idle_percent']:.2f} % of a processor"
            if "idle_percent" in empty else "")
    return (f" With an empty configuration and {empty['sessions']} sessions the daemon uses "
            f"{empty['pss_kb'] / 1024:.1f} MB{idle}.")


def cluster_line(cluster):
    if not cluster:
        return ""
    joins = "".join(f" A blank peer joins a cluster with {int(size):,} entries in {seconds:.1f} s."
                    for size, seconds in cluster["join_s"].items())
    return (f" In a cluster of six the NMS hears of a killed peer after {cluster['killed_s']:.2f} s, "
            f"of a frozen one after {cluster['frozen_s']:.2f} s and of one that is cut off after "
            f"{cluster['cut_s']:.2f} s.{joins}")
