#!/usr/bin/env python3
"""folded_profile.py <STACKS >PROFILE: lines `[ROUND[@BENCHMARK] ]root;caller;leaf VALUE` as a pprof profile of the types samples/count (one a
millisecond) and cpu/nanoseconds, with the labels round and benchmark where there are any. A `\\xNN` in a name is that byte."""
import re
import sys


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content & (1 << 64) - 1)
    return varint(number << 3 | 2) + varint(len(content)) + content


texts, places, body = {b'': 0}, {}, bytearray()


def text(content):
    return texts.setdefault(content, len(texts))


def place(name):
    name = re.sub(rb'\\x([0-9a-f]{2})', lambda m: bytes([int(m[1], 16)]), name)
    if name not in places:
        number = places[name] = len(places) + 1
        body.extend(field(5, field(1, number) + field(2, text(name))))
        body.extend(field(4, field(1, number) + field(4, field(1, number))))
    return places[name]


for name, unit in ((b'samples', b'count'), (b'cpu', b'nanoseconds')):
    body += field(1, field(1, text(name)) + field(2, text(unit)))
for line in sys.stdin.buffer:
    labelled = re.match(rb'(?:(\d+)(?:@(\S+))? )?(\S.*) (-?\d+)$', line.rstrip(b'\n'))
    stack = b''.join(varint(place(name)) for name in reversed(labelled[3].split(b';')))
    value = int(labelled[4])
    sample = field(1, stack) + field(2, max(1, value // 1000000)) + field(2, value)
    if labelled[1]:
        sample += field(3, field(1, text(b'round')) + field(3, int(labelled[1])))
    if labelled[2]:
        sample += field(3, field(1, text(b'benchmark')) + field(2, text(labelled[2])))
    body += field(2, sample)
for content in texts:
    body += field(6, content)
sys.stdout.buffer.write(body)
