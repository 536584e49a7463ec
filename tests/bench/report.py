"""What came of it, as a table and as JSON."""

import json

TITLES = {
    "W1": "one point by id",
    "W2": "50 by municipality and language",
    "W3": "full text, first 20",
    "W4": "nearest 20 within 10 km",
    "W5": "counts by region",
    "W6": "services pushed",
    "W7": "walk of the collection",
    "W8": "a provider renamed",
    "W9": "conditional GET, 304",
}
# What the registry reaches at least, as a part of what the documents' yardstick does.
FLOORS = {"W1": 0.5, "W2": 0.6, "W3": 0.8, "W4": 0.5, "W5": 0.4, "W6": 0.6, "W7": 0.5, "W8": 0.7, "W9": 0.6}
FLOORS_OF_MANY = FLOORS | {"W3": 2}
MANY = 200_000
READY_SECONDS, IDLE_MB, PEAK_MB = 1, 60, 150
# Workloads that ask for a few points cost hardly more where there are many.
SELECTIVE, GROWTH = ("W1", "W2", "W3", "W4", "W9"), 1.5


def ratios(result):
    registry = result["registry"]["rate"]
    return registry / result["documents"]["rate"], registry / result["normalised"]["rate"]


def line(workload, result):
    rates = " ".join(f"{name} {measured['rate']:.0f}/s" for name, measured in result.items())
    return "{}: {}, {:.2f} and {:.2f}".format(workload, rates, *ratios(result))


def verdict(workload, size, of_documents, of_normalised):
    floor = (FLOORS_OF_MANY if size >= MANY else FLOORS)[workload]
    below = [text for fails, text in ((of_documents < floor, "documents"), (of_normalised < 1, "normalised")) if fails]
    return "below " + ", ".join(below) if below else "reached"


def rows(runs):
    yield "| workload | database | points | registry /s | documents /s | normalised /s | to documents | to normalised | p99 ms, registry | p99 ms, documents | peak MB | floor | |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
    for run in runs:
        for workload, result in sorted(run["workloads"].items()):
            of_documents, of_normalised = ratios(result)
            rates = " | ".join(f"{measured['rate']:,.0f}" for measured in result.values())
            late = " | ".join(f"{result[name].get('p99_ms', result[name].get('last_ms')):.2f}" for name in ("registry", "documents"))
            floor = (FLOORS_OF_MANY if run["size"] >= MANY else FLOORS)[workload]
            yield (
                f"| {workload} {TITLES[workload]} | {run['database']} | {run['size']:,} | {rates} | {of_documents:.2f} | "
                f"{of_normalised:.2f} | {late} | {result['registry']['peak_mb']:.0f} | {floor} | "
                f"{verdict(workload, run['size'], of_documents, of_normalised)} |"
            )


def remarks(runs):
    for run in runs:
        about = f"{run['database']}, {run['size']:,} points"
        start, idle, peak = run["start_seconds"], run["idle_mb"]["registry"], run["peak_mb"]
        yield (
            f"- {about}: ready after {start:.2f} s (at most {READY_SECONDS}), idle {idle:.0f} MB (at most {IDLE_MB}), "
            f"at most {peak:.0f} MB under load (at most {PEAK_MB})"
        )
        if walk := run["workloads"].get("W7"):
            pages = ", ".join(f"{name} {of['first_ms']:.1f} and {of['last_ms']:.1f} ms" for name, of in walk.items())
            yield f"- {about}: first and last page of the walk: {pages}"
        yield from (f"- {about}: {notice}" for notice in run["notices"])
    yield from growth(runs)


def growth(runs):
    """How much more selective workloads cost with many points."""
    for many in (run for run in runs if run["size"] >= MANY):
        for few in (run for run in runs if run["size"] < MANY and run["database"] == many["database"]):
            for workload in SELECTIVE:
                if workload in many["workloads"] and workload in few["workloads"]:
                    costs = (few["workloads"][workload]["registry"]["rate"] / many["workloads"][workload]["registry"]["rate"])
                    yield f"- {many['database']}, {workload}: costs {costs:.2f} times as much with many points (at most {GROWTH})"


def write(folder, runs):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(runs, indent=2), encoding="utf-8")
    text = "\n".join([*rows(runs), "", *remarks(runs), ""])
    (folder / "bench.md").write_text(text, encoding="utf-8")
