"""A local HTTP server for fetch.bats, canary_remote.bats and push.bats, friendly and hostile: http_server.py PROFILE PORT_FILE [CERTIFICATE KEY].
Serves PROFILE, writes its port to PORT_FILE when it listens, and appends every request to the file `requests`. Below /tenant it answers as
Pyroscope does (api/querier/v1/querier.proto and api/push/v1/push.proto by the Connect protocol in binary, and /pyroscope/render) and as Parca's
gateway does (proto/parca/query/v1alpha1/query.proto); what is asked for with a label version has the files of the folder of that name in
turn, as the path /version/NAME has; below /hang, /html and so on every one of these paths hangs, answers HTML and so on."""
import base64
import gzip
import http.server
import itertools
import json
import os
import re
import ssl
import sys
import time
import urllib.parse

PROFILE = open(sys.argv[1], "rb").read()
ELSEWHERE = "http://127.0.0.2:%d/profile"
MERGE, RENDER = "/querier.v1.QuerierService/SelectMergeProfile", "/pyroscope/render"
PUSH, PARCA = "/push.v1.PusherService/Push", "/api/profiles/query"
PROTO, JSON = ("Content-Type", "application/proto"), ("Content-Type", "application/json")
FLAMEBEARER = {
    "version": 1,
    "flamebearer": {"names": ["total", "main", "parse", "work"], "numTicks": 100, "maxSelf": 60,
                    "levels": [[0, 100, 0, 0], [0, 100, 10, 1], [0, 60, 60, 2, 10, 30, 30, 3]]},
    "metadata": {"format": "single", "spyName": "", "sampleRate": 1000000000, "units": "samples", "name": "cpu"},
    "timeline": {"startTime": 1000, "samples": [0, 100], "durationDelta": 10, "watermarks": None}, "groups": None, "heatmap": None}


VERSIONS = {}


def profile_of(text):
    """The next profile of the version that a query names; PROFILE of one that names none."""
    found = re.search(r'version="(\w+)"', text)
    if not found or not os.path.isdir(found[1]):
        return PROFILE
    files = VERSIONS.setdefault(found[1], itertools.cycle(sorted(os.listdir(found[1]))))
    with open(os.path.join(found[1], next(files)), "rb") as file:
        return file.read()


