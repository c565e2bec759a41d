#!/usr/bin/env python3
"""A small MSI-X behind maskbit's text protocol: a request a line on standard input, an answer a line on standard output.

    maskbit conform -- python3 dut.py
    maskbit conform -- python3 dut.py --bug masked-write-lost

Copy it, change it, break it. Offsets count bytes, from the start of the capability, of the table, or of the Pending Bit Array.
"""

import argparse
import os
import sys

ENABLE, FUNCTION_MASK = 0x8000, 0x4000  # Message Control, bits 15 and 14
ADDRESS_LOW, ADDRESS_HIGH, DATA, CONTROL = range(4)  # the dwords of an entry
BUGS = {
    "none": "no bug",
    "masked-write-lost": "an entry written while masked is sent as it was when the vector was last unmasked",
    "pending-sent-twice": "a held event is sent at the unmask, and its Pending bit stays set",
    "moody": "no bug: an event while disabled is now held, now dropped",
    "retire-ignored": "a Pending bit stays set when the cause of the event is gone",
}


class Msix:
    """The MSI-X of one function with 1 to 2048 vectors. `send(address, data)` takes its messages."""

    mood = False

    def __init__(self, vectors, send, bug="none"):
        self.vectors, self.send, self.bug = vectors, send, bug
        self.reset()

    def reset(self):
        """Function Level Reset."""
        self.control = 0
        self.entries = [[0, 0, 0, 1] for _ in range(self.vectors)]
        # The entry as it stood when the vector was last unblocked: what is sent. None while the vector is blocked.
        self.latched = [None] * self.vectors
        self.kept = [None] * self.vectors
        self.pending = 0

    def _follow(self, vector):
        """Follows what blocks a vector, and sends what that lets out."""
        is_open = self.control == ENABLE and not self.entries[vector][CONTROL]
        if not is_open:
            self.latched[vector] = None
        elif self.latched[vector] is None:
            low, high, data, _ = self.entries[vector]
            message = (high << 32 | low, data)
            if self.bug == "masked-write-lost":
                message = self.kept[vector] or message
                self.kept[vector] = message
            self.latched[vector] = message
            if self.pending >> vector & 1:
                if self.bug != "pending-sent-twice":
                    self.pending &= ~(1 << vector)
                self.send(*message)

    def config_read(self, offset, size):
        if size not in (1, 2, 4) or offset + size > 12:
            return all_ones(size)
        pba = -(-16 * self.vectors // 4096) * 4096
        dwords = [0x11 | (self.control | self.vectors - 1) << 16, 0, pba]
        whole = b"".join(dword.to_bytes(4, "little") for dword in dwords)
        return int.from_bytes(whole[offset : offset + size], "little")

    def config_write(self, offset, size, value):
        """Only byte 3 can be written: the upper half of Message Control."""
        if size in (1, 2, 4) and offset + size <= 12 and offset <= 3 < offset + size:
            self.control = (value >> 8 * (3 - offset) & 0xFF) << 8 & (ENABLE | FUNCTION_MASK)
            for vector in range(self.vectors):
                self._follow(vector)

    def table_read(self, offset, size):
        if not lawful(offset, size, 16 * self.vectors):
            return all_ones(size)
        dwords = self.entries[offset // 16][offset % 16 // 4 :][: size // 4]
        return sum(dword << 32 * at for at, dword in enumerate(dwords))

    def table_write(self, offset, size, value):
        """8 bytes are the lower dword and then the upper one."""
        if lawful(offset, size, 16 * self.vectors):
            for at in range(offset, offset + size, 4):
                vector, dword = at // 16, at % 16 // 4
                writable = {ADDRESS_LOW: 0xFFFFFFFC, CONTROL: 1}.get(dword, 0xFFFFFFFF)
                self.entries[vector][dword] = value >> 8 * (at - offset) & writable
                self._follow(vector)

    def pba_read(self, offset, size):
        if not lawful(offset, size, -(-self.vectors // 64) * 8):
            return all_ones(size)
        return self.pending >> 8 * offset & all_ones(size)

    def pba_write(self, offset, size, value):
        """The Pending Bit Array is read-only."""

    def signal(self, vector):
        """The device has an event."""
        if self.bug == "moody" and not self.control & ENABLE:
            Msix.mood = not Msix.mood
            if Msix.mood:
                return
        if vector < self.vectors:
            if self.latched[vector] is None:
                self.pending |= 1 << vector
            else:
                self.send(*self.latched[vector])

    def retire(self, vector):
        """The cause of the event is gone."""
        if vector < self.vectors and self.bug != "retire-ignored":
            self.pending &= ~(1 << vector)


def all_ones(size):
    return (1 << 8 * size) - 1


def lawful(offset, size, end):
    """Aligned accesses of 4 and 8 bytes exist; anything else reads all-ones and writes nothing."""
    return size in (4, 8) and offset % size == 0 and offset + size <= end


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vectors", type=int, default=4, choices=range(1, 2049), metavar="1..2048")
    parser.add_argument("--bug", default="none", choices=BUGS)
    arguments = parser.parse_args()

    messages = []
    msix = Msix(arguments.vectors, lambda address, data: messages.append(f" {address:#x}:{data:#x}"), arguments.bug)
    # How many numbers follow each request.
    counts = {"reset": 0, "config-read": 2, "table-read": 2, "pba-read": 2, "signal": 1, "retire": 1}
    counts.update({"config-write": 3, "table-write": 3, "pba-write": 3})

    def answer(verb, *words):
        if verb == "hello":
            return f"ok maskbit-dut/1 name=python-kit vectors={msix.vectors:#x} lacks=save"
        if verb == "messages":
            text = "ok" + "".join(messages)
            messages.clear()
            return text
        if counts.get(verb) != len(words):
            return "unsupported"
        value = getattr(msix, verb.replace("-", "_"))(*(int(word, 16) for word in words))
        return "ok" if value is None else f"ok {value:#x}"

    # All that has come is answered at once: one write for many answers takes far less time than one for each.
    rest = b""
    while block := os.read(sys.stdin.fileno(), 1 << 16):
        *lines, rest = (rest + block).split(b"\n")
        print("".join(f"{answer(*line.decode(errors='replace').split())}\n" for line in lines), end="", flush=True)


if __name__ == "__main__":
    main()
