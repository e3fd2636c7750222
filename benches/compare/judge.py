"""Holds the ratios of a small comparison against the last that landed."""

import json
import pathlib

FILE = pathlib.Path(__file__).with_name("landed.json")
# By so much may a ratio be worse.
ROOM = 1.25


def landed():
    return json.loads(FILE.read_text())["ratios"]


def land(ratios):
    about = "CPU time of sluss by that of a limit in the same run of `compare --small`; renewed by `compare --small --land`."
    shown = {name: round(ratio, 2) for name, ratio in sorted(ratios.items())}
    FILE.write_text(json.dumps({"about": about, "ratios": shown}, indent=1) + "\n")


def worse(ratios, held):
    """What is worse by more than the room, in words. What was held and is not measured any more is worse, too."""
    lines = []
    for name, ratio in sorted(held.items()):
        if name not in ratios:
            lines.append(f"{name}: not measured, {ratio:.2f} landed")
        elif ratios[name] > ratio * ROOM:
            lines.append(f"{name}: {ratios[name]:.2f} times the limit, {ratio:.2f} landed, at most {ratio * ROOM:.2f}")
    lines += [f"{name}: not in {FILE.name}" for name in sorted(ratios) if name not in held]
    return lines


def outdated(ratios, held):
    """What is better by more than the room, so that what is held lets too much pass. Not a fault."""
    return [
        f"{name}: {ratios[name]:.2f} times the limit, {ratio:.2f} landed: land anew"
        for name, ratio in sorted(held.items()) if name in ratios and ratios[name] * ROOM < ratio
    ]


def self_test():
    held = {"check": 2.0, "run": 1.2}
    cases = [
        ({"check": 2.0, "run": 1.2}, 0),
        ({"check": 2.49, "run": 1.0}, 0),
        ({"check": 2.51, "run": 1.2}, 1),
        ({"check": 9.0, "run": 9.0}, 2),
        ({"check": 2.0}, 1),
        ({"check": 2.0, "run": 1.2, "new": 1.0}, 1),
    ]
    for ratios, expected in cases:
        found = worse(ratios, held)
        if len(found) != expected:
            raise SystemExit(f"{ratios}: {found}, not {expected} lines")
    if len(outdated({"check": 1.5, "run": 1.2}, held)) != 1:
        raise SystemExit("what is outdated is not seen")
    if not all(isinstance(ratio, float) and ratio > 0 for ratio in landed().values()) or not landed():
        raise SystemExit(f"{FILE} holds nothing to compare with")
    print(f"self-test: {len(cases)} judgements as expected")
    return 0