def fields(message):
    """[(number, value)] of a protocol buffer's message that holds varints and bytes."""
    at, found = 0, []

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        value = varint()
        if tag & 7 == 2:
            assert at + value <= len(message)
            value, at = message[at : at + value], at + value
        found.append((tag >> 3, value))
    return found


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body, headers=()):
        self.send_response(status)
        length = ("Content-Length", str(len(body)))
        for name, value in [*headers] if any(n == length[0] for n, _ in headers) else [length, *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

    def write(self, *words):
        with open("requests", "a") as log:
            print(*words, file=log)

    def headers_said(self):
        return ["%s=%s" % (key, self.headers[name]) for key, name in (("token", "Authorization"), ("tenant", "X-Scope-OrgID")) if name in self.headers]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith(PUSH):
            self.push(body)
        elif not self.hostile():
            asked = {n: v.decode() if isinstance(v, bytes) else v for n, v in fields(body)}
            self.write(self.path, self.headers["Content-Type"], *(asked[i] for i in (1, 2, 3, 4)), *self.headers_said())
            if self.path != "/tenant" + MERGE or self.headers["Content-Type"] != "application/proto":
                self.answer(404, b"404 page not found")
            elif asked[1].startswith("memory:"):
                self.answer(200, b"")  # no profile then
            elif "=~" in asked[2]:
                self.answer(400, json.dumps({"code": "invalid_argument", "message": "parse error"}).encode())
            else:
                self.answer(200, gzip.decompress(profile_of(asked[2])), [PROTO])

    def push(self, body):
        if self.hostile():
            return
        self.write(self.path, self.headers["Content-Type"], *self.headers_said())
        count = 0
        for _, one in fields(body):
            for number, value in fields(one):
                if number == 1:
                    self.write("label", *(v.decode() for _, v in fields(value)))
                else:
                    sample = dict(fields(value))
                    self.write("sample", len(sample[2].decode()))
                    with open("pushed-%d" % count, "wb") as file:
                        file.write(sample[1])
                    count += 1
        self.answer(200, b"", [PROTO])

    def query(self, url):
        """Parca's Query and Pyroscope's render."""
        asked = urllib.parse.parse_qs(url.query, strict_parsing=True)
        self.write(url.path, *("%s=%s" % (k, v[0]) for k, v in asked.items()), *self.headers_said())
        text = asked.get("query", asked.get("merge.query", [""]))[0]
        empty = text.startswith("memory:")
        if "=~" in text:
            self.answer(400, json.dumps({"code": 3, "message": "failed to parse query", "details": []}).encode(), [JSON])
        elif url.path == "/tenant" + PARCA:
            report = {"pprof": base64.b64encode(profile_of(text)).decode(), "total": "0", "filtered": "0"}
            self.answer(200, json.dumps({"total": "0", "filtered": "0"} if empty else report).encode(), [JSON])
        elif url.path == "/tenant" + RENDER:
            graph = {**FLAMEBEARER, "flamebearer": {"names": [], "levels": [], "numTicks": 0, "maxSelf": 0}} if empty else FLAMEBEARER
            self.answer(200, json.dumps(graph).encode(), [JSON])
        else:
            self.answer(404, b"404 page not found")

    def hostile(self):
        """What any server may do instead of its work; false for a path that is none of that."""
        port = self.server.server_address[1]
        path = self.path.split("?")[0]
        first, rest = "/" + path.split("/")[1], path[len("/" + path.split("/")[1]) :]
        redirects = {"/away": ELSEWHERE % port, "/to-file": "file:///etc/passwd", "/to-https": "https://127.0.0.1:%d/profile" % port,
                     "/here": "/tenant" + rest if rest else "/profile", "/loop": self.path, "/to-ftp": "ftp://127.0.0.1/\x1b[31m"}
        answers = {"/html": b"<!DOCTYPE html><title>Log in</title>", "/folded": b"main;work 3\n", "/empty": b"",
                   "/half": PROFILE[: len(PROFILE) // 2], "/noise": b"\x1f\x8b\x1b[31mnoise",
                   "/json": b'{"error": "what?"}', "/tree": b'{"pprof":[' + b"0," * 2000 + b"0]}", "/not-base64": b'{"pprof":"H4sI_-"}'}
        if first in ("/tenant", "/profile", "/version", "/missing"):
            return False
        self.write(self.path, self.headers.get("Authorization", "-"))
        if first in redirects:
            self.answer(302, b"", [("Location", redirects[first])])
        elif first in answers:
            self.answer(200, answers[first])
        elif first == "/token":
            good = self.headers.get("Authorization") == "Bearer s3cret"
            self.answer(200 if good else 401, PROFILE if good else b"who are you?")
        elif first == "/too-large":
            self.answer(413, b"request entity too large")
        elif first == "/hang":
            time.sleep(60)
        elif first == "/cut":
            self.answer(200, PROFILE, [("Content-Length", str(len(PROFILE) + 1)), PROTO])
        elif first == "/huge":
            self.answer(200, PROFILE, [("Content-Length", "10000000000")])
        elif first == "/slow":
            self.answer(200, PROFILE[:10], [("Content-Length", str(len(PROFILE)))])
            time.sleep(60)
        elif first in ("/endless", "/endless-error"):
            self.send_response(200 if first == "/endless" else 500)
            self.end_headers()
            while True:
                self.wfile.write(b"more " * 200000)
        else:
            self.answer(404, b"404 page not found")
        return True

    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        if self.hostile():
            return
        if url.path.endswith((RENDER, PARCA)):
            self.query(url)
            return
        self.write(self.path, self.headers.get("Authorization", "-"))
        if url.path == "/profile":
            self.answer(200, PROFILE)
        elif url.path.startswith("/version/"):
            self.answer(200, profile_of('version="%s"' % url.path.split("/")[2]))
        else:
            self.answer(404, b"no \x1b[31msuch\x1b[0m profile\r\n\r\n" + b"word " * 2000)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


server = Server(("0.0.0.0", 0), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(sys.argv[2] + ".part", "w") as port_file:
    port_file.write(str(server.server_address[1]))
os.rename(sys.argv[2] + ".part", sys.argv[2])
server.serve_forever()
