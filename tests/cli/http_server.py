"""A local HTTP server for fetch.bats, friendly and hostile: http_server.py PROFILE PORT_FILE [CERTIFICATE KEY].
Its POST answers as Pyroscope's querier does (api/querier/v1/querier.proto, by the Connect protocol in binary). Serves PROFILE, writes its port to PORT_FILE when it listens, and appends every request to the file `requests`."""
import gzip
import http.server
import json
import os
import ssl
import sys
import time

PROFILE = open(sys.argv[1], "rb").read()
ELSEWHERE = "http://127.0.0.2:%d/profile"


def fields(message):
    """{number: value} of a protocol buffer's message that holds varints and texts."""
    at, found = 0, {}

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
            value, at = message[at : at + value].decode(), at + value
        found[tag >> 3] = value
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

    def do_POST(self):
        asked = fields(self.rfile.read(int(self.headers["Content-Length"])))
        with open("requests", "a") as log:
            print(self.path, self.headers["Content-Type"], *(asked[i] for i in (1, 2, 3, 4)), file=log)
        if self.path != "/tenant/querier.v1.QuerierService/SelectMergeProfile" or self.headers["Content-Type"] != "application/proto":
            self.answer(404, b"404 page not found")
        elif asked[1].startswith("memory:"):
            self.answer(200, b"")  # no profile then
        elif "=~" in asked[2]:
            self.answer(400, json.dumps({"code": "invalid_argument", "message": "parse error"}).encode())
        else:
            self.answer(200, gzip.decompress(PROFILE), [("Content-Type", "application/proto")])

    def do_GET(self):
        port = self.server.server_address[1]
        with open("requests", "a") as log:
            log.write("%s %s\n" % (self.path, self.headers.get("Authorization", "-")))
        path = self.path.split("?")[0]
        redirects = {"/away": ELSEWHERE % port, "/to-file": "file:///etc/passwd", "/to-https": "https://127.0.0.1:%d/profile" % port,
                     "/here": "/profile", "/loop": "/loop", "/to-ftp": "ftp://127.0.0.1/\x1b[31m"}
        answers = {"/profile": PROFILE, "/html": b"<!DOCTYPE html><title>Log in</title>", "/folded": b"main;work 3\n", "/empty": b"",
                   "/half": PROFILE[: len(PROFILE) // 2], "/noise": b"\x1f\x8b\x1b[31mnoise"}
        if path in redirects:
            self.answer(302, b"", [("Location", redirects[path])])
        elif path in answers:
            self.answer(200, answers[path])
        elif path == "/token":
            good = self.headers.get("Authorization") == "Bearer s3cret"
            self.answer(200 if good else 401, PROFILE if good else b"who are you?")
        elif path == "/hang":
            time.sleep(60)
        elif path == "/cut":
            self.answer(200, PROFILE, [("Content-Length", str(len(PROFILE) + 1))])
        elif path == "/huge":
            self.answer(200, PROFILE, [("Content-Length", "10000000000")])
        elif path == "/slow":
            self.answer(200, PROFILE[:10], [("Content-Length", str(len(PROFILE)))])
            time.sleep(60)
        elif path in ("/endless", "/endless-error"):
            self.send_response(200 if path == "/endless" else 500)
            self.end_headers()
            while True:
                self.wfile.write(b"more " * 200000)
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
