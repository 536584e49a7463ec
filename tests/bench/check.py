"""Whether all three servers answer the same, but for what follows from the clock."""

import json

# By the clock, or each server's own.
LEFT_OUT = ("freshness", "open_state", "next", "total")
SAMPLES = 40


def stripped(value):
    if isinstance(value, dict):
        return {key: stripped(part) for key, part in value.items() if key not in LEFT_OUT}
    if isinstance(value, list):
        return [stripped(part) for part in value]
    return value


def differences(workload, servers, paths):
    """The first difference between the answers to some of a workload's paths, if there is one."""
    for path in paths[:SAMPLES]:
        answers = {name: stripped(server.get(path)) for name, server in servers.items()}
        registry = answers["registry"]
        if workload == "W3":
            # Each orders by a formula of its own, and the registry knows more forms of a word: it finds as much or more.
            found = {name: len(answer["items"]) for name, answer in answers.items()}
            if fewer := [name for name in found if found[name] > found["registry"]]:
                yield f"the registry finds less than {fewer[0]} by {path}: {found}"
                return
            continue
        for name, answer in answers.items():
            if not is_same(answer, registry):
                yield f"{name} answers otherwise than the registry to {path}: {first(registry, answer)}"
                return


def is_same(one, other):
    """The same but for distances, which may be rounded to either side."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            is_near(one[key], other[key]) if key == "distance_km" else is_same(one[key], other[key]) for key in one
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return one == other


def is_near(one, other):
    return one == other or (one is not None and other is not None and abs(one - other) < 0.011)


def first(one, other):
    """Where two answers part."""
    one, other = (json.dumps(answer, ensure_ascii=False) for answer in (one, other))
    at = next((at for at, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"{one[max(at - 60, 0):at + 60]!r} and {other[max(at - 60, 0):at + 60]!r}"
