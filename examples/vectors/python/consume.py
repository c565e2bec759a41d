"""Runs maskbit's test vectors (JSON) against the starter kit in Python, in process:

    PYTHONPATH=kit python3 consume.py function-1.json [NAME OF A BUG]
"""

import json
import sys

from dut import BUGS, Msix  # yours comes here


def run(requests, vectors, bug):
    """A fresh device, and its answers."""
    sent = []
    msix = Msix(vectors, lambda address, data: sent.append(f" {address:#x}:{data:#x}"), bug)
    for request in requests:
        verb, *numbers = request.split()
        if verb == "messages":
            yield "ok" + "".join(sent)
            sent.clear()
        else:
            value = getattr(msix, verb.replace("-", "_"))(*(int(number, 16) for number in numbers))
            yield "ok" if value is None else f"ok {value:#x}"


def refuse(sentence):
    print(sentence, file=sys.stderr)
    sys.exit(2)


def main(path="no file", bug="none"):
    try:
        with open(path) as file:
            suite = json.load(file)
    except (OSError, ValueError) as error:
        refuse(f"Got {path}, and {error}; expected a file of maskbit-vectors/1.")
    told = f"{suite.get('format')}/{suite.get('version')}"
    if told != "maskbit-vectors/1":
        refuse(f"Got {path}, which is {told}; expected maskbit-vectors/1.")
    if bug not in BUGS:
        refuse(f"Got the bug {bug}; expected one of {', '.join(BUGS)}.")
    possible = (1 << len(suite["profiles"])) - 1  # what the device may have chosen, as bits
    passed = failed = 0
    for test in suite["tests"]:
        got = list(run(test["requests"], suite["vectors"], bug))
        agreeing = (each["profiles"] for each in test["permitted"] if each["answers"] == got)
        left = possible & int(next(agreeing, "0"), 16)
        if left:
            possible, passed = left, passed + 1
        else:
            failed += 1
            print("fails:", test["name"])
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
