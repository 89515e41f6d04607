"""pgo_profile.py BINARY OUT FUNCTION=SAMPLES…: a pprof profile of samples all over these functions of a program.

Before the functions: --time SECONDS since 1970, --round N, --elapsed NS (labels), --no-id (no build id), --caller NAME (a frame above),
--type cpu (no samples/count).
"""
import gzip
import subprocess
import sys


def out(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def varint(n):
    text = b""
    while n > 127:
        text, n = text + bytes([n & 127 | 128]), n >> 7
    return text + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n)


def nested(field, body):
    return varint(field << 3 | 2) + varint(len(body)) + body


words = sys.argv[1:]
binary, path = words[:2]
options = {}
rest = words[2:]
while rest and rest[0].startswith("--"):
    name = rest.pop(0)
    options[name] = True if name == "--no-id" else rest.pop(0)
texts = [""]


def text(t):
    if t not in texts:
        texts.append(t)
    return texts.index(t)


symbols = {}
for line in out("nm", "-S", binary).splitlines():
    fields = line.split()
    if len(fields) == 4 and fields[2] in "tTwW":
        symbols[fields[3]] = (int(fields[0], 16), int(fields[1], 16))
offset, vaddr = next((int(w[1], 16), int(w[2], 16)) for w in (line.split() for line in out("readelf", "-lW", binary).splitlines())
                     if w[:1] == ["LOAD"] and "E" in w[6:-1])
build_id = "" if "--no-id" in options else out("readelf", "-n", binary).split("Build ID: ")[1].split()[0]
labels = b""
for key, unit in (("round", ""), ("elapsed", "nanoseconds")):
    if "--" + key in options:
        label = number(1, text(key)) + number(3, int(options["--" + key]))
        labels += nested(3, label + (number(4, text(unit)) if unit else b""))
kind = ("cpu", "nanoseconds") if options.get("--type") == "cpu" else ("samples", "count")
parts = [nested(1, number(1, text(kind[0])) + number(2, text(kind[1])))]
parts.append(nested(3, number(1, 1) + number(2, vaddr) + number(3, 1 << 47) + number(4, offset) + number(5, text(binary)) + number(6, text(build_id))))
places = 0


def location(address):
    global places
    places += 1
    parts.append(nested(4, number(1, places) + number(2, 1) + number(3, address)))
    return places


above = b""
if "--caller" in options:
    above = number(1, location(symbols[options["--caller"]][0] + 4))
for word in rest:
    function, samples = word.rsplit("=", 1)
    start, size = symbols[function]
    step = max(1, size // 8)
    addresses = list(range(start, start + size, step))
    for i, address in enumerate(addresses):
        share = int(samples) // len(addresses) + (int(samples) % len(addresses) if i == 0 else 0)
        parts.append(nested(2, number(1, location(address)) + above + number(2, share) + labels))
if "--time" in options:
    parts.append(number(9, int(options["--time"]) * 10**9))
parts += [nested(6, t.encode()) for t in texts]
with open(path, "wb") as file:
    file.write(gzip.compress(b"".join(parts), mtime=0))
